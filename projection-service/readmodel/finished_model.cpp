#include "projection-service/readmodel/finished_model.hpp"

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

}  // namespace

void fold_journal_in(ModelFile& file) {
  if (!fold_in(file.writer())) {
    throw ReadModelRefused(file.path().string() + " is being read by another process: nothing was put in place.");
  }
}

void put_in_place(const std::filesystem::path& finished, const std::filesystem::path& target) {
  flush_to_disk(finished);
  if (std::filesystem::exists(target)) empty_journal_of(target);
  for (const char* journal : {"-wal", "-shm"}) std::filesystem::remove(target.string() + journal);
  std::filesystem::rename(finished, target);
  flush_to_disk(target.has_parent_path() ? target.parent_path() : std::filesystem::path("."));
}

}  // namespace taskstream::projection
