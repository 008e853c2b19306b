#include "projection-service/replay/export.hpp"

#include <iostream>

#include "projection-service/replay/cloud_event.hpp"
#include "projection-service/replay/export_file.hpp"
#include "projection-service/replay/judge.hpp"
#include "projection-service/replay/line_files.hpp"
#include "projection-service/replay/log_reading.hpp"

namespace taskstream::replay {
namespace {

class Export final : public Subcommand {
 public:
  void declare(http::Settings& settings) override {
    log_.declare(settings);
    settings.argument("FILE", file_, "Where to write: compressed when it ends in .zst; - is standard output.",
                      "events.ndjson.zst");
    settings.examples(
        "Examples:\n"
        "  taskstream-replay export --log file:data/taskstream.log events.ndjson.zst\n"
        "  taskstream-replay export --log kafka://127.0.0.1:9092/taskstream - | \\\n"
        "    taskstream-replay import --log file:copy.log -");
  }

  int run(Interruption& interruption) override {
    OpenedLog opened = open_for_reading(log_);
    const events::LogIdentity identity = identity_of(*opened.log);
    LineWriter file(file_, interruption);
    write_genesis(*opened.log, identity, file);
    Judge judge(identity.partitions);
    std::int64_t events = 1;
    Progress progress(Progress::style_of_stderr(log_.progress, false), "exporting", records_between({}, opened.end),
                      "records");
    read_log(*opened.log, {}, opened.end, progress, interruption, [&](const Records& records) {
      for (const events::LogRecord& record : records) {
        interruption.throw_if_requested();
        if (judge.judge(record).verdict != events::Verdict::Accepted || is_genesis(record, identity)) continue;
        file.write(checked_line(record));
        events += 1;
      }
    });
    file.write(closing_line(events));
    file.finish();
    progress.finish();
    std::cerr << "exported " << with_commas(events) << " events\n";
    return kFine;
  }

 private:
  static events::Position genesis_position(const events::LogIdentity& identity) {
    return {.partition = events::partition_of(events::StreamId::genesis().to_string(), identity.partitions),
            .offset = 0};
  }
  static bool is_genesis(const events::LogRecord& record, const events::LogIdentity& identity) {
    return record.position == genesis_position(identity);
  }

  // First, wherever its partition comes: who imports must know it before anything else.
  static void write_genesis(events::EventLog& log, const events::LogIdentity& identity, LineWriter& file) {
    const auto genesis =
        log.read(genesis_position(identity), std::chrono::steady_clock::now() + std::chrono::seconds(20));
    if (!genesis || !*genesis) throw CannotUse("The first record of the log cannot be read.");
    file.write(checked_line(**genesis));
  }

  // What could not be read back is found here, and not by whoever needs the file.
  static std::string checked_line(const events::LogRecord& record) {
    std::string line = to_cloud_event(record.record);
    const auto read_back = read_cloud_event(line);
    if (!read_back || *read_back != record.record) {
      throw std::logic_error("the record " + std::to_string(record.position.partition) + ":" +
                             std::to_string(record.position.offset) + " cannot be told as a CloudEvent");
    }
    return line;
  }

  LogFlags log_;
  std::string file_;
};

}  // namespace

std::unique_ptr<Subcommand> make_export() {
  return std::make_unique<Export>();
}

}  // namespace taskstream::replay
