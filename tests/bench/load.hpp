#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/bench/baselines.hpp"

namespace taskstream::bench {

// Conditional edits over HTTP: each connection edits a task of its own, always under the version that it saw last.
AppendFigures measure_updates(std::uint16_t command_port, std::size_t connections, double seconds);

struct LatencyFigures {
  double p50_ms = 0;
  double p99_ms = 0;
};

// From the sending of a command until a read at the projection, under the command's token, is answered. Commands come
// at a steady rate, whatever became of the ones before.
LatencyFigures measure_visible(std::uint16_t command_port, std::uint16_t projection_port, double per_second,
                               double seconds);

// GETs of these targets in turn.
AppendFigures measure_reads(std::uint16_t port, const std::vector<std::string>& targets, std::size_t connections,
                            double seconds);

// Makes this many tasks, edits each so often, and answers their locations.
std::vector<std::string> make_tasks(std::uint16_t command_port, std::size_t count, std::size_t edits,
                                    std::size_t connections);

}  // namespace taskstream::bench
