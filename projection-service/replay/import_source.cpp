#include "projection-service/replay/import_source.hpp"

#include "projection-service/replay/cloud_event.hpp"
#include "projection-service/replay/export_file.hpp"
#include "projection-service/replay/output.hpp"
#include "projection-service/replay/subcommand.hpp"

namespace taskstream::replay {
namespace {

std::string why_not(const Judgement& judgement) {
  if (judgement.verdict == events::Verdict::Malformed) return "no log would take it: " + judgement.reason;
  return printable(judgement.envelope->stream.to_string()) + " stands at version " +
         std::to_string(judgement.before.value) + " here, and the event makes version " +
         std::to_string(judgement.envelope->version.value);
}

}  // namespace

ImportSource::ImportSource(const std::string& path) : path_(path), lines_(path) {
  const auto line = lines_.next();
  if (!line) fail("the file is empty");
  const events::Record genesis = read(*line);
  const auto opened = read_log_opened(genesis);
  if (!opened) fail("an export begins with the event by which its log was opened");
  exported_log_ = *opened;
  judge_.judge({.position = {}, .log_time = {}, .record = genesis});
  events_ = 1;
}

std::optional<events::Record> ImportSource::next() {
  const auto line = lines_.next();
  if (!line) fail("the file ends without its closing line: it was cut short");
  events::LogRecord record{.position = {}, .log_time = {}, .record = read(*line)};
  if (const auto promised = events_of_closing_line(record.record)) {
    check_end(*promised);
    return std::nullopt;
  }
  const Judgement judgement = judge_.judge(record);
  if (judgement.verdict != events::Verdict::Accepted) fail(why_not(judgement));
  events_ += 1;
  return std::move(record.record);
}

events::Record ImportSource::read(const std::string& line) const {
  auto record = read_cloud_event(line);
  if (!record) fail("it is no CloudEvent: " + printable(record.error().reason));
  return *std::move(record);
}

void ImportSource::check_end(std::int64_t promised) {
  if (promised != events_) {
    fail("the closing line names " + std::to_string(promised) + " events, and the file has " + std::to_string(events_));
  }
  if (lines_.next()) fail("there is more behind the closing line");
}

void ImportSource::fail(const std::string& what) const {
  throw CannotUse((path_ == "-" ? "standard input" : path_) + ", line " + std::to_string(lines_.line_number()) + ": " +
                  what + ".");
}

}  // namespace taskstream::replay
