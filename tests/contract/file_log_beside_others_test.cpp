// What the file log promises while others have its file open too: processes that are killed, and readers that hold the
// journal up.
#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <random>
#include <thread>

#include "tests/contract/child_process.hpp"
#include "tests/contract/file_log_fixture.hpp"

namespace taskstream::tests {
namespace {

using namespace events;
using Status = AppendOutcome::Status;

constexpr int kRecords = 2'400;
constexpr std::size_t kRecordBytes = 32 * 1024;

class FileLogBesideOthers : public FileLogFixture {
 protected:
  // How long the journal was at most while so many records were written.
  std::uintmax_t longest_journal_while_it_fills(EventLog& log) const {
    std::uintmax_t longest = 0;
    const auto answered = std::make_shared<std::atomic<int>>(0);  // the last one to count is not done with it at once
    for (int i = 0; i < kRecords; ++i) {
      log.append(0, record_of("a", std::string(kRecordBytes, 'x')), [answered](const AppendOutcome& outcome) {
        EXPECT_EQ(outcome.status, Status::Appended) << outcome.reason;
        ++*answered;
        answered->notify_all();
      });
      for (int seen = *answered; i - seen > 32; seen = *answered) answered->wait(seen);
      longest = std::max(longest, journal_bytes());
    }
    for (int seen = *answered; seen < kRecords; seen = *answered) answered->wait(seen);
    return longest;
  }
};

TEST_F(FileLogBesideOthers, KeepsEveryAcknowledgedAppendOfProcessesThatAreKilled) {
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

TEST_F(FileLogBesideOthers, WakesAReaderInAnotherProcess) {
  constexpr int kAppends = 200;
  const auto log = open();
  append_and_wait(*log, 0, record_of("first"));
  ChildProcess reader({FILE_LOG_PROCESS, "follow", path_});
  ASSERT_TRUE(reader.read_line());
  std::vector<double> commit_us;
  std::vector<double> wake_us;
  for (int i = 1; i <= kAppends; ++i) {
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
  std::cout << "one append, in microseconds: median " << commit_us[kAppends / 2] << ", p99 "
            << commit_us[kAppends * 99 / 100] << "; seen elsewhere after its acknowledgement: median "
            << wake_us[kAppends / 2] << ", p99 " << wake_us[kAppends * 99 / 100] << '\n';
}

TEST_F(FileLogBesideOthers, KeepsItsJournalShortUnderLoadWithReadersOpen) {
  const auto log = open();
  RecordingFollower near;
  const auto subscription = log->follow({}, near);
  ChildProcess other({FILE_LOG_PROCESS, "follow", path_});
  const std::uintmax_t longest = longest_journal_while_it_fills(*log);
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

TEST_F(FileLogBesideOthers, KeepsItsJournalShortWhereSomeReaderIsAlwaysInTheWay) {
  const auto log = open();
  std::atomic<bool> over = false;
  std::uintmax_t longest = 0;
  {
    std::vector<std::jthread> readers;
    for (int i = 0; i < 3; ++i) {
      readers.emplace_back([&, i] { read_with_overlaps(path_, std::chrono::milliseconds(7 * i), over); });
    }
    longest = longest_journal_while_it_fills(*log);
    over = true;
  }
  // Where a reader never is out of the way it would grow to all that is written. A try may fail, but not every one
  // does.
  EXPECT_LT(longest, 60U * 1'048'576);
}

}  // namespace
}  // namespace taskstream::tests
