#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/bench/edits.hpp"

namespace taskstream::bench {

// The first `hot` of the clients change one and the same row, each under the version that it saw last; the others
// change a row of their own. Who comes too late learns the new version and tries again at once.
struct Writers {
  std::size_t clients = 0;
  std::size_t hot = 0;
};

struct ContentionFigures {
  double successes_per_second = 0;  // of all clients
  double hot_per_second = 0;        // of those on the hot row
  double conflicts_per_success = 0;
  double p50_ms = 0;  // of a change that succeeded: the one request, not the attempts before it
  double p99_ms = 0;
};

// At the command-services on these ports: the clients are spread over them, so that writers race in the log too.
ContentionFigures measure_contention(const std::vector<std::uint16_t>& command_ports, Writers writers, double seconds);

// `UPDATE … WHERE id = ? AND version = ?` in PostgreSQL, and a SELECT of the version where no row was changed.
ContentionFigures measure_postgres(const std::string& connection_string, Writers writers, double seconds);

// A run of one second to warm up and `seconds` that count.
class ContentionRun {
 public:
  explicit ContentionRun(double seconds);

  bool goes_on() const { return Clock::now() < until_; }

  // What one client has done. Clients have one each, and so need no lock.
  class Tally {
   public:
    explicit Tally(const ContentionRun& run) : run_(run) {}
    void note_success(Clock::time_point sent);
    void note_conflict(Clock::time_point sent);

   private:
    friend class ContentionRun;
    const ContentionRun& run_;
    std::vector<double> latencies_;
    std::size_t conflicts_ = 0;
  };

  ContentionFigures figures_of(const std::vector<Tally>& tallies, std::size_t hot) const;

 private:
  Clock::time_point from_;
  Clock::time_point until_;
};

}  // namespace taskstream::bench
