#pragma once

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "events/log/file/file_event_log.hpp"
#include "tests/contract/recording_follower.hpp"
#include "tests/contract/scratch_folder.hpp"

namespace taskstream::tests {

// A file log of a test's own, and a look into its file past the log.
class FileLogFixture : public testing::Test {
 protected:
  std::unique_ptr<events::EventLog> open(std::chrono::milliseconds message_timeout = std::chrono::seconds(20)) const {
    return events::open_file_log({.path = path_}, {.create = true, .message_timeout = message_timeout}, soon());
  }

  std::uintmax_t journal_bytes() const { return std::filesystem::file_size(path_ + "-wal"); }

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

}  // namespace taskstream::tests
