#pragma once

#include <prometheus/metric_family.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace taskstream::http {

// What one scrape shows: figures are read when they are asked for, and written down here. A label's value comes from
// the code or from the operator, never from what a client sent: each new one is a new series for ever.
class MetricsPage {
 public:
  using Labels = std::vector<std::pair<std::string, std::string>>;

  void counter(const char* name, const char* help, double value, const Labels& labels = {});
  void gauge(const char* name, const char* help, double value, const Labels& labels = {});
  // A histogram in seconds, from whatever counts durations in buckets by their upper bounds (`kUpTo`, `up_to`, …).
  template <class Durations>
  void durations(const char* name, const char* help, const Durations& durations, const Labels& labels = {}) {
    prometheus::ClientMetric& metric = add(name, help, prometheus::MetricType::Histogram, labels);
    for (std::size_t i = 0; i < Durations::kUpTo.size(); ++i) {
      add_bucket(metric, std::chrono::duration<double>(Durations::kUpTo[i]).count(), durations.up_to(i));
    }
    end_buckets(metric, durations.count(), std::chrono::duration<double>(durations.sum()).count());
  }
  void add(std::vector<prometheus::MetricFamily> families);

  // In Prometheus's text format.
  std::string text() const;

 private:
  prometheus::ClientMetric& add(const char* name, const char* help, prometheus::MetricType type, const Labels& labels);
  static void add_bucket(prometheus::ClientMetric& metric, double upper_bound, std::uint64_t cumulative_count);
  static void end_buckets(prometheus::ClientMetric& metric, std::uint64_t count, double sum);

  std::vector<prometheus::MetricFamily> families_;
  std::unordered_map<std::string, std::size_t> index_;  // by name
};

}  // namespace taskstream::http
