#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/contract/ids.hpp"
#include "events/fold/stream_fold.hpp"

namespace taskstream::projection {

// A task as it was: made from a state that the history keeps, or from nothing, and the items after it, oldest first.
class PastTask {
 public:
  explicit PastTask(const events::TaskId& id) : id_(id) {}

  // Goes on from this state, whatever came before.
  void start_from(std::string_view state) { state_ = state; }
  void add_item(std::string_view item) { items_.emplace_back(item); }

  // The body, byte for byte as it was answered then; with the mark of a stream that is in quarantine now.
  std::string body(const std::optional<events::Quarantine>& quarantine) const;

 private:
  events::TaskId id_;
  std::string state_;
  std::vector<std::string> items_;
};

}  // namespace taskstream::projection
