#include "events/log/file/new_file_log.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "events/log/file/file_event_log.hpp"
#include "tests/contract/recording_follower.hpp"
#include "tests/contract/scratch_folder.hpp"

namespace taskstream::tests {
namespace {

using namespace events;
using Status = AppendOutcome::Status;

class NewFileLog : public testing::Test {
 protected:
  std::unique_ptr<NewLog> begin() const { return begin_file_log({.path = path_}, {}, soon()); }
  std::unique_ptr<EventLog> open(const LogOptions& options) const {
    return open_file_log({.path = path_}, options, soon());
  }

  std::set<std::string> files() const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(folder_.path())) {
      names.insert(entry.path().filename().string());
    }
    return names;
  }

  ScratchFolder folder_;
  const std::string path_ = folder_.path() + "/log";
};

TEST_F(NewFileLog, IsNoLogBeforeItIsFinished) {
  const auto log = begin();
  ASSERT_EQ(append_and_wait(log->log(), 0, record_of("a")).status, Status::Appended);
  EXPECT_THROW(open({}), LogMissing);
  log->finish();
  const auto opened = open({});
  const auto first = opened->read({.partition = 0, .offset = 0}, soon());
  ASSERT_TRUE(first.has_value() && first->has_value());
  EXPECT_EQ((*first)->record, record_of("a"));
  EXPECT_FALSE(files().contains("log.importing-" + std::to_string(getpid())));
}

TEST_F(NewFileLog, LeavesNothingWhenItIsNotFinished) {
  append_and_wait(begin()->log(), 0, record_of("a"));
  EXPECT_EQ(files(), std::set<std::string>());
}

TEST_F(NewFileLog, IsRefusedWhereALogHasRecords) {
  append_and_wait(*open({.create = true}), 0, record_of("a"));
  EXPECT_THROW(begin(), LogRefused);
}

TEST_F(NewFileLog, TakesThePlaceOfALogWithoutRecords) {
  open({.create = true});
  const auto log = begin();
  append_and_wait(log->log(), 0, record_of("a"));
  log->finish();
  EXPECT_EQ(append_and_wait(*open({}), 0, record_of("b")).position, (Position{.partition = 0, .offset = 1}));
}

TEST_F(NewFileLog, GivesWayToALogThatGotRecordsMeanwhile) {
  const auto log = begin();
  append_and_wait(log->log(), 0, record_of("mine"));
  append_and_wait(*open({.create = true}), 0, record_of("theirs"));
  EXPECT_THROW(log->finish(), LogRefused);
  EXPECT_EQ((*open({})->read({.partition = 0, .offset = 0}, soon()))->record, record_of("theirs"));
}

TEST_F(NewFileLog, OpenedForReadingMakesNothingAndTakesNothing) {
  append_and_wait(*open({.create = true}), 0, record_of("a"));
  for (const char* beside : {".lock", ".bell"}) std::filesystem::remove(path_ + beside);
  const auto log = open({.read_only = true});
  const AppendOutcome outcome = append_and_wait(*log, 0, record_of("b"));
  EXPECT_EQ(outcome.status, Status::NotAppended);
  EXPECT_EQ(outcome.reason, kOpenedForReading);
  RecordingFollower follower;
  const auto subscription = log->follow({}, follower);
  EXPECT_TRUE(follower.wait_for_records(1));
  EXPECT_FALSE(files().contains("log.lock") || files().contains("log.bell"));
}

}  // namespace
}  // namespace taskstream::tests
