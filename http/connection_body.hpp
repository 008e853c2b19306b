#pragma once

#include <memory>
#include <utility>

#include "http/body_stream.hpp"
#include "http/connection.hpp"

namespace taskstream::http {

// A body that is written to a connection, framed in chunks (RFC 9112 §7.1) or not.
class ConnectionBody final : public BodyStream {
 public:
  ConnectionBody(std::shared_ptr<Connection> connection, bool chunked);
  ~ConnectionBody() override;

  boost::asio::awaitable<bool> write(std::string_view bytes) override;
  bool should_end() const override { return connection_->watch_is_over(); }
  bool was_too_slow() const override { return broken_ && connection_->timed_out(); }
  bool is_broken() const { return broken_; }  // the client has not got all that was written
  void on_end(std::function<void()> wake) override { connection_->on_end(std::move(wake)); }

  // Says that nothing follows.
  boost::asio::awaitable<void> finish();
  std::uint64_t bytes() const { return bytes_; }

 private:
  boost::asio::awaitable<bool> send(std::string_view before, std::string_view bytes, std::string_view after);

  std::shared_ptr<Connection> connection_;
  const bool chunked_;
  bool broken_ = false;
  std::uint64_t bytes_ = 0;
};

}  // namespace taskstream::http
