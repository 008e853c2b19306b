#include "command-service/runtime/state_writer.hpp"

#include <spdlog/spdlog.h>

#include <chrono>
#include <utility>

namespace taskstream::command {
namespace {

constexpr std::chrono::milliseconds kTryAgain{500};

}  // namespace

StateWriter::StateWriter(StateStore& store, Done done)
    : store_(store), done_(std::move(done)), thread_([this] { run(); }) {}

StateWriter::~StateWriter() {
  {
    const std::lock_guard lock(mutex_);
    over_ = true;
    wake_.notify_all();
  }
  thread_.join();
}

void StateWriter::save(StateChange change) {
  const std::lock_guard lock(mutex_);
  waiting_ = std::move(change);
  wake_.notify_all();
}

StateWriter::Figures StateWriter::figures() const {
  const std::lock_guard lock(mutex_);
  return figures_;
}

void StateWriter::note_save(std::chrono::nanoseconds took) {
  const std::lock_guard lock(mutex_);
  figures_.saves.note(took);
}

void StateWriter::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    wake_.wait(lock, [this] { return over_ || waiting_; });
    if (over_) return;
    const StateChange change = *std::exchange(waiting_, std::nullopt);
    lock.unlock();
    commit(change);
    lock.lock();
  }
}

void StateWriter::commit(const StateChange& change) {
  std::string last_failure;
  while (!try_commit(change, last_failure)) {
    std::unique_lock lock(mutex_);
    if (wake_.wait_for(lock, kTryAgain, [this] { return over_; })) return;
  }
}

bool StateWriter::try_commit(const StateChange& change, std::string& last_failure) {
  const auto begin = std::chrono::steady_clock::now();
  try {
    store_.commit(change);
    note_save(std::chrono::steady_clock::now() - begin);
    done_(std::nullopt);
    return true;
  } catch (const StateDamaged& damage) {
    done_(damage.what());
    return true;
  } catch (const std::exception& failure) {
    {
      const std::lock_guard lock(mutex_);
      ++figures_.failures;
    }
    if (std::exchange(last_failure, failure.what()) != failure.what()) {
      spdlog::error("the state file cannot be written ({}); it is tried again until it can be", failure.what());
    }
    return false;
  }
}

}  // namespace taskstream::command
