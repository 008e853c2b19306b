#pragma once

#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>

#include "events/log/genesis.hpp"
#include "events/sqlite/database.hpp"
#include "events/sqlite/sole_use.hpp"

namespace taskstream::command {

// The file must not be used as it is. The message says what to do.
class StateRefused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// The state file, held by this process alone as long as the object lives.
class StateFile {
 public:
  // Makes the folder and the file when they are missing. A file that is damaged, or whose entries have another format,
  // is set aside, and begun anew. Throws StateRefused: held by another process, made from another log, no state file.
  StateFile(std::filesystem::path path, const events::LogIdentity& log, const std::string& format);

  sqlite::Database& writer() { return *writer_; }
  const std::filesystem::path& path() const { return path_; }

  // Takes it away from its place, with a name that says why and when, and says so in the service's log. Whoever has it
  // open may go on to close it. False when it cannot be renamed; that is said as well.
  bool set_aside(const std::string& cause, const std::string& why);

 private:
  void open(const events::LogIdentity& log, const std::string& format);
  void make_tables(const events::LogIdentity& log, const std::string& format);
  void check_owner(const events::LogIdentity& log);
  std::string meta(const std::string& name);

  std::filesystem::path path_;
  std::unique_ptr<sqlite::SoleUse> sole_use_;
  std::unique_ptr<sqlite::Database> writer_;
};

}  // namespace taskstream::command
