#pragma once

#include <optional>

#include "command-service/core/request.hpp"
#include "command-service/core/streams.hpp"
#include "events/log/checkpoint.hpp"

namespace taskstream::command {

struct SavingOptions {
  std::size_t memory_bytes = 0;       // for states in memory, saved or not
  std::chrono::milliseconds after{};  // since the first change, or earlier where much has changed
};

// When what was folded is saved, and up to which position. A change holds everything up to one position. Few large ones
// are cheaper than many small ones, but memory has to hold what they save.
class Saving {
 public:
  Saving(Streams& streams, events::Checkpoint checkpoint, SavingOptions options)
      : streams_(streams), checkpoint_(std::move(checkpoint)), options_(options) {}

  // A record has been folded. The position that is saved lies right behind it, never behind offsets after it that carry
  // nothing: nothing at them would tell a start that the log has lost them and given them to others.
  void on_folded(const events::LogRecord& record);
  // The end is near: whatever is unsaved is due at once from now on.
  void on_stopping() { is_stopping_ = true; }
  // What is to be saved now. One change at a time: the next comes after on_saved().
  std::optional<StateChange> take_due(SteadyTime now);
  void on_saved();

  // Much more waits to be saved than should.
  bool is_full() const { return streams_.unsaved_bytes() >= options_.memory_bytes / 4; }
  bool is_all_saved() const { return !is_under_way_ && !unsaved_since_; }

 private:
  Streams& streams_;
  events::Checkpoint checkpoint_;
  SavingOptions options_;
  bool has_moved_ = false;  // since the last change was taken
  bool is_under_way_ = false;
  bool is_stopping_ = false;
  std::optional<SteadyTime> unsaved_since_;
};

}  // namespace taskstream::command
