#pragma once

#include <sys/time.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <charconv>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace taskstream::http {

struct RawResponse {
  unsigned status = 0;
  std::map<std::string, std::string> fields;
  std::string body;
};

// Sends bytes as they are and takes answers apart by Content-Length, without any HTTP library's opinion.
class RawClient {
 public:
  explicit RawClient(std::uint16_t port) : socket_(context_) {
    socket_.connect({boost::asio::ip::address_v4::loopback(), port});
    // No test waits for this: it turns a server that hangs into a failure.
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    socket_.set_option(boost::asio::ip::tcp::no_delay(true));
  }

  // A server that has refused may have hung up already: that is no error here.
  void send(std::string_view bytes) {
    boost::system::error_code ignored;
    boost::asio::write(socket_, boost::asio::buffer(bytes), ignored);
  }
  void end_sending() { socket_.shutdown(boost::asio::ip::tcp::socket::shutdown_send); }

  // The next answer; status 0 when the connection ends first.
  RawResponse receive(bool without_body = false) {
    RawResponse response;
    std::size_t end = 0;
    while ((end = received_.find("\r\n\r\n")) == std::string::npos) {
      if (!receive_some()) return response;
    }
    read_head(received_.substr(0, end + 2), response);
    received_.erase(0, end + 4);
    const auto length =
        response.fields.contains("content-length") && !without_body ? std::stoul(response.fields["content-length"]) : 0;
    while (received_.size() < length) {
      if (!receive_some()) return {};
    }
    response.body = received_.substr(0, length);
    received_.erase(0, length);
    return response;
  }

  // The statuses of all answers until the server hangs up.
  std::vector<unsigned> receive_all() {
    std::vector<unsigned> statuses;
    for (auto response = receive(); response.status != 0; response = receive()) statuses.push_back(response.status);
    if (!received_.empty()) statuses.push_back(9999);  // bytes that are no answer
    return statuses;
  }

  // Everything until the server hangs up, or until a text has come.
  std::string receive_text(std::string_view until = {}) {
    while ((until.empty() || received_.find(until) == std::string::npos) && receive_some()) {
    }
    return received_;
  }

  // Whether the connection ends, rather than stays silent.
  bool is_closed() {
    while (receive_some()) {
    }
    return ended_;
  }

 private:
  bool receive_some() {
    char bytes[4096];
    const auto count = ::recv(socket_.native_handle(), bytes, sizeof bytes, 0);
    if (count > 0) received_.append(bytes, static_cast<std::size_t>(count));
    if (count == 0 || (count < 0 && errno == ECONNRESET)) ended_ = true;
    return count > 0;
  }

  static void read_head(std::string_view head, RawResponse& response) {
    if (head.starts_with("HTTP/1.1 ")) std::from_chars(head.data() + 9, head.data() + 12, response.status);
    for (head.remove_prefix(head.find("\r\n") + 2); !head.empty(); head.remove_prefix(head.find("\r\n") + 2)) {
      const auto line = head.substr(0, head.find("\r\n"));
      const auto colon = line.find(": ");
      std::string name(line.substr(0, colon));
      for (auto& c : name) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
      response.fields[name] = line.substr(colon + 2);
    }
  }

  boost::asio::io_context context_;
  boost::asio::ip::tcp::socket socket_;
  std::string received_;
  bool ended_ = false;
};

}  // namespace taskstream::http
