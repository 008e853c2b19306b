#include "command-service/state/state_file.hpp"

#include <spdlog/spdlog.h>

#include <system_error>
#include <utility>

#include "command-service/state/schema.hpp"
#include "events/contract/instant.hpp"
#include "events/sqlite/meta.hpp"

namespace taskstream::command {
namespace {

constexpr int kCacheKib = 8'000;

// Why the file cannot be used although it is one of ours.
struct Unusable {
  std::string cause;  // for its name
  std::string why;
};

std::string now_for_a_name() {
  std::string now =
      events::format_instant(std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()));
  std::erase_if(now, [](char c) { return c == ':' || c == '.'; });
  return now;
}

}  // namespace

StateFile::StateFile(std::filesystem::path path, const events::LogIdentity& log, const std::string& format)
    : path_(std::move(path)) {
  try {
    sole_use_ = sqlite::SoleUse::of(path_);
  } catch (const std::system_error& e) {
    throw StateRefused("The state file " + path_.string() + " cannot be used (" + e.what() +
                       "): make its folder writable, or give another file with --state.");
  }
  if (!sole_use_) {
    throw StateRefused("Another process uses the state file " + path_.string() +
                       ": stop it first, or give this one a file of its own with --state.");
  }
  try {
    try {
      open(log, format);
    } catch (const Unusable& unusable) {
      writer_.reset();  // or it would take away the files of the one that comes after it
      if (!set_aside(unusable.cause, unusable.why)) {
        throw StateRefused("The state file " + path_.string() + " is " + unusable.cause +
                           " and cannot be renamed: make its folder writable, or give another file with --state.");
      }
      open(log, format);
    }
  } catch (const SQLite::Exception& e) {
    throw StateRefused("The state file " + path_.string() + " cannot be opened (" + e.what() +
                       "): make it readable and writable, or give another file with --state.");
  }
}

void StateFile::open(const events::LogIdentity& log, const std::string& format) {
  try {
    writer_ = std::make_unique<sqlite::Database>(path_, sqlite::Database::Mode::ReadWrite, kCacheKib);
    if (writer_->connection().execAndGet("SELECT count(*) FROM sqlite_master").getInt() == 0) {
      return make_tables(log, format);
    }
    check_owner(log);
    if (const std::string found = meta("format"); found != format) {
      throw Unusable{"outdated", "a release made it that keeps entries as " + found + ", this one as " + format};
    }
    if (const auto damage = writer_->find_damage()) throw Unusable{"damaged", *damage};
  } catch (const SQLite::Exception& e) {
    if (!sqlite::means_damage(e)) throw;
    throw Unusable{"damaged", e.what()};
  }
}

// In one transaction: a process that dies here leaves a file without tables, which is a new one.
void StateFile::make_tables(const events::LogIdentity& log, const std::string& format) {
  SQLite::Transaction transaction(writer_->connection());
  writer_->execute(("PRAGMA application_id = " + std::to_string(kStateApplicationId)).c_str());
  writer_->execute(kStateSchema);
  sqlite::write_meta(*writer_, "format", format);
  sqlite::write_meta(*writer_, "logId", log.log_id.to_string());
  sqlite::write_meta(*writer_, "partitions", std::to_string(log.partitions));
  transaction.commit();
}

void StateFile::check_owner(const events::LogIdentity& log) {
  if (writer_->connection().execAndGet("PRAGMA application_id").getInt() != kStateApplicationId) {
    throw StateRefused(path_.string() +
                       " holds something else than a command-service's state: give another file with --state.");
  }
  if (meta("logId") == log.log_id.to_string() && meta("partitions") == std::to_string(log.partitions)) return;
  throw StateRefused("The state file " + path_.string() + " was made from the log " + meta("logId") +
                     ", and --log names " + log.log_id.to_string() +
                     ": correct --log, or give another file with --state, or delete this one (with its -wal and -shm "
                     "files): it is made anew from the log.");
}

std::string StateFile::meta(const std::string& name) {
  return sqlite::read_meta(*writer_, name);
}

bool StateFile::set_aside(const std::string& cause, const std::string& why) {
  const std::string aside = path_.string() + "." + cause + "-" + now_for_a_name();
  spdlog::error("the state file {} is {} ({}); it is set aside as {}, and made anew from the log", path_.string(),
                cause, why, aside);
  for (const char* part : {"", "-wal", "-shm"}) {
    std::error_code error;
    std::filesystem::rename(path_.string() + part, aside + part, error);
    if (!error || error == std::errc::no_such_file_or_directory) continue;
    spdlog::error("{}{} cannot be renamed: {}", path_.string(), part, error.message());
    return false;
  }
  return true;
}

}  // namespace taskstream::command
