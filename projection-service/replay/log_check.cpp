#include "projection-service/replay/log_check.hpp"

#include "projection-service/replay/export_file.hpp"
#include "projection-service/replay/output.hpp"

namespace taskstream::replay {
namespace {

// Barrier records are written under a version that is never accepted.
constexpr std::string_view kLogKind = "log";

std::string text_of(events::Position position) {
  return std::to_string(position.partition) + ":" + std::to_string(position.offset);
}

events::Partition genesis_partition(events::Partition partitions) {
  return events::partition_of(events::StreamId::genesis().to_string(), partitions);
}

std::string with_count(events::Offset records) {
  return std::to_string(records) + (records == 1 ? " record is" : " records are");
}

std::string version_text(events::StreamVersion version) {
  return "version " + std::to_string(version.value);
}

}  // namespace

LogCheck::LogCheck(Options options, std::function<void(Finding)> report)
    : options_(options),
      report_(std::move(report)),
      judge_(options.partitions),
      partitions_(static_cast<std::size_t>(options.partitions)) {}

void LogCheck::take(const events::LogRecord& record) {
  counts_.records += 1;
  check_place(record);
  const Judgement judgement = judge_.judge(record);
  switch (judgement.verdict) {
    case events::Verdict::Accepted:
      counts_.accepted += 1;
      return check_event(record, judgement);
    case events::Verdict::Superseded:
      counts_.superseded += 1;
      return check_version(record, judgement);
    case events::Verdict::Malformed:
      counts_.malformed += 1;
      if (!options_.allow_malformed) report("malformed", record.position, judgement.reason);
      return;
  }
}

void LogCheck::finish() {
  if (partitions_[static_cast<std::size_t>(genesis_partition(options_.partitions))].next == 0) {
    report("genesis", {.partition = genesis_partition(options_.partitions), .offset = 0},
           "nothing is there, where the log says who it is");
  }
}

void LogCheck::check_place(const events::LogRecord& record) {
  PartitionSoFar& so_far = partitions_[static_cast<std::size_t>(record.position.partition)];
  const auto [partition, offset] = record.position;
  if (offset == 0 || so_far.next == 0) check_first(record);
  if (offset > so_far.next) {
    counts_.empty_offsets += offset - so_far.next;
    if (!options_.is_kafka) {
      report("gap", {.partition = partition, .offset = so_far.next},
             with_count(offset - so_far.next) + " missing before " + text_of(record.position));
    }
  }
  if (record.log_time < so_far.last_time && !options_.is_kafka) {
    report("order", record.position,
           "it was written at " + events::format_instant(record.log_time) +
               ", before the record that stands before it (" + events::format_instant(so_far.last_time) + ")");
  }
  so_far = {.next = offset + 1, .last_time = record.log_time};
}

void LogCheck::check_first(const events::LogRecord& record) {
  if (record.position.partition != genesis_partition(options_.partitions)) return;
  const auto opened = record.position.offset == 0 ? read_log_opened(record.record) : std::nullopt;
  if (!opened) {
    report("genesis", {.partition = record.position.partition, .offset = 0},
           "the log does not begin with the event that says who it is");
  } else if (opened->partitions != options_.partitions) {
    report("genesis", record.position,
           "the log was opened with " + std::to_string(opened->partitions) + " partitions and has " +
               std::to_string(options_.partitions));
  } else if (const auto envelope = events::read_envelope(record.record, 0, 1);
             envelope->id.uuid() != opened->log_id.uuid()) {
    report("genesis", record.position,
           "the log calls itself " + opened->log_id.to_string() + ", and the event that says so " +
               envelope->id.to_string() + ": it was another log's, or was altered");
  }
}

// That the event does not fit the state of its stream is for the fold to see: verify --read-model.
void LogCheck::check_event(const events::LogRecord& record, const Judgement& judgement) {
  const std::string key = judgement.envelope->stream.to_string();
  ahead_.erase(key);
  if (quarantined_.contains(key)) return;
  const auto event = events::read_event(record.record, *judgement.envelope);
  if (event) return;
  quarantined_.insert(key);
  report("unreadable", record.position,
         key + " " + version_text(judgement.envelope->version) + " cannot be read (" + printable(event.error().reason) +
             "): the stream is quarantined from here on");
}

void LogCheck::check_version(const events::LogRecord& record, const Judgement& judgement) {
  const auto& [stream, id, type, version] = *judgement.envelope;
  if (version.value <= judgement.before.value || stream.kind() == kLogKind) return;
  if (!ahead_.insert(stream.to_string()).second) return;
  report("missing", record.position,
         stream.to_string() + " stands at " + version_text(judgement.before) + " here, and the record makes " +
             version_text(version) + ": what lies between is not in the log");
}

void LogCheck::report(const char* kind, events::Position position, std::string what) {
  report_({.kind = kind, .where = text_of(position), .what = std::move(what)});
}

}  // namespace taskstream::replay
