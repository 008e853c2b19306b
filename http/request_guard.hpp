#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "http/message.hpp"

// Reads the head of a request (RFC 9112) and takes no liberties: whatever two readers could frame differently is
// refused, so that nothing can be smuggled past or through this server. Beast's own parser is not asked: it folds
// obs-fold silently, and takes `Content-Length: 1, 1`, equal duplicates and `xchunked`.
namespace taskstream::http {

// Why a request's framing cannot be trusted. The connection is closed after the answer.
struct Refusal {
  Status status;
  std::string reason;
};

// 0 = no limit.
struct HeadLimits {
  std::size_t bytes = 8 * 1024;
  std::size_t fields = 100;
};

struct RequestHead {
  Verb verb = Verb::get;
  std::string_view target;  // origin-form; points into the bytes that were read
  bool is_http_1_1 = true;
  bool keep_alive = true;
  bool expects_continue = false;
  bool chunked = false;
  std::optional<std::uint64_t> content_length;
  Fields fields;

  bool has_body() const { return chunked || content_length.value_or(0) > 0; }
};

// Finds the end of a request's head in bytes as they come, and refuses as soon as it is clear that it cannot be one: a
// client that speaks another protocol should not have to wait for the deadline.
class HeadScanner {
 public:
  explicit HeadScanner(HeadLimits limits) : limits_(limits) {}

  struct Incomplete {};
  // `received` is all that came since the request's first byte; the answer is the head's size, its blank line included.
  using Progress = std::variant<Incomplete, std::size_t, Refusal>;
  Progress scan(std::string_view received);

 private:
  HeadLimits limits_;
  std::size_t line_begin_ = 0;
  std::size_t scanned_ = 0;
  bool in_fields_ = false;
};

// `head` is everything up to and including the blank line.
std::variant<RequestHead, Refusal> read_head(std::string_view head, const HeadLimits& limits);

// The host of `Host`'s value without its port: `[::1]`, `localhost`. nullopt when the value is none.
std::optional<std::string_view> host_without_port(std::string_view value);

}  // namespace taskstream::http
