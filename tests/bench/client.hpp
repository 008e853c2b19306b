#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace taskstream::bench {

struct Reply {
  int status = 0;
  std::string head;  // status line and fields, as received
  std::string body;

  // Empty when absent. Names are matched as the server writes them.
  std::string_view field(std::string_view name) const;
};

// One keep-alive connection that sends a request and waits for its reply. As lean as it can be, so that what is
// measured is the server: no parser, no copies but the body's.
class Connection {
 public:
  Connection(boost::asio::any_io_executor executor, std::uint16_t port) : socket_(executor), port_(port) {}

  boost::asio::awaitable<void> connect();
  boost::asio::awaitable<Reply> send(std::string_view method, std::string_view target, std::string_view fields,
                                     std::string_view body);

 private:
  boost::asio::ip::tcp::socket socket_;
  std::uint16_t port_;
  std::string buffer_;
};

// The p-th part (0..1) of the values; sorts them.
double quantile(std::vector<double>& values, double p);

}  // namespace taskstream::bench
