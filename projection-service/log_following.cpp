#include "projection-service/log_following.hpp"

#include <spdlog/spdlog.h>

#include <atomic>
#include <cstdlib>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace taskstream::projection {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kOpenAttempt{5'000};
constexpr std::chrono::milliseconds kOpenPause{500};
constexpr std::chrono::milliseconds kGenesisPause{100};
constexpr std::chrono::milliseconds kTick{50};
constexpr std::chrono::milliseconds kEndInterval{500};
constexpr std::chrono::milliseconds kEndDeadline{5'000};
// A rebuilt model is as far as the served one once in a tick, or some ticks later.
constexpr std::chrono::milliseconds kSwapPatience{2'000};
constexpr std::chrono::milliseconds kSwapLook{1};
constexpr std::chrono::milliseconds kPauseAfterFailedRebuild{5'000};

constexpr const char* kLog = "log";
constexpr const char* kReadModel = "read model";

}  // namespace

// Asks the log where it ends, one question after another. The answers come on the log's thread.
class LogFollowing::EndQuestions {
 public:
  EndQuestions(events::EventLog& log, Freshness& freshness) : log_(log), freshness_(freshness) {}

  void ask_when_due() {
    const auto now = Clock::now();
    if (under_way_ || now < next_) return;
    next_ = now + kEndInterval;
    under_way_ = true;
    log_.end_of_log(events::all_partitions(log_.partitions()), now + kEndDeadline,
                    [this, now](events::EventLog::EndsOfPartitions ends) {
                      take(now, std::move(ends));
                      under_way_ = false;
                    });
  }

  // As last seen.
  events::PositionVector end() const {
    const std::lock_guard lock(mutex_);
    return end_;
  }

 private:
  void take(Clock::time_point asked, events::EventLog::EndsOfPartitions ends) {
    const bool answered = ends.has_value();
    if (answered != std::exchange(reachable_, answered)) {
      answered ? spdlog::info("the log answers again")
               : spdlog::warn("the log does not answer: {}", ends.error().reason);
    }
    if (!answered) return;
    {
      const std::lock_guard lock(mutex_);
      end_.advance(*ends);
    }
    freshness_.end_known(asked, *std::move(ends));
  }

  events::EventLog& log_;
  Freshness& freshness_;
  mutable std::mutex mutex_;
  events::PositionVector end_;
  std::atomic<bool> under_way_ = false;
  Clock::time_point next_;
  bool reachable_ = true;  // of the log's thread
};

LogFollowing::LogFollowing(Options options, ReadSide& reads, http::Readiness& readiness, http::StopSignal& stop)
    : options_(std::move(options)), name_(options_.read_model), reads_(reads), readiness_(readiness), stop_(stop) {
  open_model();
  readiness_.set(kLog, "it is being opened");
}

LogFollowing::~LogFollowing() {
  rebuilt_.reset();
  rebuilding_.reset();
  served_.reset();
  log_.reset();  // its last answers still find the questions
}

void LogFollowing::open_model() {
  name_.hold_for_building();  // for a moment: where none can be built, that is said now
  if (!name_.target()) return;
  try {
    found_ = std::make_unique<ModelFile>(name_.path());
  } catch (const ReadModelOutdated& e) {
    outdated_log_id_ = e.log_id();
  }
}

void LogFollowing::run() {
  if (!open_patiently()) return;
  readiness_.set(kReadModel, "it is being opened");
  readiness_.clear(kLog);
  begin();
  while (!pause(kTick)) tend();
}

void LogFollowing::begin() {
  if (outdated_log_id_ && *outdated_log_id_ != identity_->log_id.to_string()) {
    throw ReadModelRefused(another_logs_message(*name_.target(), *outdated_log_id_, identity_->log_id));
  }
  reads_.set_log(*identity_);
  questions_ = std::make_unique<EndQuestions>(*log_, reads_.freshness());
  questions_->ask_when_due();
  if (found_) {
    found_->adopt(*identity_);
    name_.remove_leftovers();
    served_ = std::make_unique<FollowedModel>(std::move(found_), *identity_);
    served_->serve(reads_);
    spdlog::info("following log {} into {}", identity_->log_id.to_string(), served_->path().string());
    if (options_.rebuild) reads_.rebuilds().request();
  } else if (outdated_log_id_) {
    spdlog::info("the read model {} is of an older release: building another one from the log", name_.path().string());
  }
  tend();
}

// False when the process is asked to end before the log is there. A projection never makes a log.
bool LogFollowing::open_patiently() {
  std::string told;
  while (true) {
    std::string reason;
    std::chrono::milliseconds wait = kOpenPause;
    try {
      const auto deadline = Clock::now() + kOpenAttempt;
      if (!log_) {
        log_ = events::open_log(options_.url, options_.log, deadline);
        reads_.set_opened_log(*log_);
      }
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

void LogFollowing::tend() {
  questions_->ask_when_due();
  if (served_ && !tend_served()) return;
  tend_rebuild();
  report_progress();
}

// False when the process has to end.
bool LogFollowing::tend_served() {
  served_->expect_end(questions_->end());
  served_->tend(*log_);
  const std::string damage = served_->damage();
  if (damage.empty()) return true;
  spdlog::critical("{}", damage);
  stop_.request(EXIT_FAILURE);
  return false;
}

void LogFollowing::tend_rebuild() {
  const bool wanted = reads_.rebuilds().is_requested() || !served_;
  if (!rebuilding_ && wanted && Clock::now() >= next_rebuild_) start_rebuild();
  if (!rebuilding_ || !rebuilding_->is_over()) return;
  if (!rebuilt_) {
    auto file = rebuilding_->take();
    if (!file) return give_up_rebuild();
    rebuilt_ = std::make_unique<FollowedModel>(std::move(file), *identity_);
  }
  rebuilt_->expect_end(questions_->end());
  rebuilt_->tend(*log_);
  if (const std::string trouble = rebuilt_->damage() + rebuilt_->trouble(); !trouble.empty()) {
    spdlog::error("the rebuilt read model cannot be used: {}", trouble);
    return give_up_rebuild();
  }
  if (!served_ || rebuilt_->committed().covers(served_->committed())) put_in_place();
}

void LogFollowing::start_rebuild() {
  try {
    name_.remove_leftovers();
    reads_.rebuilds().begin(reads_.freshness().lag().end);
    rebuilding_ = std::make_unique<Rebuilding>(name_, *log_, *identity_, options_.memory, reads_.rebuilds());
  } catch (const std::exception& e) {
    spdlog::error("the read model cannot be rebuilt: {}", e.what());
    give_up_rebuild();
  }
}

void LogFollowing::give_up_rebuild() {
  if (rebuilt_) {
    const std::filesystem::path path = rebuilt_->path();
    rebuilt_.reset();
    remove_model(path);
  }
  rebuilding_.reset();
  reads_.rebuilds().end();
  next_rebuild_ = Clock::now() + kPauseAfterFailedRebuild;
}

// What was served commits nothing more from here on, so that readers never go back behind what they have seen.
void LogFollowing::put_in_place() {
  if (served_) {
    served_->stop_following();
    const auto deadline = Clock::now() + kSwapPatience;
    while (!rebuilt_->committed().covers(served_->committed())) {
      if (Clock::now() > deadline) return;  // both go on, and it is tried again
      std::this_thread::sleep_for(kSwapLook);
    }
  }
  try {
    if (served_ && without_link(name_.path()) != served_->path()) {
      throw BulkLoadFailed("another process, of another release, has put a read model in place meanwhile");
    }
    name_.lead_to(rebuilt_->path());
  } catch (const std::exception& e) {
    spdlog::error("the rebuilt read model cannot be put in place: {}", e.what());
    return give_up_rebuild();
  }
  rebuilt_->serve(reads_);
  served_ = std::move(rebuilt_);
  rebuilding_.reset();
  name_.remove_leftovers();
  reads_.rebuilds().end();
  spdlog::info("following log {} into {}", identity_->log_id.to_string(), served_->path().string());
}

void LogFollowing::report_progress() {
  if (served_ && !served_->trouble().empty()) {
    return readiness_.set(kReadModel, "it cannot be written: " + served_->trouble());
  }
  if (readiness_.ready()) return;
  if (reads_.freshness().has_been_complete()) {
    readiness_.clear(kReadModel);
    spdlog::info("the read model holds everything that the log does");
    return;
  }
  const auto progress = reads_.rebuilds().progress();
  if (served_ || !progress) {
    const std::string behind = std::to_string(reads_.freshness().lag().records);
    return readiness_.set(kReadModel, "catching up, " + behind + " records behind");
  }
  readiness_.set(kReadModel, "being built, " + std::to_string(progress->done) + " of " +
                                 std::to_string(progress->total) + " records read");
}

bool LogFollowing::pause(std::chrono::milliseconds time) {
  return stop_.wait_for(time).has_value();
}

}  // namespace taskstream::projection
