#include "http/metrics.hpp"

#include <utility>

#include "http/process_figures.hpp"

namespace taskstream::http {
namespace {

constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

boost::asio::awaitable<Outcome> answer(const Metrics& metrics, const MetricsSource& of_this_worker) {
  Response response{.status = Status::ok, .fields = {}, .body = metrics.text(of_this_worker)};
  response.set(Field::content_type, kContentType).set(Field::cache_control, "no-cache");
  co_return response;
}

}  // namespace

Metrics::Metrics(std::string service, const Readiness& readiness) {
  add([service = std::move(service)](MetricsPage& page) {
    page.gauge("taskstream_build_info", "Always 1; its labels say which release of which service this is.", 1,
               {{"service", service}, {"version", TASKSTREAM_VERSION}});
  });
  add([&readiness](MetricsPage& page) {
    page.gauge("taskstream_ready", "1 while the service should be sent requests; /health/ready says why not.",
               readiness.ready() ? 1 : 0);
  });
  add(write_process_figures);
  add([this](MetricsPage& page) { http_.write(page); });
}

std::string Metrics::text(const MetricsSource& of_this_worker) const {
  MetricsPage page;
  for (const MetricsSource& source : sources_) source(page);
  if (of_this_worker) of_this_worker(page);
  return page.text();
}

Route metrics_route(const Metrics& metrics, MetricsSource of_this_worker) {
  return {.verb = Verb::get,
          .pattern = "/metrics",
          .handler = [&metrics, source = std::move(of_this_worker)](const Request&) { return answer(metrics, source); },
          .access = Access::Admin};
}

}  // namespace taskstream::http
