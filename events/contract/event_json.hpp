#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>

#include "events/contract/event.hpp"
#include "events/contract/task_names.hpp"

namespace taskstream::events {

// Why an event cannot be folded, in words for an operator. Never affects a verdict.
struct Unfoldable {
  std::string reason;
};

// The value of an event's record: JSON with the members in their documented order, nulls left out.
std::string to_json(const Event& event);

// Reads the value of a record of this type. Strict, because every reader must come to the same state: unknown types,
// unknown, missing or repeated members, wrong JSON types and unknown enum values are all unfoldable. Domain limits (how
// long a title may be) are not asked again: they were asked when the event was decided.
boost::system::result<Event, Unfoldable> from_json(std::string_view type, std::string_view json);

}  // namespace taskstream::events
