#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "http/cors.hpp"
#include "http/message.hpp"
#include "http/rate_limiter.hpp"

namespace taskstream::http {

// How a client knows where an answer's content ends (RFC 9112 §6.3).
enum class Framing { ContentLength, Chunked, UntilClose };

// Everything that goes before an answer's content.
struct AnswerHead {
  Status status;
  const Fields& fields;
  Framing framing;
  std::size_t content_length;
  std::string_view request_id;
  const CorsAnswer& cors;
  const std::optional<RateLimiter::Verdict>& rate;
  bool is_http_1_1;
  bool keep_alive;
};

// Puts it in the place of what `text` held, down to the blank line.
void write(std::string& text, const AnswerHead& head);

// Whether an answer of this status may have content (RFC 9110 §6.4.1).
bool allows_content(Status status);

}  // namespace taskstream::http
