#include "http/http_figures.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>

namespace taskstream::http {
namespace {

const prometheus::Histogram::BucketBoundaries kSeconds = {0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05,
                                                          0.1,    0.25,  0.5,    1,     2.5,  5,     10};
constexpr std::array kVerbNames = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"};
constexpr std::array kClassNames = {"2xx", "3xx", "4xx", "5xx"};

std::size_t index_of(Verb verb) {
  switch (verb) {
    case Verb::get:
      return 0;
    case Verb::head:
      return 1;
    case Verb::post:
      return 2;
    case Verb::put:
      return 3;
    case Verb::patch:
      return 4;
    case Verb::delete_:
      return 5;
    case Verb::options:
      return 6;
    default:  // the other thirty
      return 7;
  }
}

prometheus::Family<prometheus::Counter>& counters(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}

// Two threads may look the series up at once: both find the same one.
void increment(std::atomic<prometheus::Counter*>& slot, prometheus::Family<prometheus::Counter>& family,
               unsigned status) {
  prometheus::Counter* counter = slot.load(std::memory_order_acquire);
  if (counter == nullptr) {
    counter = &family.Add({{"status", std::to_string(status)}});
    slot.store(counter, std::memory_order_release);
  }
  counter->Increment();
}

}  // namespace

HttpFigures::HttpFigures()
    : requests_(counters(registry_, "taskstream_http_requests_total",
                         "Requests answered, by the pattern of their route, method and class of status.")),
      durations_(prometheus::BuildHistogram()
                     .Name("taskstream_http_request_duration_seconds")
                     .Help("From a request's header until its answer was sent; streams are left out.")
                     .Register(registry_)),
      errors_(counters(registry_, "taskstream_http_errors_total", "Answers of 400 and more, by status.")),
      refusals_(counters(registry_, "taskstream_http_refused_total",
                         "Requests that the request guard refused before any handler saw them, by status.")),
      connections_(prometheus::BuildGauge()
                       .Name("taskstream_http_connections")
                       .Help("Connections that are open.")
                       .Register(registry_)
                       .Add({})),
      connections_opened_(
          counters(registry_, "taskstream_http_connections_opened_total", "Connections that were accepted.").Add({})) {}

HttpFigures::~HttpFigures() = default;

// What a route is for is there from the start, so that the first error is a step and not a new series.
void HttpFigures::know(const Router& router) {
  for (const Route& route : router.routes()) {
    std::unique_ptr<Of>& known = by_pattern_[route.pattern];
    if (!known) known = std::make_unique<Of>();
    known->pattern = route.pattern;
    const std::size_t verb = index_of(route.verb);
    for (const std::size_t status_class : {0UL, 2UL, 3UL}) answers_of(*known, verb, status_class);
  }
}

void HttpFigures::on_connection_opened() {
  connections_.Increment();
  connections_opened_.Increment();
}

void HttpFigures::on_connection_closed() {
  connections_.Decrement();
}

void HttpFigures::on_answered(const Answered& answered) {
  const auto status = static_cast<unsigned>(answered.status);
  if (status < 200 || status >= kStatuses) return;
  Of& of = this->of(answered.route);
  const std::size_t verb = index_of(answered.verb);
  count_answer(of, verb, status);
  if (!answered.is_stream) note_duration(of, verb, answered.took);
  if (status >= 400) increment(error_counters_[status], errors_, status);
  if (answered.is_refusal) increment(refusal_counters_[status], refusals_, status);
}

void HttpFigures::count_answer(Of& of, std::size_t verb, unsigned status) {
  const std::size_t status_class = status / 100 - 2;
  prometheus::Counter* counter = of.answers[verb][status_class].load(std::memory_order_acquire);
  (counter != nullptr ? *counter : answers_of(of, verb, status_class)).Increment();
}

void HttpFigures::note_duration(Of& of, std::size_t verb, std::chrono::steady_clock::duration took) {
  prometheus::Histogram* histogram = of.durations[verb].load(std::memory_order_acquire);
  if (histogram == nullptr) {
    histogram = &durations_.Add({{"route", of.pattern}, {"method", kVerbNames[verb]}}, kSeconds);
    of.durations[verb].store(histogram, std::memory_order_release);
  }
  histogram->Observe(std::chrono::duration<double>(took).count());
}

prometheus::Counter& HttpFigures::answers_of(Of& of, std::size_t verb, std::size_t status_class) {
  prometheus::Counter& counter =
      requests_.Add({{"route", of.pattern}, {"method", kVerbNames[verb]}, {"status", kClassNames[status_class]}});
  of.answers[verb][status_class].store(&counter, std::memory_order_release);
  return counter;
}

HttpFigures::Of& HttpFigures::of(const Route* route) {
  if (route == nullptr) return unrouted_;
  const auto known = by_pattern_.find(route->pattern);
  return known != by_pattern_.end() ? *known->second : unrouted_;
}

void HttpFigures::write(MetricsPage& page) const {
  page.add(registry_.Collect());
}

}  // namespace taskstream::http
