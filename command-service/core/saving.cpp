#include "command-service/core/saving.hpp"

#include <utility>

namespace taskstream::command {

void Saving::on_folded(const events::LogRecord& record) {
  checkpoint_.advance(record);
  has_moved_ = true;
}

std::optional<StateChange> Saving::take_due(SteadyTime now) {
  if (has_moved_ && !unsaved_since_) unsaved_since_ = now;
  if (is_under_way_ || !unsaved_since_) return std::nullopt;
  const bool is_much = streams_.unsaved_bytes() >= options_.memory_bytes / 8;
  if (!is_much && !is_stopping_ && now - *unsaved_since_ < options_.after) return std::nullopt;
  is_under_way_ = true;
  has_moved_ = false;
  unsaved_since_.reset();
  return streams_.take_unsaved(checkpoint_);
}

void Saving::on_saved() {
  is_under_way_ = false;
  streams_.note_saved();
}

}  // namespace taskstream::command
