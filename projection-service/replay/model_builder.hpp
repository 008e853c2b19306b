#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "projection-service/projection/projector.hpp"
#include "projection-service/readmodel/model_file.hpp"
#include "projection-service/replay/log_reading.hpp"

namespace taskstream::replay {

// Builds a read model from nothing, by the projector and the writer of the service: rows first, indexes when all of
// them are there.
class ModelBuilder : private projection::ProjectorListener {
 public:
  // Throws CannotUse when somebody else uses the file.
  ModelBuilder(const std::filesystem::path& file, const events::LogIdentity& log, Interruption& interruption);

  // Up to exactly this vector, from where it stands. Throws as read_log does, and CannotUse when the file cannot be
  // written.
  void fold(events::EventLog& log, const events::PositionVector& to, Progress& progress);
  std::int64_t records_to(const events::PositionVector& to) { return records_between(projector_->checkpoint(), to); }
  events::PositionVector positions() { return projector_->checkpoint().positions(); }

  // From now on it is a read model, and nothing is folded any more.
  void finish();
  projection::ModelFile& file() { return *file_; }

 private:
  void on_committed(projection::Committed) override {}
  void on_write_failed(std::string reason, bool damaged) override;
  void on_log_damaged(std::string message) override;
  void throw_if_failed() const;

  Interruption& interruption_;
  std::unique_ptr<projection::ModelFile> file_;
  std::optional<projection::Writer> writer_;
  std::optional<projection::Projector> projector_;
  std::optional<std::string> failure_;
};

// What lies beside a read model while it is used.
std::vector<std::filesystem::path> files_of(const std::filesystem::path& model);

}  // namespace taskstream::replay
