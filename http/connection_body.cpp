#include "http/connection_body.hpp"

#include <array>
#include <charconv>

namespace taskstream::http {
namespace {

constexpr std::string_view kLastChunk = "0\r\n\r\n";

}  // namespace

ConnectionBody::ConnectionBody(std::shared_ptr<Connection> connection, bool chunked)
    : connection_(std::move(connection)), chunked_(chunked) {
  connection_->watch();
}

ConnectionBody::~ConnectionBody() {
  connection_->end_watch();
}

boost::asio::awaitable<bool> ConnectionBody::write(std::string_view bytes) {
  if (bytes.empty()) co_return !broken_;  // a chunk of no bytes would be the last one
  if (!chunked_) co_return co_await send({}, bytes, {});
  std::array<char, 18> size{};
  auto* end = std::to_chars(size.data(), size.data() + size.size() - 2, bytes.size(), 16).ptr;
  *end++ = '\r';
  *end++ = '\n';
  const std::string_view size_line(size.data(), static_cast<std::size_t>(end - size.data()));
  co_return co_await send(size_line, bytes, "\r\n");
}

boost::asio::awaitable<bool> ConnectionBody::send(std::string_view before, std::string_view bytes,
                                                  std::string_view after) {
  if (broken_) co_return false;
  broken_ = !co_await connection_->send_part(before, bytes, after);
  if (!broken_) bytes_ += bytes.size();
  co_return !broken_;
}

boost::asio::awaitable<void> ConnectionBody::finish() {
  if (chunked_) co_await send({}, kLastChunk, {});
}

}  // namespace taskstream::http
