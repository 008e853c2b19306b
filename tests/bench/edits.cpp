#include "tests/bench/edits.hpp"

#include <stdexcept>

namespace taskstream::bench {
namespace {

namespace asio = boost::asio;

constexpr std::string_view kJson = "Content-Type: application/json\r\n";

std::string body_with_title(std::uint64_t number) {
  return R"({"title":"Write the guide, take )" + std::to_string(number) + R"("})";
}

}  // namespace

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

void expect(const Reply& reply, int status) {
  if (reply.status != status)
    throw std::runtime_error("expected " + std::to_string(status) + ", got " + reply.head + reply.body);
}

void rethrow(std::exception_ptr failure) {
  if (failure) std::rethrow_exception(failure);
}

asio::awaitable<Created> create_task(Connection& connection, std::uint64_t number) {
  const std::string body = body_with_title(number);
  const Reply reply = co_await connection.send("POST", "/v1/tasks", kJson, body);
  expect(reply, 201);
  co_return Created{std::string(reply.field("Location")), std::string(reply.field("ETag"))};
}

asio::awaitable<Reply> edit(Connection& connection, const Created& task, std::uint64_t number) {
  const std::string fields = std::string(kJson) + "If-Match: " + task.etag + "\r\n";
  const std::string body = body_with_title(number);
  co_return co_await connection.send("PATCH", task.location, fields, body);
}

}  // namespace taskstream::bench
