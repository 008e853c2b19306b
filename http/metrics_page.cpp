#include "http/metrics_page.hpp"

#include <prometheus/text_serializer.h>

#include <limits>

namespace taskstream::http {

using prometheus::ClientMetric;
using prometheus::MetricType;

void MetricsPage::counter(const char* name, const char* help, double value, const Labels& labels) {
  add(name, help, MetricType::Counter, labels).counter.value = value;
}

void MetricsPage::gauge(const char* name, const char* help, double value, const Labels& labels) {
  add(name, help, MetricType::Gauge, labels).gauge.value = value;
}

void MetricsPage::add(std::vector<prometheus::MetricFamily> families) {
  for (prometheus::MetricFamily& family : families) {
    index_.emplace(family.name, families_.size());
    families_.push_back(std::move(family));
  }
}

std::string MetricsPage::text() const {
  return prometheus::TextSerializer().Serialize(families_);
}

ClientMetric& MetricsPage::add(const char* name, const char* help, MetricType type, const Labels& labels) {
  const auto [known, is_new] = index_.try_emplace(name, families_.size());
  if (is_new) families_.push_back({.name = name, .help = help, .type = type, .metric = {}});
  ClientMetric& metric = families_[known->second].metric.emplace_back();
  for (const auto& [label, value] : labels) metric.label.push_back({.name = label, .value = value});
  return metric;
}

void MetricsPage::add_bucket(ClientMetric& metric, double upper_bound, std::uint64_t cumulative_count) {
  metric.histogram.bucket.push_back({.cumulative_count = cumulative_count, .upper_bound = upper_bound});
}

void MetricsPage::end_buckets(ClientMetric& metric, std::uint64_t count, double sum) {
  add_bucket(metric, std::numeric_limits<double>::infinity(), count);
  metric.histogram.sample_count = count;
  metric.histogram.sample_sum = sum;
}

}  // namespace taskstream::http
