#include "projection-service/replay/model_builder.hpp"

#include <utility>

namespace taskstream::replay {
namespace {

projection::ModelFile& adopted(projection::ModelFile& file, const events::LogIdentity& log) {
  file.adopt(log);
  return file;
}

}  // namespace

ModelBuilder::ModelBuilder(const std::filesystem::path& file, const events::LogIdentity& log)
    : file_(file), writer_(adopted(file_, log), log.log_id), projector_(writer_, log.partitions, *this) {}

void ModelBuilder::fold(events::EventLog& log, const events::PositionVector& to, Progress& progress,
                        Interruption& interruption) {
  projector_.expect_end(to);
  read_log(log, projector_.checkpoint(), to, progress, interruption, [this](Records records) {
    projector_.on_records(std::move(records));
    throw_if_failed();
  });
  // Offsets that carry nothing count as read, as they do in the service.
  for (events::Partition p = 0; p < to.size(); ++p) projector_.on_partition_end({.partition = p, .offset = to.next(p)});
  throw_if_failed();
}

void ModelBuilder::on_write_failed(std::string reason, bool) {
  failure_ = file_.path().string() + " cannot be written: " + std::move(reason);
}

void ModelBuilder::on_log_damaged(std::string message) {
  failure_ = std::move(message);
}

void ModelBuilder::throw_if_failed() const {
  if (failure_) throw CannotUse(*failure_);
}

std::vector<std::filesystem::path> files_of(const std::filesystem::path& model) {
  std::vector<std::filesystem::path> files = {model};
  for (const char* beside : {"-wal", "-shm", "-journal", ".lock"}) files.emplace_back(model.string() + beside);
  return files;
}

}  // namespace taskstream::replay
