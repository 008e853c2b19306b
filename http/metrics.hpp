#pragma once

#include <functional>
#include <string>
#include <vector>

#include "http/health.hpp"
#include "http/http_figures.hpp"
#include "http/metrics_page.hpp"
#include "http/router.hpp"

namespace taskstream::http {

// Writes what one part of a service knows of itself.
using MetricsSource = std::function<void(MetricsPage&)>;

// What a process shows at /metrics. The sources are asked on the thread of whoever scrapes.
class Metrics {
 public:
  // `service` is for `taskstream_build_info`; `readiness` outlives this.
  Metrics(std::string service, const Readiness& readiness);

  HttpFigures& http() { return http_; }
  // Before the server starts.
  void add(MetricsSource source) { sources_.push_back(std::move(source)); }

  // `of_this_worker` says what only the worker that was asked can read.
  std::string text(const MetricsSource& of_this_worker = {}) const;

 private:
  HttpFigures http_;
  std::vector<MetricsSource> sources_;
};

// GET /metrics, for admins. `metrics` outlives the route.
Route metrics_route(const Metrics& metrics, MetricsSource of_this_worker = {});

}  // namespace taskstream::http
