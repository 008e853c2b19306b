#include "events/log/file/file_event_log.hpp"
#include "events/log/memory/memory_event_log.hpp"
#include "tests/contract/every_event_log.hpp"
#include "tests/contract/scratch_folder.hpp"

namespace taskstream::tests {
namespace {

using namespace events;

// Keeps the folder for as long as the log that lies in it.
class LogInScratchFolder final : public EventLog {
 public:
  LogInScratchFolder() : log_(open_file_log({.path = folder_.path() + "/some/where/log"}, {.create = true}, soon())) {}

  Partition partitions() const override { return log_->partitions(); }
  void append(Partition partition, Record record, AppendDone done) override {
    log_->append(partition, std::move(record), std::move(done));
  }
  std::unique_ptr<Subscription> follow(const Checkpoint& from, Follower& follower) override {
    return log_->follow(from, follower);
  }
  void end_of_log(std::vector<Partition> of, Deadline deadline, EndDone done) override {
    log_->end_of_log(std::move(of), deadline, std::move(done));
  }
  boost::system::result<std::optional<LogRecord>, LogUnavailable> read(Position position, Deadline deadline) override {
    return log_->read(position, deadline);
  }
  bool is_reachable() const override { return log_->is_reachable(); }

 private:
  ScratchFolder folder_;
  std::unique_ptr<EventLog> log_;
};

INSTANTIATE_TEST_SUITE_P(Memory, EveryEventLog,
                         testing::Values(LogKind{"memory", [] { return std::make_unique<MemoryEventLog>(3); }}),
                         testing::PrintToStringParamName());
INSTANTIATE_TEST_SUITE_P(File, EveryEventLog,
                         testing::Values(LogKind{"file", [] { return std::make_unique<LogInScratchFolder>(); }}),
                         testing::PrintToStringParamName());

}  // namespace
}  // namespace taskstream::tests
