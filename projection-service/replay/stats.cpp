#include "projection-service/replay/stats.hpp"

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>

#include "projection-service/replay/judge.hpp"
#include "projection-service/replay/log_reading.hpp"
#include "projection-service/replay/moment.hpp"
#include "projection-service/replay/output.hpp"

namespace taskstream::replay {
namespace {

using Json = nlohmann::ordered_json;

// A foreign writer may name as many types as it likes.
constexpr std::size_t kTypesAtMost = 1'000;

struct Counts {
  std::int64_t records = 0;
  std::int64_t accepted = 0;
  std::int64_t superseded = 0;
  std::int64_t malformed = 0;
  std::map<std::string, std::int64_t> events;   // accepted, by type
  std::map<std::string, std::int64_t> streams;  // by kind
  std::int64_t bytes = 0;                       // of all values
  std::optional<events::Instant> first;         // of the accepted ones
  std::optional<events::Instant> last;

  void take(const events::LogRecord& record, const Judgement& judgement) {
    records += 1;
    bytes += static_cast<std::int64_t>(record.record.value.size());
    switch (judgement.verdict) {
      case events::Verdict::Accepted:
        return take_event(record, judgement);
      case events::Verdict::Superseded:
        superseded += 1;
        return;
      case events::Verdict::Malformed:
        malformed += 1;
        return;
    }
  }

  // Accepted events a second, over the time that they span.
  double rate() const {
    const double seconds = first ? std::chrono::duration<double>(*last - *first).count() : 0;
    return seconds > 0 ? static_cast<double>(accepted) / seconds : 0;
  }

 private:
  void take_event(const events::LogRecord& record, const Judgement& judgement) {
    accepted += 1;
    const std::string type = printable(judgement.envelope->type);
    events[events.contains(type) || events.size() < kTypesAtMost ? type : "(other types)"] += 1;
    const std::string kind(judgement.envelope->stream.kind());
    if (judgement.before.value == 0)
      streams[streams.contains(kind) || streams.size() < kTypesAtMost ? kind : "(other kinds)"] += 1;
    const events::Instant time = time_of(record.record, record.log_time);
    first = first ? std::min(*first, time) : time;
    last = last ? std::max(*last, time) : time;
  }
};

Json json_of(const Counts& counts, const events::LogIdentity& identity) {
  const auto instant = [](const std::optional<events::Instant>& time) {
    return time ? Json(events::format_instant(*time)) : Json(nullptr);
  };
  return {{"logId", identity.log_id.to_string()},
          {"partitions", identity.partitions},
          {"records", counts.records},
          {"accepted", counts.accepted},
          {"superseded", counts.superseded},
          {"malformed", counts.malformed},
          {"bytes", counts.bytes},
          {"events", counts.events},
          {"streams", counts.streams},
          {"first", instant(counts.first)},
          {"last", instant(counts.last)},
          {"eventsPerSecond", counts.rate()}};
}

void print_number(const std::string& what, std::int64_t number) {
  std::string line = what + std::string(what.size() < 36 ? 36 - what.size() : 1, ' ');
  const std::string text = with_commas(number);
  print_line(line + std::string(text.size() < 14 ? 14 - text.size() : 0, ' ') + text);
}

void print_text(const Counts& counts, const events::LogIdentity& identity) {
  print_line("log " + identity.log_id.to_string() + ", " + std::to_string(identity.partitions) + " partition(s)");
  print_number("records", counts.records);
  print_number("  accepted", counts.accepted);
  print_number("  superseded", counts.superseded);
  print_number("  malformed", counts.malformed);
  print_number("bytes of data", counts.bytes);
  print_line("events, by type");
  for (const auto& [type, count] : counts.events) print_number("  " + type, count);
  print_line("streams, by kind");
  for (const auto& [kind, count] : counts.streams) print_number("  " + kind, count);
  if (!counts.first) return;
  print_line("from " + events::format_instant(*counts.first) + " to " + events::format_instant(*counts.last));
  print_line("events a second, over that time: " +
             Json(static_cast<double>(static_cast<std::int64_t>(counts.rate() * 1000)) / 1000).dump());
}

class Stats final : public Subcommand {
 public:
  void declare(http::Settings& settings) override {
    log_.declare(settings);
    settings.toggle("json", json_, "One JSON object.");
    settings.examples(
        "Examples:\n"
        "  taskstream-replay stats --log file:data/taskstream.log\n"
        "  taskstream-replay stats --log kafka://127.0.0.1:9092/taskstream --json");
  }

  int run(Interruption& interruption) override {
    OpenedLog opened = open_for_reading(log_);
    const events::LogIdentity identity = identity_of(*opened.log);
    Judge judge(identity.partitions);
    Counts counts;
    Progress progress(Progress::style_of_stderr(log_.progress, false), "reading", records_between({}, opened.end),
                      "records");
    read_log(*opened.log, {}, opened.end, progress, interruption, [&](const Records& records) {
      for (const events::LogRecord& record : records) counts.take(record, judge.judge(record));
    });
    progress.finish();
    json_ ? print_line(json_of(counts, identity).dump()) : print_text(counts, identity);
    flush_output();
    return kFine;
  }

 private:
  LogFlags log_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Subcommand> make_stats() {
  return std::make_unique<Stats>();
}

}  // namespace taskstream::replay
