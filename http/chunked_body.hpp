#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/request_guard.hpp"

namespace taskstream::http {

// Decodes a chunked body (RFC 9112 §7.1) from bytes as they come. Strict: bare hexadecimal sizes, CRLF alone ends a
// line, extensions are passed over, trailers are refused because nothing here could use them without being deceived.
class ChunkedBody {
 public:
  explicit ChunkedBody(std::uint64_t limit_bytes) : limit_(limit_bytes) {}  // of the decoded body; 0 = no limit

  // Takes what it can from the front of `encoded` and appends what it means to `body`.
  std::optional<Refusal> decode(std::string_view& encoded, std::string& body);
  bool complete() const { return expecting_ == Expecting::Nothing; }

 private:
  enum class Expecting { SizeLine, Content, ContentEnd, End, Nothing };
  std::optional<Refusal> take_size_line(std::string_view& encoded, std::size_t decoded_size);
  std::optional<Refusal> take_line_end(std::string_view& encoded);

  std::uint64_t limit_;
  Expecting expecting_ = Expecting::SizeLine;
  std::string line_;  // of a size or a line end, as far as it has come
  std::uint64_t left_ = 0;
};

}  // namespace taskstream::http
