#include "projection-service/http/stream.hpp"

#include <boost/asio/this_coro.hpp>

#include "projection-service/http/parameters.hpp"
#include "projection-service/http/sight_of.hpp"
#include "projection-service/http/task_stream.hpp"

namespace taskstream::projection {
namespace {

constexpr const char* kConditionsOfTime[] = {"q", "overdue", "reminderDue", "locked"};

http::Problem too_many_streams() {
  auto problem = http::plain_problem(http::Status::service_unavailable,
                                     "As many streams are open as this server takes: try again, or ask another one.");
  problem.headers.emplace_back("Retry-After", "5");
  return problem;
}

TaskFilter take_stream_filter(Parameters& parameters) {
  TaskFilter filter;
  for (const char* name : kConditionsOfTime) {
    if (parameters.take(name) != nullptr) {
      parameters.refuse(name, "is no condition of a stream: that it comes true or ends is no event");
    }
  }
  take_event_filter(parameters, filter);
  return filter;
}

boost::asio::awaitable<void> write_stream(Reader& reader, http::BodyStream& body, TaskStream::Options options) {
  const auto executor = co_await boost::asio::this_coro::executor;
  TaskStream stream(reader, body, executor, std::move(options));
  ++reader.side().streams().opened;
  co_await stream.run();
}

}  // namespace

boost::asio::awaitable<http::Outcome> stream(Reader& reader, http::Request request) {
  Parameters parameters(request);
  TaskStream::Options options{.filter = {},
                              .sight = sight_of(request.principal),
                              .since = {},
                              .standing = {reader.side().options().authenticator, request}};
  // A client that connects again repeats its target, and says in the header how far it has come since.
  // Both are read, so that neither is taken for right where it is not.
  const std::string* since = parameters.take("since");
  if (since != nullptr) {
    auto token = reader.read_change_token(*since);
    if (!token) co_return reader.stamped(token.error());
    options.since = *std::move(token);
  }
  if (const auto last_id = request.header("Last-Event-ID")) {
    auto token = reader.read_change_token(*last_id);
    if (!token) co_return reader.stamped(token.error());
    options.since = *std::move(token);
  }
  const auto fresh =
      co_await reader.await_freshness(request, options.since ? options.since->needs() : events::PositionVector());
  if (!fresh) co_return reader.stamped(fresh.error());
  options.filter = take_stream_filter(parameters);
  if (auto errors = std::move(parameters).errors(); !errors.empty()) {
    co_return reader.stamped(http::validation_failed(std::move(errors)));
  }
  auto slot = reader.side().changes().open();
  if (!slot) {
    ++reader.side().streams().refused;
    co_return reader.stamped(too_many_streams());
  }

  http::Response head = reader.stamped(http::Response{.status = http::Status::ok, .fields = {}, .body = {}},
                                       reader.side().freshness().committed()->token, *fresh);
  head.set(http::Field::content_type, "text/event-stream").set("X-Accel-Buffering", "no");
  auto write = [&reader, slot = std::move(slot), options = std::move(options)](http::BodyStream& body) {
    return write_stream(reader, body, options);
  };
  co_return http::StreamedResponse{.status = head.status, .fields = std::move(head.fields), .body = std::move(write)};
}

}  // namespace taskstream::projection
