// SQLite before 3.51.3 can damage a journal when a checkpoint of one connection meets a commit of another. So both wait
// for the log's lock: here the test holds it, and looks at what the files and the log say meanwhile.
#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <optional>
#include <thread>

#include "events/log/file/log_file.hpp"
#include "tests/contract/child_process.hpp"
#include "tests/contract/file_log_fixture.hpp"
#include "tests/contract/held_lock.hpp"

namespace taskstream::tests {
namespace {

using namespace events;
using namespace std::chrono_literals;
using Status = AppendOutcome::Status;

// More than the journal may hold before it is written back.
constexpr std::size_t kLongJournal = 20 * 1024 * 1024;

class FileLogLock : public FileLogFixture {
 protected:
  // Grows by a checkpoint alone: until then everything is in the journal.
  std::uintmax_t database_bytes() const { return std::filesystem::file_size(path_); }
};

// Acknowledged, and then at once under the lock: before the log's own thread can turn to the journal.
void append_and_hold(EventLog& log, Record record, const std::string& path, std::optional<HeldLock>& held) {
  std::promise<AppendOutcome> told;
  log.append(0, std::move(record), [&](AppendOutcome outcome) {
    held.emplace(path);
    told.set_value(std::move(outcome));
  });
  const AppendOutcome outcome = told.get_future().get();
  ASSERT_EQ(outcome.status, Status::Appended) << outcome.reason;
}

TEST_F(FileLogLock, IsTakenToMakeTheFile) {
  const HeldLock held(path_);
  EXPECT_THROW(open_file_log({.path = path_}, {.create = true}, std::chrono::steady_clock::now() + 100ms),
               std::runtime_error);
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(FileLogLock, KeepsAnotherProcessFromCommittingForAsLongAsItIsHeld) {
  const auto log = open(20s);
  ChildProcess writer({FILE_LOG_PROCESS, "append", path_, "w"});
  ASSERT_TRUE(writer.read_line());
  for (int times = 0; times < 20; ++times) {
    std::optional<HeldLock> held(path_);
    const Offset end = end_of_all(*log)->next(0);
    // It would commit dozens of times in this while.
    for (const auto over = std::chrono::steady_clock::now() + 40ms; std::chrono::steady_clock::now() < over;) {
      ASSERT_EQ(end_of_all(*log)->next(0), end);
      std::this_thread::sleep_for(1ms);
    }
    held.reset();
    while (end_of_all(*log)->next(0) == end) ASSERT_TRUE(writer.read_line());
  }
}

TEST_F(FileLogLock, KeepsTheJournalFromBeingWrittenBackForAsLongAsItIsHeld) {
  const auto log = open(2s);
  std::optional<HeldLock> held;
  append_and_hold(*log, record_of("a", std::string(kLongJournal, 'x')), path_, held);
  // The log's thread comes to the second append when it has given up the journal.
  EXPECT_EQ(append_and_wait(*log, 0, record_of("b")).status, Status::NotAppended);
  EXPECT_LT(database_bytes(), kLongJournal);
  EXPECT_GT(journal_bytes(), kLongJournal);

  held.reset();
  EXPECT_EQ(append_and_wait(*log, 0, record_of("c")).status, Status::Appended);
  for (const Deadline deadline = soon(); database_bytes() < kLongJournal; std::this_thread::sleep_for(5ms)) {
    ASSERT_LT(std::chrono::steady_clock::now(), deadline) << "the journal is never written back";
  }
}

TEST_F(FileLogLock, IsNotPassedByACommitThatMakesTheJournalLong) {
  open(2s);
  LogFile file = LogFile::open(path_);
  file.database().exec("INSERT INTO records VALUES (0, 0, NULL, x'', zeroblob(" + std::to_string(kLongJournal) + "))");
  EXPECT_LT(database_bytes(), kLongJournal);
  EXPECT_GT(journal_bytes(), kLongJournal);
}

TEST_F(FileLogLock, IsNotPassedByWhoeverClosesTheLogLast) {
  auto log = open(2s);
  std::optional<HeldLock> held;
  append_and_hold(*log, record_of("a", std::string(kLongJournal, 'x')), path_, held);
  log.reset();
  EXPECT_LT(database_bytes(), kLongJournal);
  EXPECT_GT(journal_bytes(), kLongJournal);
  held.reset();
  EXPECT_EQ(end_of_all(*open(2s))->next(0), 1);
}

}  // namespace
}  // namespace taskstream::tests
