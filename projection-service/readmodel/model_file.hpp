#pragma once

#include <filesystem>
#include <memory>
#include <stdexcept>

#include "events/log/genesis.hpp"
#include "events/sqlite/database.hpp"
#include "events/sqlite/sole_use.hpp"

namespace taskstream::projection {

// The file must not be used as it is. The message says what to do.
class ReadModelRefused : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

inline constexpr int kSchemaNumber = 2;

// The read model's file, held by this process alone as long as the object lives (a lock file beside it says so).
class ModelFile {
 public:
  // Makes the folder and the file when they are missing. Throws ReadModelRefused: held by another process, of a newer
  // release, damaged, no read model at all.
  explicit ModelFile(std::filesystem::path path);
  ModelFile(const ModelFile&) = delete;
  ModelFile& operator=(const ModelFile&) = delete;

  // Gives a new file its tables, or makes sure that the file was made from this log. Throws ReadModelRefused.
  void adopt(const events::LogIdentity& log);

  sqlite::Database& writer() { return *writer_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  bool has_tables();
  void check_schema();
  std::string meta(std::string_view name);

  std::filesystem::path path_;
  std::unique_ptr<sqlite::SoleUse> sole_use_;
  std::unique_ptr<sqlite::Database> writer_;
};

// What to say of a file whose content is broken.
std::string damage_message(const std::filesystem::path& path, std::string_view cause);

}  // namespace taskstream::projection
