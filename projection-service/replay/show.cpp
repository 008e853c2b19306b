#include "projection-service/replay/show.hpp"

#include <iostream>
#include <optional>

#include "projection-service/replay/log_reading.hpp"
#include "projection-service/replay/output.hpp"
#include "projection-service/replay/stream_versions.hpp"

namespace taskstream::replay {
namespace {

using Json = nlohmann::ordered_json;

std::string header_of(const events::Record& record, std::string_view name) {
  for (const events::Header& header : record.headers) {
    if (header.name == name) return printable(header.value);
  }
  return {};
}

// How a stream came to be what it is, up to a version or a moment.
class Life {
 public:
  Life(std::optional<events::StreamVersion> last, std::optional<events::Instant> until, bool with_steps)
      : last_(last), until_(until), with_steps_(with_steps) {}

  void take(const events::Record& record, const events::Envelope& envelope) {
    if (over_ || !events::accepts(stream_.version, envelope.version)) return;
    events::Stream next = stream_;
    const events::Applied applied = events::apply(next, envelope, record);
    // Times never go back, so the first version that is too late ends it.
    const bool too_late = until_ && next.last_time && *next.last_time > *until_ && !applied.parked;
    if (too_late || (last_ && next.version > *last_)) {
      over_ = true;
      return;
    }
    if (with_steps_) steps_.push_back(step(record, envelope, applied, next));
    stream_ = std::move(next);
  }

  const events::Stream& stream() const { return stream_; }
  const std::vector<Step>& steps() const { return steps_; }

 private:
  Step step(const events::Record& record, const events::Envelope& envelope, const events::Applied& applied,
            const events::Stream& next) const {
    return {.version = next.version,
            .time = next.last_time.value_or(events::Instant()),
            .type = printable(envelope.type),
            .actor = header_of(record, "ce_actor"),
            .event_id = envelope.id.to_string(),
            .parked_because = applied.parked ? applied.reason : std::string(),
            .changes = changes_between(stream_.state, next.state)};
  }

  const std::optional<events::StreamVersion> last_;
  const std::optional<events::Instant> until_;
  const bool with_steps_;
  events::Stream stream_;
  std::vector<Step> steps_;
  bool over_ = false;
};

Json json_of(const Step& step) {
  Json json = {{"version", step.version.value},
               {"eventId", step.event_id},
               {"type", step.type},
               {"time", events::format_instant(step.time)},
               {"actor", step.actor}};
  if (!step.parked_because.empty()) json["parked"] = step.parked_because;
  json["changes"] = step.changes;
  return json;
}

void print_step(const Step& step) {
  print_line("v" + std::to_string(step.version.value) + "  " + events::format_instant(step.time) + "  " + step.type +
             "  " + step.actor);
  if (!step.parked_because.empty()) print_line("    parked: " + printable(step.parked_because));
  for (const auto& [name, change] : step.changes.items()) {
    print_line("    " + name + ": " + printable(change.at("from").dump()) + " -> " + printable(change.at("to").dump()));
  }
}

class Show final : public Subcommand {
 public:
  void declare(http::Settings& settings) override {
    log_.declare(settings);
    settings.argument("STREAM", stream_text_, "The stream, kind/id; an id alone is a task's.",
                      "task/0197f2c4-0000-7000-8000-000000000001");
    settings.number("version", version_, {0, events::StreamVersion::kMax},
                    "As it was at this version; 0 = the newest.");
    settings.custom("at", "", "As it was at this time.", "2026-11-25T07:20:00Z",
                    [this](const std::string& text) -> std::optional<std::string> {
                      at_ = events::parse_instant(text);
                      return at_ ? std::nullopt : std::optional<std::string>("is no RFC 3339 time");
                    });
    settings.toggle("diff", diff_, "What each event changed.");
    settings.toggle("json", json_, "One JSON object.");
    settings.require([this]() -> std::optional<std::string> {
      if (version_ > 0 && at_) return "--version and --at: one of them at most";
      const auto named = events::StreamId::parse(stream_text_);
      stream_ = named ? named : events::StreamId::parse("task/" + stream_text_);
      if (!stream_) return "STREAM = `" + stream_text_ + "` is no stream id; for example: " + kExample;
      return std::nullopt;
    });
    settings.examples(
        "Examples:\n"
        "  taskstream-replay show 0197f2c4-0000-7000-8000-000000000001\n"
        "  taskstream-replay show task/0197f2c4-0000-7000-8000-000000000001 --version 3 --diff\n"
        "  taskstream-replay show user/11111111-1111-4111-8111-111111111111 --at 2026-11-25T07:20:00Z --json");
  }

  int run(Interruption& interruption) override {
    OpenedLog opened = open_for_reading(log_);
    const events::LogIdentity identity = identity_of(*opened.log);
    const std::string key = stream_->to_string();
    const events::Partition partition = events::partition_of(key, identity.partitions);
    const auto from = start_of({partition}, opened.end);
    Life life(version_ > 0 ? std::optional(events::StreamVersion{version_}) : std::nullopt, at_, diff_);
    Progress progress(Progress::style_of_stderr(log_.progress, false), "reading", records_between(from, opened.end),
                      "records");
    read_log(*opened.log, from, opened.end, progress, interruption, [&](const Records& records) {
      for (const events::LogRecord& record : records) {
        if (record.record.key != key) continue;
        const auto envelope = events::read_envelope(record.record, record.position.partition, identity.partitions);
        if (envelope) life.take(record.record, *envelope);
      }
    });
    progress.finish();
    return print(life);
  }

 private:
  static constexpr const char* kExample = "task/0197f2c4-0000-7000-8000-000000000001";

  int print(const Life& life) const {
    const events::Stream& stream = life.stream();
    const std::int64_t version = stream.version.value;
    if (version == 0 || version < version_) {
      std::cerr << "taskstream-replay: " << stream_->to_string()
                << (version == 0 ? (at_ ? " had no event at that time\n" : " has no event in this log\n")
                                 : " has only reached version " + std::to_string(version) + "\n");
      return kDifferent;
    }
    json_ ? print_json(life) : print_text(life);
    flush_output();
    return kFine;
  }

  void print_json(const Life& life) const {
    const events::Stream& stream = life.stream();
    Json json = {{"stream", stream_->to_string()},
                 {"version", stream.version.value},
                 {"time", stream.last_time ? Json(events::format_instant(*stream.last_time)) : Json(nullptr)},
                 {"deleted", events::is_deleted(stream.state)},
                 {"state", replay::json_of(stream)}};
    if (diff_) {
      json["events"] = Json::array();
      for (const Step& step : life.steps()) json["events"].push_back(json_of(step));
    }
    print_line(json.dump());
  }

  void print_text(const Life& life) const {
    const events::Stream& stream = life.stream();
    for (const Step& step : life.steps()) print_step(step);
    std::string line = stream_->to_string() + " at version " + std::to_string(stream.version.value);
    if (stream.last_time) line += " of " + events::format_instant(*stream.last_time);
    if (events::is_deleted(stream.state)) line += ", deleted";
    if (stream.quarantine) {
      line += ", quarantined since version " + std::to_string(stream.quarantine->version.value) + ": " +
              printable(stream.quarantine->reason);
    }
    print_line(line);
    const Json state = replay::json_of(stream);
    for (const auto& [name, value] : state.items()) {
      if (value.is_null() || name == "quarantined") continue;
      print_line("  " + name + ": " + printable(value.is_string() ? value.get<std::string>() : value.dump()));
    }
  }

  LogFlags log_;
  std::string stream_text_;
  std::optional<events::StreamId> stream_;
  std::int64_t version_ = 0;
  std::optional<events::Instant> at_;
  bool diff_ = false;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Subcommand> make_show() {
  return std::make_unique<Show>();
}

}  // namespace taskstream::replay
