#pragma once

#include <cstdint>

#include "tests/bench/load.hpp"

namespace taskstream::bench {

struct FanOutFigures {
  double events_per_second = 0;  // at each client
  double p50_ms = 0;
  double p99_ms = 0;
  double max_ms = 0;
};

// Commands at a steady rate, and so many clients with a stream each, all of which are told of every change. The lag
// counts from the sending of the command until a client has its event.
FanOutFigures measure_fan_out(std::uint16_t command_port, std::uint16_t projection_port, std::size_t clients,
                              double per_second, double seconds);

}  // namespace taskstream::bench
