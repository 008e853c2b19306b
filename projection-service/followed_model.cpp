#include "projection-service/followed_model.hpp"

#include <spdlog/spdlog.h>

#include <utility>

namespace taskstream::projection {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kIdleBeforeCommit{50};
constexpr std::chrono::milliseconds kPauseAfterFailure{1'000};

}  // namespace

FollowedModel::FollowedModel(std::unique_ptr<ModelFile> file, const events::LogIdentity& log)
    : file_(std::move(file)), writer_(*file_, log.log_id), projector_(writer_, log.partitions, *this) {
  projector_.refold_parked();
  projector_.announce();
}

FollowedModel::~FollowedModel() = default;

void FollowedModel::tend(events::EventLog& log) {
  if (!damage().empty()) return subscription_.reset();
  if (!trouble().empty()) {
    subscription_.reset();
    if (Clock::now() < try_again_) return;
    try {
      projector_.start_over();
    } catch (const SQLite::Exception& e) {
      return on_write_failed(e.what(), sqlite::means_damage(e));
    }
    spdlog::info("following the log again");
    const std::lock_guard lock(mutex_);
    trouble_.clear();
  }
  if (!subscription_) subscription_ = log.follow(projector_.checkpoint(), projector_);
  projector_.commit_if_idle(kIdleBeforeCommit);
}

void FollowedModel::serve(ReadSide& reads) {
  const std::lock_guard lock(mutex_);
  reads_ = &reads;
  reads_->serve(file_->path());
  reads_->committed(committed_);
}

events::PositionVector FollowedModel::committed() const {
  const std::lock_guard lock(mutex_);
  return committed_.positions;
}

std::string FollowedModel::trouble() const {
  const std::lock_guard lock(mutex_);
  return trouble_;
}

std::string FollowedModel::damage() const {
  const std::lock_guard lock(mutex_);
  return damage_;
}

void FollowedModel::on_committed(Committed committed) {
  applied_lines_.log();
  const std::lock_guard lock(mutex_);
  committed_ = {.positions = committed.positions, .token = committed.token};
  if (reads_ != nullptr) reads_->committed(std::move(committed));
}

bool FollowedModel::wants_changes() {
  const std::lock_guard lock(mutex_);
  return reads_ != nullptr && reads_->changes().wants_changes();
}

void FollowedModel::on_applied(const AppliedRecord& applied) {
  applied_lines_.add(applied);
}

void FollowedModel::on_write_failed(std::string reason, bool damaged) {
  applied_lines_.forget();
  const std::lock_guard lock(mutex_);
  if (damaged) {
    damage_ = damage_message(file_->path(), reason);
    return;
  }
  spdlog::error("the read model cannot be written, and what it lacks will be read from the log again: {}", reason);
  trouble_ = std::move(reason);
  try_again_ = Clock::now() + kPauseAfterFailure;
}

void FollowedModel::on_log_damaged(std::string message) {
  const std::lock_guard lock(mutex_);
  damage_ =
      message + " The read model " + file_->path().string() +
      " belongs to the log as it was: give the right --log, or delete the file to build it from the log as it is.";
}

}  // namespace taskstream::projection
