#include "projection-service/replay/model_builder.hpp"

#include <utility>

#include "projection-service/projection/bulk_load.hpp"

namespace taskstream::replay {
namespace {

constexpr projection::RebuildMemory kMemory{.total_bytes = 256UL * 1024 * 1024};
// A transaction ends with the memory that it takes, and no sooner.
constexpr std::size_t kBatchRecords = 2'000'000;
constexpr std::size_t kBatchBytes = std::size_t{1} << 40;

std::unique_ptr<projection::ModelFile> begin(const std::filesystem::path& path, const events::LogIdentity& log,
                                             const Interruption& interruption) {
  auto file = projection::ModelFile::begin_bulk(path, log, kMemory.sqlite_kib(), interruption.flag());
  if (!file) throw CannotUse("Another process uses " + path.string() + ".");
  return file;
}

}  // namespace

ModelBuilder::ModelBuilder(const std::filesystem::path& file, const events::LogIdentity& log,
                           Interruption& interruption)
    : interruption_(interruption), file_(begin(file, log, interruption)) {
  writer_.emplace(*file_, log.log_id);
  projection::ProjectorListener& listener = *this;
  projector_.emplace(*writer_, log.partitions, listener,
                     projection::Projector::Options{.batch_records = kBatchRecords,
                                                    .batch_bytes = kBatchBytes,
                                                    .cache_bytes = kMemory.streams_bytes(),
                                                    .live_lag_records = 0});
}

void ModelBuilder::fold(events::EventLog& log, const events::PositionVector& to, Progress& progress) {
  projector_->expect_end(to);
  read_log(log, projector_->checkpoint(), to, progress, interruption_, [this](Records records) {
    projector_->on_records(std::move(records));
    throw_if_failed();
  });
  // Offsets that carry nothing count as read, as they do in the service.
  for (events::Partition p = 0; p < to.size(); ++p)
    projector_->on_partition_end({.partition = p, .offset = to.next(p)});
  throw_if_failed();
}

void ModelBuilder::finish() {
  projector_.reset();
  writer_.reset();
  file_->make_indexes();
  file_->seal();
}

void ModelBuilder::on_write_failed(std::string reason, bool) {
  failure_ = file_->path().string() + " cannot be written: " + std::move(reason);
}

void ModelBuilder::on_log_damaged(std::string message) {
  failure_ = std::move(message);
}

void ModelBuilder::throw_if_failed() const {
  interruption_.throw_if_requested();  // by which writing has failed
  if (failure_) throw CannotUse(*failure_);
}

std::vector<std::filesystem::path> files_of(const std::filesystem::path& model) {
  std::vector<std::filesystem::path> files = {model};
  for (const char* beside : {"-wal", "-shm", "-journal", ".lock"}) files.emplace_back(model.string() + beside);
  return files;
}

}  // namespace taskstream::replay
