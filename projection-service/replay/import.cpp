#include "projection-service/replay/import.hpp"

#include <iostream>
#include <random>

#include "events/log/end_of_all.hpp"
#include "events/log/new_log.hpp"
#include "projection-service/replay/appender.hpp"
#include "projection-service/replay/import_source.hpp"
#include "projection-service/replay/log_reading.hpp"

namespace taskstream::replay {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kOpen{30};
// Nobody waits for one event: a log that is slow for a moment may take its time.
constexpr std::chrono::milliseconds kMessageTimeout{60'000};

events::LogId fresh_log_id() {
  events::Uuid::Bytes bytes;
  std::random_device random;
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random());
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return events::LogId(events::make_uuid_v7(std::chrono::duration_cast<std::chrono::milliseconds>(now).count(), bytes));
}

// A fresh id, for old tokens must not fit new offsets; the namespace stays, so that ids made from keys stay the same.
void open_as(events::EventLog& log, const events::LogOpened& exported) {
  const events::LogOpened mine{.log_id = fresh_log_id(),
                               .partitions = log.partitions(),
                               .id_namespace = exported.id_namespace,
                               .max_clock_skew_ms = exported.max_clock_skew_ms};
  const auto opened =
      events::open_genesis(log, {.identity = mine, .source = "/taskstream/replay"}, Clock::now() + kOpen);
  if (opened != mine) throw CannotUse("Somebody else opened the log at the same moment: import into another one.");
}

class Import final : public Subcommand {
 public:
  void declare(http::Settings& settings) override {
    log_.declare(settings);
    settings.argument("FILE", file_, "What export has written: compressed when it ends in .zst; - is standard input.",
                      "events.ndjson.zst");
    settings.number("partitions", log_.options.partitions, {1, 10'000}, "Of a topic that is made.");
    settings.custom("replication-factor", "", "Of a topic that is made; the smaller of 3 and the brokers by default.",
                    "3", [this](const std::string& text) -> std::optional<std::string> {
                      if (text.size() != 1 || text < "1" || text > "9") return "is not a number between 1 and 9";
                      log_.options.replication_factor = static_cast<std::int16_t>(text.front() - '0');
                      return std::nullopt;
                    });
    settings.examples(
        "Examples:\n"
        "  taskstream-replay import --log file:copy.log events.ndjson.zst\n"
        "  taskstream-replay import --log kafka://127.0.0.1:9092/copy --partitions 24 events.ndjson.zst");
  }

  int run(Interruption& interruption) override {
    log_.options.message_timeout = kMessageTimeout;
    if (file_ != "-") check_file(interruption);
    const auto target = events::begin_log(log_.url, log_.options, Clock::now() + kOpen);
    Drafts drafts(interruption);
    for (const auto& draft : target->drafts()) drafts.add(draft);
    const std::string left = target->left_behind();
    interruption.set_last_words(left);
    try {
      fill(*target, interruption);
    } catch (...) {
      if (!left.empty()) std::cerr << left << '\n';
      throw;
    }
    return kFine;
  }

 private:
  // A file that cannot be imported is refused before anything is made of it.
  void check_file(Interruption& interruption) const {
    ImportSource source(file_);
    Progress progress(Progress::style_of_stderr(log_.progress, false), "checking", source.bytes_in_all(), "bytes");
    while (source.next()) {
      interruption.throw_if_requested();
      progress.add(source.bytes_read() - progress.done());
      progress.show();
    }
    progress.finish();
  }

  void fill(events::NewLog& target, Interruption& interruption) const {
    ImportSource source(file_);
    open_as(target.log(), source.exported_log());
    Progress progress(Progress::style_of_stderr(log_.progress, false), "importing", source.bytes_in_all(), "bytes");
    {
      Appender appender(target.log(), interruption);
      while (auto record = source.next()) {
        appender.append(*std::move(record));
        progress.add(source.bytes_read() - progress.done());
        progress.show();
      }
      appender.await_all();
    }
    progress.finish();
    check_what_was_written(target.log(), source.events(), interruption);
    target.finish();
    std::cerr << "imported " << with_commas(source.events()) << " events into " << log_.url_text << '\n';
  }

  // Whole means: every reader will accept as many events as were exported.
  void check_what_was_written(events::EventLog& log, std::int64_t events, Interruption& interruption) const {
    const events::PositionVector end = events::end_of_all(log, Clock::now() + kOpen);
    Judge judge(log.partitions());
    std::int64_t accepted = 0;
    Progress progress(Progress::style_of_stderr(log_.progress, false), "reading back", records_between({}, end),
                      "records");
    read_log(log, {}, end, progress, interruption, [&](const Records& records) {
      for (const events::LogRecord& record : records) {
        accepted += judge.judge(record).verdict == events::Verdict::Accepted ? 1 : 0;
      }
    });
    progress.finish();
    if (accepted == events) return;
    throw CannotUse("The log holds " + with_commas(accepted) + " of " + with_commas(events) +
                    " events after the import: somebody else has written to it.");
  }

  LogFlags log_;
  std::string file_;
};

}  // namespace

std::unique_ptr<Subcommand> make_import() {
  return std::make_unique<Import>();
}

}  // namespace taskstream::replay
