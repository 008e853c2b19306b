#pragma once

#include <vector>

#include "events/contract/event.hpp"

namespace taskstream::examples {

template <std::size_t I = 0>
void add_empty_events(std::vector<events::Event>& all) {
  if constexpr (I < std::variant_size_v<events::Event>) {
    all.emplace_back(std::in_place_index<I>);
    add_empty_events<I + 1>(all);
  }
}

// One event of each type that the code knows, with nothing in it.
inline std::vector<events::Event> one_event_of_each_type() {
  std::vector<events::Event> all;
  add_empty_events(all);
  return all;
}

}  // namespace taskstream::examples
