#include <fcntl.h>
#include <sqlite3.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "events/sqlite/meta.hpp"
#include "projection-service/readmodel/model_file.hpp"
#include "projection-service/readmodel/schema_parts.hpp"

namespace taskstream::projection {

namespace {

constexpr int kStepsBetweenLooks = 50'000;
// Sorting for an index takes this many times the cache: in its own list, in two threads' and in the cache itself.
constexpr int kSortShares = 4;

int is_set(void* stop) {
  return static_cast<const std::atomic<bool>*>(stop)->load() ? 1 : 0;
}

std::string cache_of(int kib) {
  return "PRAGMA cache_size = -" + std::to_string(kib);
}

}  // namespace

ModelFile::ModelFile(const std::filesystem::path& path, std::unique_ptr<sqlite::SoleUse> sole_use, int memory_kib)
    : path_(path),
      sole_use_(std::move(sole_use)),
      writer_(std::make_unique<sqlite::Database>(path_, sqlite::Database::Mode::ReadWrite, memory_kib)),
      bulk_memory_kib_(memory_kib) {
  // No journal and no waiting for the disk: what dies on the way is thrown away whole. What sorting for an index needs
  // beyond its memory goes to the disk, and a second thread sorts with it.
  writer_->execute("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE; PRAGMA threads = 2");
}

std::unique_ptr<ModelFile> ModelFile::begin_bulk(const std::filesystem::path& path, const events::LogIdentity& log,
                                                 int memory_kib, const std::atomic<bool>& stop) {
  auto sole_use = sqlite::SoleUse::of(path);
  if (!sole_use) return nullptr;
  std::unique_ptr<ModelFile> file(new ModelFile(path, std::move(sole_use), memory_kib));
  sqlite3_progress_handler(file->writer_->connection().getHandle(), kStepsBetweenLooks, is_set,
                           const_cast<std::atomic<bool>*>(&stop));
  file->writer_->execute(schema_parts().tables.c_str());
  file->write_identity(log);
  return file;
}

void ModelFile::make_indexes() {
  writer_->execute(cache_of(bulk_memory_kib_ / kSortShares).c_str());
  writer_->execute(schema_parts().indexes.c_str());
}

void ModelFile::seal() {
  sqlite::write_meta(*writer_, "schema", std::to_string(kSchemaNumber));
  writer_.reset();
  flush_to_disk(path_);
  if (path_.has_parent_path()) flush_to_disk(path_.parent_path());
  writer_ = std::make_unique<sqlite::Database>(path_, sqlite::Database::Mode::ReadWrite);
}

void flush_to_disk(const std::filesystem::path& path) {
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), path.string());
  const int code = fsync(descriptor) == 0 ? 0 : errno;
  close(descriptor);
  if (code != 0) throw std::system_error(code, std::generic_category(), path.string());
}

}  // namespace taskstream::projection
