#include "projection-service/rebuilding.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <exception>

namespace taskstream::projection {
namespace {

// A file that did not become a read model, released before it is removed.
void discard(std::unique_ptr<ModelFile> file) {
  if (!file) return;
  const std::filesystem::path path = file->path();
  file.reset();
  remove_model(path);
  std::error_code ignored;
  std::filesystem::remove(path.string() + ".lock", ignored);
}

}  // namespace

Rebuilding::Rebuilding(const ModelName& name, events::EventLog& log, const events::LogIdentity& identity,
                       const RebuildMemory& memory, RebuildDesk& desk)
    : name_(name), building_(name.hold_for_building()) {
  if (!building_) throw BulkLoadFailed("another process builds a read model for " + name.path().string());
  thread_ = std::thread([this, &log, identity, memory, &desk] { run(log, identity, memory, desk); });
}

Rebuilding::~Rebuilding() {
  stop_ = true;
  thread_.join();
  discard(std::move(file_));
}

void Rebuilding::run(events::EventLog& log, const events::LogIdentity& identity, const RebuildMemory& memory,
                     RebuildDesk& desk) {
  const auto begin = std::chrono::steady_clock::now();
  try {
    file_ = name_.begin_next(identity, memory.sqlite_kib(), stop_);
    spdlog::info("building a read model in {}", file_->path().string());
    bulk_load(*file_, log, identity, memory, desk, stop_);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    spdlog::info("built the read model {} in {:.1f} s, and found every row as it was written", file_->path().string(),
                 took.count());
  } catch (const std::exception& e) {
    spdlog::error("the read model could not be built: {}", e.what());
    discard(std::move(file_));
  }
  over_ = true;
}

}  // namespace taskstream::projection
