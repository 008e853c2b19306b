#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

#include "command-service/state/state_store.hpp"
#include "events/log/durations.hpp"

namespace taskstream::command {

// Commits changes to the store on a thread of its own. What fails for want of room, or because a disk does not answer,
// is tried again until it succeeds: the core waits meanwhile.
class StateWriter {
 public:
  // Runs once for each change, on the writer's thread: the change is committed, or the store is damaged.
  using Done = std::function<void(std::optional<std::string> damage)>;

  StateWriter(StateStore& store, Done done);
  // Gives up what has not succeeded yet.
  ~StateWriter();
  StateWriter(const StateWriter&) = delete;
  StateWriter& operator=(const StateWriter&) = delete;

  // Counted since the start. From any thread.
  struct Figures {
    events::Durations saves;     // that succeeded
    std::uint64_t failures = 0;  // to be tried again
  };
  Figures figures() const;

  // The one before must be done.
  void save(StateChange change);

 private:
  void run();
  void note_save(std::chrono::nanoseconds took);
  void commit(const StateChange& change);
  // Whether the commit need not be tried again.
  bool try_commit(const StateChange& change, std::string& last_failure);

  StateStore& store_;
  Done done_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  std::optional<StateChange> waiting_;
  bool over_ = false;
  Figures figures_;
  std::thread thread_;
};

}  // namespace taskstream::command
