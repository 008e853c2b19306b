#include "projection-service/log_following.hpp"

#include <spdlog/spdlog.h>

#include <cstdlib>
#include <utility>
#include <vector>

namespace taskstream::projection {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kOpenAttempt{5'000};
constexpr std::chrono::milliseconds kOpenPause{500};
constexpr std::chrono::milliseconds kGenesisPause{100};
constexpr std::chrono::milliseconds kTick{50};
constexpr std::chrono::milliseconds kIdleBeforeCommit{50};
constexpr std::chrono::milliseconds kEndInterval{500};
constexpr std::chrono::milliseconds kEndDeadline{5'000};
constexpr std::chrono::milliseconds kPauseAfterFailure{1'000};

constexpr const char* kLog = "log";
constexpr const char* kReadModel = "read model";

std::vector<events::Partition> all_of(events::Partition count) {
  std::vector<events::Partition> partitions;
  for (events::Partition p = 0; p < count; ++p) partitions.push_back(p);
  return partitions;
}

}  // namespace

// Asks the log where it ends, one question after another. The answers come on the log's thread.
class LogFollowing::EndQuestions {
 public:
  EndQuestions(events::EventLog& log, Projector& projector, Freshness& freshness)
      : log_(log), projector_(projector), freshness_(freshness) {}

  void ask_when_due() {
    const auto now = Clock::now();
    if (under_way_ || now < next_) return;
    next_ = now + kEndInterval;
    under_way_ = true;
    log_.end_of_log(all_of(log_.partitions()), now + kEndDeadline,
                    [this, now](events::EventLog::EndsOfPartitions ends) {
                      take(now, std::move(ends));
                      under_way_ = false;
                    });
  }

 private:
  void take(Clock::time_point asked, events::EventLog::EndsOfPartitions ends) {
    const bool answered = ends.has_value();
    if (answered != std::exchange(reachable_, answered)) {
      answered ? spdlog::info("the log answers again")
               : spdlog::warn("the log does not answer: {}", ends.error().reason);
    }
    if (!answered) return;
    projector_.expect_end(*ends);
    freshness_.end_known(asked, *std::move(ends));
  }

  events::EventLog& log_;
  Projector& projector_;
  Freshness& freshness_;
  std::atomic<bool> under_way_ = false;
  Clock::time_point next_;
  bool reachable_ = true;  // of the log's thread
};

LogFollowing::LogFollowing(events::LogUrl url, events::LogOptions options, ModelFile& file, ReadSide& reads,
                           http::Readiness& readiness, http::StopSignal& stop)
    : url_(std::move(url)),
      options_(std::move(options)),
      file_(file),
      reads_(reads),
      readiness_(readiness),
      stop_(stop) {
  readiness_.set(kLog, "it is being opened");
}

LogFollowing::~LogFollowing() {
  log_.reset();
}

void LogFollowing::run() {
  if (!open_patiently()) return;
  readiness_.set(kReadModel, "it is being opened");
  readiness_.clear(kLog);
  file_.adopt(*identity_);
  reads_.set_log(*identity_);
  writer_ = std::make_unique<Writer>(file_, identity_->log_id);
  projector_ = std::make_unique<Projector>(*writer_, identity_->partitions, *this);
  questions_ = std::make_unique<EndQuestions>(*log_, *projector_, reads_.freshness());
  projector_->refold_parked();
  projector_->announce();
  spdlog::info("following log {} into {}", identity_->log_id.to_string(), file_.path().string());
  follow_until_stopped();
}

// False when the process is asked to end before the log is there. A projection never makes a log.
bool LogFollowing::open_patiently() {
  std::string told;
  while (true) {
    std::string reason;
    std::chrono::milliseconds wait = kOpenPause;
    try {
      const auto deadline = Clock::now() + kOpenAttempt;
      if (!log_) log_ = events::open_log(url_, options_, deadline);
      identity_ = events::read_genesis(*log_, deadline);
      if (identity_) return true;
      reason = "the log is empty: a command service writes its first record, which says who it is";
      wait = kGenesisPause;
    } catch (const events::LogRefused&) {
      throw;
    } catch (const std::exception& e) {
      reason = e.what();
    }
    readiness_.set(kLog, reason);
    if (reason != std::exchange(told, reason)) spdlog::warn("waiting for the log: {}", reason);
    if (pause(wait)) return false;
  }
}

void LogFollowing::follow_until_stopped() {
  while (true) {
    follow_until_failed();
    if (pause(std::chrono::milliseconds(0))) return;
    if (pause(kPauseAfterFailure)) return;
    write_failed_ = false;
    try {
      projector_->start_over();
      spdlog::info("following the log again");
    } catch (const SQLite::Exception& e) {
      on_write_failed(e.what(), sqlite::means_damage(e));
    }
  }
}

void LogFollowing::follow_until_failed() {
  if (write_failed_) return;
  questions_->ask_when_due();
  const auto subscription = log_->follow(projector_->checkpoint(), *projector_);
  while (!write_failed_ && !pause(kTick)) {
    projector_->commit_if_idle(kIdleBeforeCommit);
    questions_->ask_when_due();
    report_progress();
  }
}

void LogFollowing::report_progress() {
  if (readiness_.ready() || write_failed_) return;
  if (reads_.freshness().has_been_complete()) {
    readiness_.clear(kReadModel);
    spdlog::info("the read model holds everything that the log does");
    return;
  }
  readiness_.set(kReadModel, "catching up, " + std::to_string(reads_.freshness().lag().records) + " records behind");
}

bool LogFollowing::pause(std::chrono::milliseconds time) {
  return stop_.wait_for(time).has_value();
}

void LogFollowing::on_committed(Committed committed) {
  reads_.committed(std::move(committed));
}

void LogFollowing::on_write_failed(std::string reason, bool damaged) {
  if (damaged) {
    spdlog::critical("{}", damage_message(file_.path(), reason));
    stop_.request(EXIT_FAILURE);
  } else {
    spdlog::error("the read model cannot be written, and what it lacks will be read from the log again: {}", reason);
    readiness_.set(kReadModel, "it cannot be written: " + reason);
  }
  write_failed_ = true;
}

void LogFollowing::on_log_damaged(std::string message) {
  spdlog::critical(
      "{} The read model {} belongs to the log as it was: give the right --log, or delete the file to build it from "
      "the log as it is.",
      message, file_.path().string());
  stop_.request(EXIT_FAILURE);
}

}  // namespace taskstream::projection
