#include "projection-service/readmodel/finished_model.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace taskstream::projection {
namespace {

bool fold_in(sqlite::Database& database) {
  return database.connection().execAndGet("PRAGMA wal_checkpoint(TRUNCATE)").getInt() == 0;
}

// The journal of what is replaced must not be taken for that of its successor; emptied first, it is worth nothing.
void empty_journal_of(const std::filesystem::path& target) {
  try {
    sqlite::Database old(target, sqlite::Database::Mode::ReadWrite);
    fold_in(old);
  } catch (const SQLite::Exception&) {
    // It cannot be read, which is a reason to replace it.
  }
}

void flush(const std::filesystem::path& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0 || fsync(descriptor) != 0) {
    const std::error_code why(errno, std::generic_category());
    if (descriptor >= 0) close(descriptor);
    throw std::system_error(why, path.string());
  }
  close(descriptor);
}

}  // namespace

void fold_journal_in(ModelFile& file) {
  if (!fold_in(file.writer())) {
    throw ReadModelRefused(file.path().string() + " is being read by another process: nothing was put in place.");
  }
}

void put_in_place(const std::filesystem::path& finished, const std::filesystem::path& target) {
  flush(finished);
  if (std::filesystem::exists(target)) empty_journal_of(target);
  for (const char* journal : {"-wal", "-shm"}) std::filesystem::remove(target.string() + journal);
  std::filesystem::rename(finished, target);
  flush(target.has_parent_path() ? target.parent_path() : std::filesystem::path("."));
}

}  // namespace taskstream::projection
