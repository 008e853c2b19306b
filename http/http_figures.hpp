#pragma once

#include <prometheus/registry.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "http/metrics_page.hpp"
#include "http/observer.hpp"
#include "http/router.hpp"

namespace taskstream::http {

// Counts what a server answers: by the pattern of the route, never by the path, so that no client can make series. What
// a request costs here is two look-ups and three additions. Thread-safe.
class HttpFigures final : public Observer {
 public:
  HttpFigures();
  ~HttpFigures() override;

  // Call before the server starts, for each of its routers: answers of other routes are counted as of none.
  void know(const Router& router);

  void on_connection_opened() override;
  void on_connection_closed() override;
  void on_answered(const Answered& answered) override;

  void write(MetricsPage& page) const;

 private:
  static constexpr std::size_t kVerbs = 8;
  static constexpr std::size_t kClasses = 4;  // 2xx … 5xx: an answer to `Expect` is not one
  static constexpr std::size_t kStatuses = 600;

  // Of one pattern. The series are looked up once, and then found by their place.
  struct Of {
    std::string pattern;
    std::array<std::array<std::atomic<prometheus::Counter*>, kClasses>, kVerbs> answers{};
    std::array<std::atomic<prometheus::Histogram*>, kVerbs> durations{};
  };

  void count_answer(Of& of, std::size_t verb, unsigned status);
  void note_duration(Of& of, std::size_t verb, std::chrono::steady_clock::duration took);
  prometheus::Counter& answers_of(Of& of, std::size_t verb, std::size_t status_class);
  Of& of(const Route* route);

  prometheus::Registry registry_;
  prometheus::Family<prometheus::Counter>& requests_;
  prometheus::Family<prometheus::Histogram>& durations_;
  prometheus::Family<prometheus::Counter>& errors_;
  prometheus::Family<prometheus::Counter>& refusals_;
  prometheus::Gauge& connections_;
  prometheus::Counter& connections_opened_;
  std::array<std::atomic<prometheus::Counter*>, kStatuses> error_counters_{};
  std::array<std::atomic<prometheus::Counter*>, kStatuses> refusal_counters_{};
  Of unrouted_{.pattern = "none"};
  std::unordered_map<std::string, std::unique_ptr<Of>> by_pattern_;
};

}  // namespace taskstream::http
