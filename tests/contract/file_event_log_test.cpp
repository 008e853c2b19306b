#include "events/log/file/file_event_log.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <random>
#include <thread>

#include "tests/contract/child_process.hpp"
#include "tests/contract/failing_disk.hpp"
#include "tests/contract/held_lock.hpp"
#include "tests/contract/recording_follower.hpp"
#include "tests/contract/scratch_folder.hpp"

namespace taskstream::tests {
namespace {

using namespace events;
using Status = AppendOutcome::Status;

class FileEventLog : public testing::Test {
 protected:
  void SetUp() override { install_failing_disk(); }
  void TearDown() override { set_disk_fault(DiskFault::None); }

  std::unique_ptr<EventLog> open(std::chrono::milliseconds message_timeout = std::chrono::seconds(20)) const {
    return open_file_log({.path = path_}, {.create = true, .message_timeout = message_timeout}, soon());
  }

  std::string query(const std::string& sql) const {
    sqlite3* database = nullptr;
    EXPECT_EQ(sqlite3_open(path_.c_str(), &database), SQLITE_OK);
    sqlite3_db_config(database, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    std::string answer;
    const auto take = [](void* out, int, char** columns, char**) {
      *static_cast<std::string*>(out) += columns[0] == nullptr ? "" : columns[0];
      return 0;
    };
    EXPECT_EQ(sqlite3_exec(database, sql.c_str(), take, &answer, nullptr), SQLITE_OK) << sqlite3_errmsg(database);
    sqlite3_close(database);
    return answer;
  }

  ScratchFolder folder_;
  const std::string path_ = folder_.path() + "/log";
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
  AppendOutcome outcome;
  do outcome = append_and_wait(*log, 0, record_of("b"));
  while (outcome.status == Status::NotAppended);
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

TEST_F(FileEventLog, KeepsEveryAcknowledgedAppendOfProcessesThatAreKilled) {
  const auto seed = std::random_device()();
  std::cout << "seed " << seed << '\n';
  std::mt19937 random(seed);
  const auto log = open();
  RecordingFollower follower;
  const auto subscription = log->follow({}, follower);

  std::map<Offset, std::string> acknowledged;
  std::vector<std::unique_ptr<ChildProcess>> writers;
  int started = 0;
  const auto start = [&] {
    const std::string name = "w" + std::to_string(started++);
    writers.push_back(
        std::make_unique<ChildProcess>(std::vector<std::string>{FILE_LOG_PROCESS, "append", path_, name}));
  };
  const auto note = [&](const std::string& line) {
    const std::size_t blank = line.find(' ');
    const auto [at, is_new] = acknowledged.emplace(std::stoll(line.substr(blank + 1)), line.substr(0, blank));
    EXPECT_TRUE(is_new) << "offset " << at->first << " was told to " << at->second << " and to " << line;
  };
  for (int i = 0; i < 3; ++i) start();
  for (int round = 0; round < 12; ++round) {
    const auto victim = writers.begin() + static_cast<std::ptrdiff_t>(random() % writers.size());
    const auto lines = 1 + random() % 300;
    for (std::size_t i = 0; i < lines; ++i) {
      const auto line = (*victim)->read_line();
      ASSERT_TRUE(line);
      note(*line);
    }
    (*victim)->kill();
    for (const std::string& line : (*victim)->read_all_lines()) note(line);
    writers.erase(victim);
    start();
  }
  for (const auto& writer : writers) {
    writer->kill();
    for (const std::string& line : writer->read_all_lines()) note(line);
  }

  const auto end = static_cast<std::size_t>(end_of_all(*log)->next(0));
  ASSERT_TRUE(follower.wait_for_records(end));
  const std::vector<LogRecord> records = follower.records();
  std::map<std::string, int> times;
  for (std::size_t i = 0; i < records.size(); ++i) {
    ASSERT_EQ(records[i].position.offset, static_cast<Offset>(i));
    ++times[identity_of(records[i].record)];
  }
  for (const auto& [offset, id] : acknowledged) {
    ASSERT_LT(offset, static_cast<Offset>(records.size()));
    EXPECT_EQ(identity_of(records[static_cast<std::size_t>(offset)].record), id);
    EXPECT_EQ(times[id], 1) << id;
  }
  EXPECT_EQ(query("PRAGMA integrity_check"), "ok");
  std::cout << acknowledged.size() << " acknowledged, " << records.size() << " in the log\n";
}

TEST_F(FileEventLog, WakesAReaderInAnotherProcess) {
  constexpr int kRecords = 200;
  const auto log = open();
  append_and_wait(*log, 0, record_of("first"));
  ChildProcess reader({FILE_LOG_PROCESS, "follow", path_});
  ASSERT_TRUE(reader.read_line());
  std::vector<double> commit_us;
  std::vector<double> wake_us;
  for (int i = 1; i <= kRecords; ++i) {
    const auto before = std::chrono::steady_clock::now();
    ASSERT_EQ(append_and_wait(*log, 0, record_of("a")).status, Status::Appended);
    const auto after = std::chrono::steady_clock::now();
    const auto line = reader.read_line();
    ASSERT_TRUE(line);
    const std::size_t blank = line->find(' ');
    EXPECT_EQ(line->substr(0, blank), std::to_string(i));
    const std::chrono::nanoseconds seen(std::stoll(line->substr(blank + 1)));
    commit_us.push_back(std::chrono::duration<double, std::micro>(after - before).count());
    wake_us.push_back(std::chrono::duration<double, std::micro>(seen - after.time_since_epoch()).count());
  }
  std::ranges::sort(commit_us);
  std::ranges::sort(wake_us);
  std::cout << "one append, in microseconds: median " << commit_us[kRecords / 2] << ", p99 "
            << commit_us[kRecords * 99 / 100] << "; seen elsewhere after its acknowledgement: median "
            << wake_us[kRecords / 2] << ", p99 " << wake_us[kRecords * 99 / 100] << '\n';
}

TEST_F(FileEventLog, KeepsItsJournalShortUnderLoadWithReadersOpen) {
  constexpr int kRecords = 2'400;
  constexpr std::size_t kRecordBytes = 32 * 1024;
  const auto log = open();
  RecordingFollower near;
  const auto subscription = log->follow({}, near);
  ChildProcess other({FILE_LOG_PROCESS, "follow", path_});
  std::uintmax_t longest = 0;
  std::atomic<int> answered = 0;
  for (int i = 0; i < kRecords; ++i) {
    log->append(0, record_of("a", std::string(kRecordBytes, 'x')), [&](const AppendOutcome& outcome) {
      EXPECT_EQ(outcome.status, Status::Appended) << outcome.reason;
      ++answered;
      answered.notify_all();
    });
    for (int seen = answered; i - seen > 32; seen = answered) answered.wait(seen);
    longest = std::max(longest, std::filesystem::file_size(path_ + "-wal"));
  }
  for (int seen = answered; seen < kRecords; seen = answered) answered.wait(seen);
  for (int i = 0; i < kRecords; ++i) ASSERT_TRUE(other.read_line());
  ASSERT_TRUE(near.wait_for_records(kRecords));
  std::cout << kRecords * kRecordBytes / 1'048'576 << " MiB written, journal at most " << longest / 1'048'576
            << " MiB\n";
  EXPECT_LT(longest, 40U * 1'048'576);
}

// Reads in transactions of its own, each of which begins before the last one of the other reader has ended.
void read_with_overlaps(const std::string& path, std::chrono::milliseconds begin, const std::atomic<bool>& over) {
  SQLite::Database database(path, SQLite::OPEN_READWRITE, 2'000);
  sqlite3_db_config(database.getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  std::this_thread::sleep_for(begin);
  while (!over) {
    SQLite::Transaction snapshot(database);
    database.execAndGet("SELECT max(record_offset) FROM records");
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

TEST_F(FileEventLog, KeepsItsJournalShortWhereSomeReaderIsAlwaysInTheWay) {
  constexpr int kRecords = 2'400;
  const auto log = open();
  std::atomic<bool> over = false;
  std::uintmax_t longest = 0;
  {
    std::vector<std::jthread> readers;
    for (int i = 0; i < 3; ++i) {
      readers.emplace_back([&, i] { read_with_overlaps(path_, std::chrono::milliseconds(7 * i), over); });
    }
    std::atomic<int> answered = 0;
    for (int i = 0; i < kRecords; ++i) {
      log->append(0, record_of("a", std::string(32 * 1024, 'x')), [&](const AppendOutcome& outcome) {
        EXPECT_EQ(outcome.status, Status::Appended) << outcome.reason;
        ++answered;
        answered.notify_all();
      });
      for (int seen = answered; i - seen > 32; seen = answered) answered.wait(seen);
      longest = std::max(longest, std::filesystem::file_size(path_ + "-wal"));
    }
    for (int seen = answered; seen < kRecords; seen = answered) answered.wait(seen);
    over = true;
  }
  // Where a reader never is out of the way it would grow to all that is written. A try may fail, but not every one
  // does.
  EXPECT_LT(longest, 60U * 1'048'576);
}

}  // namespace
}  // namespace taskstream::tests
