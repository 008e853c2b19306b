#include "events/log/file/file_event_log.hpp"

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <thread>

#include "tests/contract/child_process.hpp"
#include "tests/contract/failing_disk.hpp"
#include "tests/contract/file_log_fixture.hpp"
#include "tests/contract/held_lock.hpp"
#include "tests/contract/recording_follower.hpp"

namespace taskstream::tests {
namespace {

using namespace events;
using Status = AppendOutcome::Status;

class FileEventLog : public FileLogFixture {
 protected:
  void SetUp() override { install_failing_disk(); }
  void TearDown() override { set_disk_fault(DiskFault::None); }
};

TEST_F(FileEventLog, IsMissingUntilSomebodyWhoMayCreatesIt) {
  EXPECT_THROW(open_file_log({.path = path_}, {.create = false}, soon()), LogMissing);
  open();
  EXPECT_NO_THROW(open_file_log({.path = path_}, {.create = false}, soon()));
}

TEST_F(FileEventLog, IsMissingWhileItsMakerHasNotFinished) {
  std::ofstream(path_).close();
  EXPECT_THROW(open_file_log({.path = path_}, {.create = false}, soon()), LogMissing);
  EXPECT_EQ(append_and_wait(*open(), 0, record_of("a")).status, Status::Appended);
}

TEST_F(FileEventLog, RefusesTheDatabaseOfAnotherProgram) {
  query("CREATE TABLE t (x)");
  EXPECT_THROW(open(), LogRefused);
  EXPECT_EQ(query("SELECT group_concat(name) FROM sqlite_master"), "t");
}

TEST_F(FileEventLog, RefusesAFileThatIsNoDatabase) {
  std::ofstream(path_) << "milk, eggs, and a great many other things that nobody should overwrite";
  EXPECT_THROW(open(), LogRefused);
}

TEST_F(FileEventLog, RefusesALogOfAnotherVersion) {
  open();
  query("PRAGMA user_version = 2");
  EXPECT_THROW(open(), LogRefused);
}

TEST_F(FileEventLog, KeepsItsRecordsWhenItIsOpenedAgain) {
  for (int i = 0; i < 3; ++i) append_and_wait(*open(), 0, record_of("a" + std::to_string(i)));
  RecordingFollower follower;
  const auto log = open();
  const auto subscription = log->follow({}, follower);
  ASSERT_TRUE(follower.wait_for_records(3));
  EXPECT_EQ(identity_of(follower.records()[2].record), "a2");
}

TEST_F(FileEventLog, NeverLetsItsClockGoBack) {
  const auto log = open();
  append_and_wait(*log, 0, record_of("a"));
  query("UPDATE records SET log_time = 4102444800000000");  // 2100: as if the clock had been set back since
  const AppendOutcome outcome = append_and_wait(*log, 0, record_of("b"));
  ASSERT_TRUE(outcome.log_time);
  EXPECT_EQ(outcome.log_time->time_since_epoch().count(), 4102444800000000);
}

TEST_F(FileEventLog, GivesUpAnAppendThatWaitedForTooLong) {
  const auto log = open(std::chrono::milliseconds(50));
  {
    const HeldLock held(path_);
    const AppendOutcome outcome = append_and_wait(*log, 0, record_of("a"));
    EXPECT_EQ(outcome.status, Status::NotAppended);
    EXPECT_NE(outcome.reason, "");
  }
  // So short a time may be over again on a busy machine.
  AppendOutcome outcome = append_and_wait(*log, 0, record_of("b"));
  for (int i = 0; i < 100 && outcome.status == Status::NotAppended; ++i) {
    outcome = append_and_wait(*log, 0, record_of("b"));
  }
  EXPECT_EQ(outcome.position, Position{}) << "of what was refused nothing is there";
}

TEST_F(FileEventLog, RefusesAppendsWhenItsQueueIsFull) {
  std::atomic<int> answers = 0;
  std::atomic<int> refused = 0;
  constexpr int kAppends = 65'536 + 4'096 + 1;  // the queue, the group under way, and one more
  {
    const auto log = open(std::chrono::minutes(10));
    auto held = std::make_unique<HeldLock>(path_);
    for (int i = 0; i < kAppends; ++i) {
      log->append(0, {}, [&](const AppendOutcome& outcome) {
        ++answers;
        if (outcome.status == Status::NotAppended) ++refused;
      });
    }
    EXPECT_GE(refused, 1);
    EXPECT_LE(refused, 4'097);
    held.reset();
    while (append_and_wait(*log, 0, record_of("again")).status != Status::Appended) std::this_thread::yield();
  }
  EXPECT_EQ(answers, kAppends);
}

TEST_F(FileEventLog, SaysThatNothingWasAppendedWhenTheDiskIsFullAndGoesOnLater) {
  const auto log = open();
  append_and_wait(*log, 0, record_of("a"));
  set_disk_fault(DiskFault::FullOnWrite);
  const AppendOutcome outcome = append_and_wait(*log, 0, record_of("b"));
  EXPECT_EQ(outcome.status, Status::NotAppended);
  EXPECT_NE(outcome.reason, "");
  set_disk_fault(DiskFault::None);
  EXPECT_TRUE(log->is_reachable());
  EXPECT_EQ(append_and_wait(*log, 0, record_of("c")).position, (Position{.partition = 0, .offset = 1}));
}

TEST_F(FileEventLog, DoesNotKnowWhatACommitDidThatFailedAndAppendsNothingMore) {
  const auto log = open();
  append_and_wait(*log, 0, record_of("a"));
  set_disk_fault(DiskFault::ErrorOnSync);
  EXPECT_EQ(append_and_wait(*log, 0, record_of("b")).status, Status::Unknown);
  set_disk_fault(DiskFault::None);
  EXPECT_FALSE(log->is_reachable());
  const AppendOutcome later = append_and_wait(*log, 0, record_of("c"));
  EXPECT_EQ(later.status, Status::NotAppended);
  EXPECT_NE(later.reason, "");
  EXPECT_TRUE(log->read({}, soon()));  // reading goes on
}

TEST_F(FileEventLog, AcknowledgesNothingThatAFileSizeLimitKeptOut) {
  std::vector<std::string> said = ChildProcess({FILE_LOG_PROCESS, "fill", path_, "1000000"}).read_all_lines();
  ASSERT_GE(said.size(), 4U);
  const auto appended = std::ranges::count(said, "Appended");
  EXPECT_GT(appended, 10);
  EXPECT_EQ(said[said.size() - 3], "Unknown");
  EXPECT_EQ(said[said.size() - 2], "NotAppended");
  EXPECT_EQ(said[said.size() - 1], "unreachable");
  const auto log = open();
  const Offset end = end_of_all(*log)->next(0);
  EXPECT_TRUE(end == appended || end == appended + 1) << end << " records, " << appended << " acknowledged";
}

TEST_F(FileEventLog, TellsOfDamageAndAppendsNothingOnceItsFileIsGone) {
  const auto log = open();
  append_and_wait(*log, 0, record_of("a"));
  RecordingFollower follower;
  const auto subscription = log->follow({}, follower);
  ASSERT_TRUE(follower.wait_for_records(1));
  std::filesystem::remove(path_);
  EXPECT_EQ(append_and_wait(*log, 0, record_of("b")).status, Status::NotAppended);
  EXPECT_FALSE(log->is_reachable());
  EXPECT_TRUE(follower.wait_for_damage());
  EXPECT_EQ(follower.records().size(), 1U);
}

TEST_F(FileEventLog, TellsOfDamageWhenItsFileIsReplaced) {
  const auto log = open();
  RecordingFollower follower;
  const auto subscription = log->follow({}, follower);
  append_and_wait(*log, 0, record_of("a"));
  ASSERT_TRUE(follower.wait_for_records(1));
  std::filesystem::rename(path_, path_ + ".old");
  std::ofstream(path_).close();
  EXPECT_TRUE(follower.wait_for_damage());
  EXPECT_NE(follower.damage().find("replaced"), std::string::npos) << follower.damage();
}

}  // namespace
}  // namespace taskstream::tests
