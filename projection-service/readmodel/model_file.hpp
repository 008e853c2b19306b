#pragma once

#include <atomic>
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

// The file is of an older schema: another one must be built from the log. Until then its own process, of the older
// release, may go on with it.
class ReadModelOutdated : public ReadModelRefused {
 public:
  ReadModelOutdated(const std::string& message, std::string log_id)
      : ReadModelRefused(message), log_id_(std::move(log_id)) {}
  const std::string& log_id() const { return log_id_; }

 private:
  std::string log_id_;
};

inline constexpr int kSchemaNumber = 2;

// The read model's file, held by this process alone as long as the object lives (a lock file beside it says so).
class ModelFile {
 public:
  // Makes the folder and the file when they are missing; a link is followed, and what it leads to is held. Throws
  // ReadModelOutdated, or ReadModelRefused: held by another process, of a newer release, damaged, no read model at all.
  explicit ModelFile(const std::filesystem::path& path);
  ~ModelFile();
  ModelFile(const ModelFile&) = delete;
  ModelFile& operator=(const ModelFile&) = delete;

  // Gives a new file its tables, or makes sure that the file was made from this log. Throws ReadModelRefused.
  void adopt(const events::LogIdentity& log);

  // ---- Filling a new file as fast as it goes (bulk_file.cpp). It is no read model to anybody before seal(): a crash
  // leaves a file without a schema number, which is refused.

  // nullptr when somebody holds the file. `memory_kib` is about what SQLite may take. Once `stop` is set, what SQLite
  // does fails soon.
  static std::unique_ptr<ModelFile> begin_bulk(const std::filesystem::path& path, const events::LogIdentity& log,
                                               int memory_kib, const std::atomic<bool>& stop);
  void make_indexes();
  // To the disk, and from now on it is written as any other. Nothing may hold a statement on the writer.
  void seal();

  sqlite::Database& writer() { return *writer_; }
  const std::filesystem::path& path() const { return path_; }

 private:
  ModelFile(const std::filesystem::path& path, std::unique_ptr<sqlite::SoleUse> sole_use, int memory_kib);
  void hold(const std::filesystem::path& path);
  void write_identity(const events::LogIdentity& log);

  std::filesystem::path path_;
  std::unique_ptr<sqlite::SoleUse> sole_use_;
  std::unique_ptr<sqlite::Database> writer_;
  int bulk_memory_kib_ = 0;
};

// What to say of a file whose content is broken.
std::string damage_message(const std::filesystem::path& path, std::string_view cause);

// What to say of a file that was made from another log than the one given.
std::string another_logs_message(const std::filesystem::path& path, std::string_view log_id,
                                 const events::LogId& given);

// The file that a link leads to; the path itself when it is none.
std::filesystem::path without_link(const std::filesystem::path& path);

// Returns once the file's bytes, or the folder's entries, are on the disk. Throws std::system_error.
void flush_to_disk(const std::filesystem::path& path);

}  // namespace taskstream::projection
