#include "projection-service/replay/events.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>

#include "events/log/consistency_token.hpp"
#include "projection-service/replay/cloud_event.hpp"
#include "projection-service/replay/judge.hpp"
#include "projection-service/replay/log_reading.hpp"
#include "projection-service/replay/moment.hpp"
#include "projection-service/replay/output.hpp"

namespace taskstream::replay {
namespace {

std::string header_of(const events::Record& record, std::string_view name) {
  const auto header = std::ranges::find(record.headers, name, &events::Header::name);
  return header != record.headers.end() && !header->value.empty() ? printable(header->value) : "-";
}

// A record, and what it is to every reader.
struct Judged {
  const events::LogRecord& record;
  const Judgement& judgement;
};

std::string as_text(const Judged& judged, bool with_verdict) {
  const auto& [position, log_time, record] = judged.record;
  std::string line = std::to_string(position.partition) + ":" + std::to_string(position.offset);
  if (with_verdict) line.append("  ").append(to_string(judged.judgement.verdict));
  line += "  " + events::format_instant(time_of(record, log_time)) + "  " + printable(record.key.value_or("-")) +
          "  v" + header_of(record, "ce_streamversion") + "  " + header_of(record, "ce_type") + "  " +
          header_of(record, "ce_actor") + "  " + printable(record.value);
  if (!judged.judgement.reason.empty()) line += "  (" + printable(judged.judgement.reason) + ")";
  return line;
}

std::string as_json(const Judged& judged) {
  std::string line = R"({"partition":)" + std::to_string(judged.record.position.partition) + R"(,"offset":)" +
                     std::to_string(judged.record.position.offset) + R"(,"logTime":")" +
                     events::format_instant(judged.record.log_time) + R"(","verdict":")";
  line.append(to_string(judged.judgement.verdict)).append("\"");
  if (!judged.judgement.reason.empty())
    line += ",\"reason\":" + nlohmann::json(printable(judged.judgement.reason)).dump();
  return line + ",\"event\":" + to_cloud_event(judged.record.record) + "}";
}

// `--from` or `--to`, once the log is known.
class Bound {
 public:
  Bound(const Moment& moment, const events::LogId& log) : moment_(moment) {
    if (const auto* token = std::get_if<TokenText>(&moment)) {
      auto vector = events::decode_token(token->text, log);
      if (!vector) throw CannotUse("`" + token->text + "` is no consistency token of this log.");
      covered_ = *std::move(vector);
    }
  }

  // Whether the record lies before the bound. A position says something of its own partition alone.
  bool is_after(const events::LogRecord& record) const {
    if (const auto* time = std::get_if<events::Instant>(&moment_))
      return time_of(record.record, record.log_time) < *time;
    if (const auto* position = std::get_if<events::Position>(&moment_))
      return record.position.offset < position->offset;
    return covered_.covers(record.position);
  }
  std::optional<events::Partition> partition() const {
    const auto* position = std::get_if<events::Position>(&moment_);
    return position != nullptr ? std::optional(position->partition) : std::nullopt;
  }

 private:
  Moment moment_;
  events::PositionVector covered_;
};

class Events final : public Subcommand {
 public:
  void declare(http::Settings& settings) override {
    log_.declare(settings);
    const auto moment = [](std::optional<Moment>& target) {
      return [&target](const std::string& text) -> std::optional<std::string> {
        auto parsed = parse_moment(text);
        if (!parsed) return parsed.error().message;
        target = *std::move(parsed);
        return std::nullopt;
      };
    };
    settings.custom("stream", "", "Of this stream alone.", "task/0197f2c4-0000-7000-8000-000000000001",
                    [this](const std::string& text) -> std::optional<std::string> {
                      stream_ = events::StreamId::parse(text);
                      return stream_ ? std::nullopt : std::optional<std::string>("is no stream id, kind/id");
                    });
    settings.text("type", type_, "Of this type alone.", "taskstream.task.edited.v1");
    settings.custom("from", "", "Not before this time, PARTITION:OFFSET or consistency token.", "2026-11-25T07:20:00Z",
                    moment(from_));
    settings.custom("to", "", "Before this time, PARTITION:OFFSET, or within this consistency token.", "0:1000",
                    moment(to_));
    settings.toggle("all", all_, "Superseded and malformed records too, marked.");
    settings.toggle("json", json_, "One JSON object a line.");
    settings.examples(
        "Examples:\n"
        "  taskstream-replay events --log file:data/taskstream.log\n"
        "  taskstream-replay events --stream task/0197f2c4-0000-7000-8000-000000000001 --all\n"
        "  taskstream-replay events --type taskstream.task.deleted.v1 --from 2026-11-25T00:00:00Z --json\n"
        "  taskstream-replay events --log kafka://127.0.0.1:9092/taskstream --from 3:100 --to 3:200");
  }

  int run(Interruption& interruption) override {
    OpenedLog opened = open_for_reading(log_);
    const events::LogIdentity identity = identity_of(*opened.log);
    from_bound_ = bound(from_, identity);
    to_bound_ = bound(to_, identity);
    const auto from = start(identity, opened.end);
    Judge judge(identity.partitions);
    Progress progress(Progress::style_of_stderr(log_.progress, true), "reading", records_between(from, opened.end),
                      "records");
    read_log(*opened.log, from, opened.end, progress, interruption, [&](Records records) {
      for (const events::LogRecord& record : records) {
        interruption.throw_if_requested();
        if (stream_ && record.record.key != stream_->to_string()) continue;
        const Judgement judgement = judge.judge(record);
        const Judged judged{.record = record, .judgement = judgement};
        if (is_wanted(judged)) print_line(json_ ? as_json(judged) : as_text(judged, all_));
      }
    });
    progress.finish();
    flush_output();
    return kFine;
  }

 private:
  static std::optional<Bound> bound(const std::optional<Moment>& moment, const events::LogIdentity& identity) {
    return moment ? std::optional<Bound>(std::in_place, *moment, identity.log_id) : std::nullopt;
  }

  // Whole partitions alone can be left out: what a record is depends on all those before it in its own.
  events::Checkpoint start(const events::LogIdentity& identity, const events::PositionVector& end) const {
    std::vector<events::Partition> wanted;
    for (events::Partition p = 0; p < identity.partitions; ++p) {
      const bool of_stream = !stream_ || all_ || events::partition_of(stream_->to_string(), identity.partitions) == p;
      if (of_stream && (!from_bound_ || from_bound_->partition().value_or(p) == p) &&
          (!to_bound_ || to_bound_->partition().value_or(p) == p)) {
        wanted.push_back(p);
      }
    }
    if (wanted.empty()) {
      throw CannotUse("No partition of the log fits --stream, --from and --to: it has " +
                      std::to_string(identity.partitions) + ", counted from 0.");
    }
    return start_of(wanted, end);
  }

  bool is_wanted(const Judged& judged) const {
    if (!all_ && judged.judgement.verdict != events::Verdict::Accepted) return false;
    if (!type_.empty() && header_of(judged.record.record, "ce_type") != type_) return false;
    if (from_bound_ && from_bound_->is_after(judged.record)) return false;
    return !to_bound_ || to_bound_->is_after(judged.record);
  }

  LogFlags log_;
  std::optional<events::StreamId> stream_;
  std::string type_;
  std::optional<Moment> from_;
  std::optional<Moment> to_;
  std::optional<Bound> from_bound_;
  std::optional<Bound> to_bound_;
  bool all_ = false;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Subcommand> make_events() {
  return std::make_unique<Events>();
}

}  // namespace taskstream::replay
