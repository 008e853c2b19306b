#include "tests/bench/client.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <stdexcept>

namespace taskstream::bench {

namespace asio = boost::asio;

std::string_view Reply::field(std::string_view name) const {
  const std::string start = "\r\n" + std::string(name) + ": ";
  const std::size_t found = head.find(start);
  if (found == std::string::npos) return {};
  const std::size_t begin = found + start.size();
  return std::string_view(head).substr(begin, head.find("\r\n", begin) - begin);
}

asio::awaitable<void> Connection::connect() {
  const asio::ip::tcp::endpoint endpoint(asio::ip::address_v4::loopback(), port_);
  co_await socket_.async_connect(endpoint, asio::use_awaitable);
  socket_.set_option(asio::ip::tcp::no_delay(true));
}

asio::awaitable<Reply> Connection::send(std::string_view method, std::string_view target, std::string_view fields,
                                        std::string_view body) {
  std::string request;
  request.reserve(256 + fields.size() + body.size());
  request.append(method).append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n").append(fields);
  if (!body.empty() || method != "GET") {
    request.append("Content-Length: ").append(std::to_string(body.size())).append("\r\n");
  }
  request.append("\r\n").append(body);
  co_await asio::async_write(socket_, asio::buffer(request), asio::use_awaitable);

  const std::size_t head_size =
      co_await asio::async_read_until(socket_, asio::dynamic_buffer(buffer_), "\r\n\r\n", asio::use_awaitable);
  Reply reply;
  reply.head = buffer_.substr(0, head_size);
  buffer_.erase(0, head_size);
  reply.status = std::stoi(reply.head.substr(9, 3));
  std::size_t length = 0;
  if (const std::string_view text = reply.field("Content-Length"); !text.empty()) {
    std::from_chars(text.data(), text.data() + text.size(), length);
  }
  if (buffer_.size() < length) {
    const std::size_t missing = length - buffer_.size();
    co_await asio::async_read(socket_, asio::dynamic_buffer(buffer_), asio::transfer_at_least(missing),
                              asio::use_awaitable);
  }
  reply.body = buffer_.substr(0, length);
  buffer_.erase(0, length);
  co_return reply;
}

double quantile(std::vector<double>& values, double p) {
  if (values.empty()) throw std::invalid_argument("no values to take a quantile of");
  std::ranges::sort(values);
  return values[static_cast<std::size_t>(p * static_cast<double>(values.size() - 1))];
}

}  // namespace taskstream::bench
