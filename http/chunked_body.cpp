#include "http/chunked_body.hpp"

#include <algorithm>
#include <charconv>

#include "http/text.hpp"

namespace taskstream::http {
namespace {

constexpr std::size_t kMaxSizeLine = 256;  // size, extensions and CRLF

Refusal bad_chunk(std::string reason) {
  return {.status = Status::bad_request, .reason = std::move(reason)};
}

std::optional<std::uint64_t> read_size(std::string_view line) {
  const auto digits = line.substr(0, line.find(';'));
  std::uint64_t size = 0;
  const auto* end = digits.data() + digits.size();
  const auto [stopped, error] = std::from_chars(digits.data(), end, size, 16);
  if (digits.empty() || error != std::errc{} || stopped != end) return std::nullopt;
  const bool legal_extension = std::ranges::all_of(line, [](char c) { return c == '\t' || is_printable({&c, 1}); });
  return legal_extension ? std::optional(size) : std::nullopt;
}

}  // namespace

std::optional<Refusal> ChunkedBody::take_size_line(std::string_view& encoded, std::size_t decoded_size) {
  const auto feed = encoded.find('\n');
  const auto part = encoded.substr(0, feed == std::string_view::npos ? feed : feed + 1);
  if (line_.size() + part.size() > kMaxSizeLine) return bad_chunk("The line with a chunk's size is too long.");
  line_ += part;
  encoded.remove_prefix(part.size());
  if (feed == std::string_view::npos) return std::nullopt;

  const auto size =
      line_.ends_with("\r\n") ? read_size(std::string_view(line_).substr(0, line_.size() - 2)) : std::nullopt;
  if (!size) return bad_chunk("The size of a chunk is not a hexadecimal number in a line of its own.");
  if (limit_ != 0 && *size > limit_ - std::min<std::uint64_t>(limit_, decoded_size)) {
    return Refusal{.status = Status::payload_too_large,
                   .reason = "The body is larger than " + std::to_string(limit_) + " bytes."};
  }
  line_.clear();
  left_ = *size;
  expecting_ = *size == 0 ? Expecting::End : Expecting::Content;
  return std::nullopt;
}

std::optional<Refusal> ChunkedBody::take_line_end(std::string_view& encoded) {
  const auto part = encoded.substr(0, 2 - line_.size());
  line_ += part;
  encoded.remove_prefix(part.size());
  if (!std::string_view("\r\n").starts_with(line_)) {
    return bad_chunk(expecting_ == Expecting::End ? "Trailer fields are not taken."
                                                  : "A chunk is longer than its size says.");
  }
  if (line_.size() < 2) return std::nullopt;
  line_.clear();
  expecting_ = expecting_ == Expecting::End ? Expecting::Nothing : Expecting::SizeLine;
  return std::nullopt;
}

std::optional<Refusal> ChunkedBody::decode(std::string_view& encoded, std::string& body) {
  std::optional<Refusal> refusal;
  while (!encoded.empty() && !refusal) {
    switch (expecting_) {
      case Expecting::SizeLine:
        refusal = take_size_line(encoded, body.size());
        break;
      case Expecting::Content: {
        const auto part = encoded.substr(0, static_cast<std::size_t>(std::min<std::uint64_t>(left_, encoded.size())));
        body += part;
        encoded.remove_prefix(part.size());
        left_ -= part.size();
        if (left_ == 0) expecting_ = Expecting::ContentEnd;
        break;
      }
      case Expecting::ContentEnd:
      case Expecting::End:
        refusal = take_line_end(encoded);
        break;
      case Expecting::Nothing:
        return std::nullopt;
    }
  }
  return refusal;
}

}  // namespace taskstream::http
