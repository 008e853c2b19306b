#include "http/metrics.hpp"

#include <gtest/gtest.h>

#include <array>
#include <chrono>

namespace taskstream::http {
namespace {

using namespace std::chrono_literals;

boost::asio::awaitable<Outcome> nothing(Request) {
  co_return Response();
}

struct TwoBuckets {
  static constexpr std::array<std::chrono::milliseconds, 2> kUpTo = {5ms, 1'000ms};
  std::uint64_t up_to(std::size_t bucket) const { return bucket + 1; }
  std::uint64_t count() const { return 3; }
  std::chrono::milliseconds sum() const { return 2'500ms; }
};

class HttpFiguresTest : public ::testing::Test {
 protected:
  HttpFiguresTest() { figures.know(router); }

  std::string text() const {
    MetricsPage page;
    figures.write(page);
    return page.text();
  }
  void answer(std::size_t route, Verb verb, Status status) {
    figures.on_answered({.route = &router.routes()[route], .verb = verb, .status = status, .took = 3ms});
  }
  bool shows(const std::string& line) const { return ("\n" + text()).find("\n" + line + "\n") != std::string::npos; }

  Router router{{{Verb::get, "/v1/tasks/{id}", nothing}, {Verb::post, "/v1/tasks", nothing}}};
  HttpFigures figures;
};

TEST(MetricsPage, GathersSeriesOfOneNameInOneFamily) {
  MetricsPage page;
  page.counter("records_total", "Records.", 2, {{"verdict", "accepted"}});
  page.gauge("streams", "Streams.", 1);
  page.counter("records_total", "Records.", 1, {{"verdict", "superseded"}});
  EXPECT_EQ(page.text(),
            "# HELP records_total Records.\n# TYPE records_total counter\n"
            "records_total{verdict=\"accepted\"} 2\nrecords_total{verdict=\"superseded\"} 1\n"
            "# HELP streams Streams.\n# TYPE streams gauge\nstreams 1\n");
}

TEST(MetricsPage, WritesDurationsInSecondsAndEndsWithAllOfThem) {
  MetricsPage page;
  page.durations("wait_duration_seconds", "Waits.", TwoBuckets());
  EXPECT_EQ(page.text(),
            "# HELP wait_duration_seconds Waits.\n# TYPE wait_duration_seconds histogram\n"
            "wait_duration_seconds_count 3\nwait_duration_seconds_sum 2.5\n"
            "wait_duration_seconds_bucket{le=\"0.005\"} 1\nwait_duration_seconds_bucket{le=\"1\"} 2\n"
            "wait_duration_seconds_bucket{le=\"+Inf\"} 3\n");
}

TEST(MetricsPage, KeepsALabelFromEndingItsLine) {
  MetricsPage page;
  page.gauge("g", "G.", 1, {{"a", "x\"\n\\"}});
  EXPECT_NE(page.text().find("g{a=\"x\\\"\\n\\\\\"} 1\n"), std::string::npos) << page.text();
}

TEST_F(HttpFiguresTest, CountByPatternMethodAndClass) {
  answer(0, Verb::get, Status::ok);
  answer(0, Verb::get, Status::not_found);
  answer(0, Verb::get, Status::gone);
  answer(0, Verb::head, Status::not_modified);
  answer(1, Verb::post, Status::created);
  EXPECT_TRUE(shows(R"(taskstream_http_requests_total{method="GET",route="/v1/tasks/{id}",status="2xx"} 1)")) << text();
  EXPECT_TRUE(shows(R"(taskstream_http_requests_total{method="GET",route="/v1/tasks/{id}",status="4xx"} 2)"));
  EXPECT_TRUE(shows(R"(taskstream_http_requests_total{method="HEAD",route="/v1/tasks/{id}",status="3xx"} 1)"));
  EXPECT_TRUE(shows(R"(taskstream_http_requests_total{method="POST",route="/v1/tasks",status="2xx"} 1)"));
  EXPECT_TRUE(shows(R"(taskstream_http_errors_total{status="404"} 1)"));
  EXPECT_TRUE(shows(R"(taskstream_http_request_duration_seconds_count{method="GET",route="/v1/tasks/{id}"} 3)"));
  EXPECT_TRUE(
      shows(R"(taskstream_http_request_duration_seconds_bucket{method="GET",route="/v1/tasks/{id}",le="0.0025"} 0)"));
  EXPECT_TRUE(
      shows(R"(taskstream_http_request_duration_seconds_bucket{method="GET",route="/v1/tasks/{id}",le="0.005"} 3)"));
}

TEST_F(HttpFiguresTest, ShowARouteBeforeItsFirstRequest) {
  EXPECT_TRUE(shows(R"(taskstream_http_requests_total{method="POST",route="/v1/tasks",status="5xx"} 0)")) << text();
}

TEST_F(HttpFiguresTest, KnowNoOtherRoutes) {
  figures.on_answered({.route = nullptr, .verb = Verb::get, .status = Status::not_found, .took = 1ms});
  const Route stranger{Verb::get, "/elsewhere", nothing};
  figures.on_answered({.route = &stranger, .verb = Verb::mkcol, .status = Status::ok, .took = 1ms});
  EXPECT_TRUE(shows(R"(taskstream_http_requests_total{method="GET",route="none",status="4xx"} 1)")) << text();
  EXPECT_TRUE(shows(R"(taskstream_http_requests_total{method="other",route="none",status="2xx"} 1)"));
  EXPECT_EQ(text().find("elsewhere"), std::string::npos);
}

TEST_F(HttpFiguresTest, TellWhatTheGuardRefused) {
  figures.on_answered({.verb = Verb::unknown, .status = Status::bad_request, .took = 1ms, .is_refusal = true});
  EXPECT_TRUE(shows(R"(taskstream_http_refused_total{status="400"} 1)")) << text();
  EXPECT_TRUE(shows(R"(taskstream_http_errors_total{status="400"} 1)"));
}

TEST_F(HttpFiguresTest, LeaveStreamsOutOfDurations) {
  figures.on_answered(
      {.route = &router.routes()[0], .verb = Verb::get, .status = Status::ok, .took = 1h, .is_stream = true});
  EXPECT_TRUE(shows(R"(taskstream_http_requests_total{method="GET",route="/v1/tasks/{id}",status="2xx"} 1)")) << text();
  EXPECT_EQ(text().find("duration_seconds_count"), std::string::npos);
}

TEST_F(HttpFiguresTest, CountConnections) {
  figures.on_connection_opened();
  figures.on_connection_opened();
  figures.on_connection_closed();
  EXPECT_TRUE(shows("taskstream_http_connections 1")) << text();
  EXPECT_TRUE(shows("taskstream_http_connections_opened_total 2"));
}

TEST(Metrics, TellOfTheProcessWhatTheSystemSays) {
  Readiness readiness;
  readiness.set("log", "not yet");
  const Metrics metrics("a-service", readiness);
  const std::string text = metrics.text();
  const auto value = [&text](const std::string& name) {
    const auto at = text.find("\n" + name + " ");
    return at == std::string::npos ? -1.0 : std::stod(text.substr(at + name.size() + 2));
  };
  EXPECT_NE(text.find("taskstream_build_info{service=\"a-service\",version=\""), std::string::npos) << text;
  EXPECT_EQ(value("taskstream_ready"), 0);
  EXPECT_GT(value("process_resident_memory_bytes"), 1e6);
  EXPECT_GT(value("process_virtual_memory_bytes"), value("process_resident_memory_bytes"));
  EXPECT_GE(value("process_threads"), 1);
  EXPECT_GE(value("process_open_fds"), 3);
  EXPECT_GE(value("process_max_fds"), value("process_open_fds"));
  EXPECT_GE(value("process_cpu_seconds_total"), 0);
  const double now = std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_NEAR(value("process_start_time_seconds"), now, 600);
}

}  // namespace
}  // namespace taskstream::http
