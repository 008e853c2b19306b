#include "http/request_guard.hpp"

#include <algorithm>
#include <array>

#include "http/text.hpp"

namespace taskstream::http {
namespace {

constexpr std::size_t kMaxFieldPart = 65'000;  // what Beast's fields can hold; felt only where the header has no limit

Refusal bad_request(std::string reason) {
  return {.status = Status::bad_request, .reason = std::move(reason)};
}

Refusal head_too_large(std::size_t limit) {
  return {.status = Status::request_header_fields_too_large,
          .reason = "The header is larger than " + std::to_string(limit) + " bytes."};
}

struct RequestLine {
  Verb verb;
  std::string_view target;
  bool is_http_1_1;
};

std::optional<Verb> known_method(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, Verb>, 7> kMethods{{{"GET", Verb::get},
                                                                              {"POST", Verb::post},
                                                                              {"PUT", Verb::put},
                                                                              {"PATCH", Verb::patch},
                                                                              {"DELETE", Verb::delete_},
                                                                              {"HEAD", Verb::head},
                                                                              {"OPTIONS", Verb::options}}};
  const auto* found = std::ranges::find(kMethods, name, &std::pair<std::string_view, Verb>::first);
  return found == kMethods.end() ? std::nullopt : std::optional(found->second);
}

std::variant<RequestLine, Refusal> read_request_line(std::string_view line) {
  const auto method = line.substr(0, line.find(' '));
  if (method.size() == line.size() || !is_token(method)) {
    return bad_request("The request line is not `METHOD /path HTTP/1.1`.");
  }
  line.remove_prefix(method.size() + 1);
  const auto target = line.substr(0, line.find(' '));
  const auto version = line.substr(std::min(target.size() + 1, line.size()));
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return bad_request("Only HTTP/1.1 and HTTP/1.0 are spoken here.");
  const auto verb = known_method(method);
  if (!verb) return Refusal{.status = Status::not_implemented, .reason = "The method is not known here."};
  const bool printable = std::ranges::all_of(target, [](char c) { return c > 0x20 && c < 0x7f && c != '#'; });
  if (!target.starts_with('/') || !printable) {
    return bad_request("The target is not a path in printable ASCII, such as `/v1/tasks?limit=20`.");
  }
  return RequestLine{.verb = *verb, .target = target, .is_http_1_1 = version == "HTTP/1.1"};
}

bool is_field_value(std::string_view value) {
  return std::ranges::none_of(value, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && byte != '\t') || byte == 0x7f;
  });
}

// What the fields say about framing, gathered line by line and judged once all are known.
struct FramingFields {
  std::size_t hosts = 0;
  std::size_t lengths = 0;
  std::size_t codings = 0;
  std::size_t expectations = 0;
  std::string_view host;
  std::string_view length;
  std::string_view coding;
  std::string_view expectation;
  bool close = false;
  bool keep_alive = false;

  void note(Field name, std::string_view value) {
    switch (name) {
      case Field::host:
        ++hosts;
        host = value;
        break;
      case Field::content_length:
        ++lengths;
        length = value;
        break;
      case Field::transfer_encoding:
        ++codings;
        coding = value;
        break;
      case Field::expect:
        ++expectations;
        expectation = value;
        break;
      case Field::connection:
        for (const auto option : split_list(value)) {
          close = close || equals_ignoring_case(option, "close");
          keep_alive = keep_alive || equals_ignoring_case(option, "keep-alive");
        }
        break;
      default:
        break;
    }
  }
};

std::optional<Refusal> check_host(const FramingFields& seen, bool is_http_1_1) {
  if (seen.hosts > 1 || (seen.hosts == 0 && is_http_1_1))
    return bad_request("HTTP/1.1 asks for exactly one `Host` field.");
  if (seen.hosts == 1 && !host_without_port(seen.host))
    return bad_request("`Host` is not a host name with an optional port.");
  return std::nullopt;
}

// RFC 9112 §6.3: where `chunked` is not the last coding, nobody can tell where the body ends.
std::optional<Refusal> check_transfer_encoding(const FramingFields& seen, bool is_http_1_1) {
  if (seen.codings == 0) return std::nullopt;
  if (!is_http_1_1) return bad_request("HTTP/1.0 has no `Transfer-Encoding`.");
  if (seen.lengths > 0) return bad_request("`Transfer-Encoding` and `Content-Length` contradict each other.");
  if (seen.codings == 1 && equals_ignoring_case(seen.coding, "chunked")) return std::nullopt;
  const auto codings = split_list(seen.coding);
  const auto is_chunked = [](std::string_view coding) { return equals_ignoring_case(coding, "chunked"); };
  if (seen.codings == 1 && codings.size() > 1 && std::ranges::count_if(codings, is_chunked) == 1 &&
      is_chunked(codings.back())) {
    return Refusal{.status = Status::not_implemented, .reason = "The only transfer coding known here is `chunked`."};
  }
  return bad_request("`Transfer-Encoding` is not exactly one `chunked`.");
}

std::optional<Refusal> check_content_length(const FramingFields& seen, RequestHead& head) {
  if (seen.lengths == 0) return std::nullopt;
  if (seen.lengths > 1) return bad_request("`Content-Length` comes more than once.");
  head.content_length = read_decimal(seen.length);
  if (!head.content_length) return bad_request("`Content-Length` is not one decimal number.");
  return std::nullopt;
}

std::optional<Refusal> check_framing(const FramingFields& seen, RequestHead& head) {
  if (auto refusal = check_host(seen, head.is_http_1_1)) return refusal;
  if (auto refusal = check_transfer_encoding(seen, head.is_http_1_1)) return refusal;
  if (auto refusal = check_content_length(seen, head)) return refusal;
  if (seen.expectations > 1 || (seen.expectations == 1 && !equals_ignoring_case(seen.expectation, "100-continue"))) {
    return Refusal{.status = Status::expectation_failed, .reason = "`Expect` takes `100-continue` alone."};
  }
  head.chunked = seen.codings == 1;
  head.expects_continue = seen.expectations == 1 && head.is_http_1_1;  // RFC 9110 §10.1.1: ignored in HTTP/1.0
  head.keep_alive = !seen.close && (head.is_http_1_1 || seen.keep_alive);
  return std::nullopt;
}

std::optional<Refusal> read_field(std::string_view line, RequestHead& head, FramingFields& seen) {
  if (line.front() == ' ' || line.front() == '\t') return bad_request("A header field goes on in the next line.");
  const auto name = line.substr(0, line.find(':'));
  if (name.size() == line.size() || !is_token(name)) return bad_request("A header line is not `Name: value`.");
  const auto value = trimmed(line.substr(name.size() + 1));
  if (!is_field_value(value)) return bad_request("A header field holds a control character.");
  if (name.size() > kMaxFieldPart || value.size() > kMaxFieldPart) return head_too_large(kMaxFieldPart);
  const auto field = boost::beast::http::string_to_field({name.data(), name.size()});
  seen.note(field, value);
  head.fields.insert(field, {name.data(), name.size()}, {value.data(), value.size()});
  return std::nullopt;
}

// Cuts the next line off, without its CRLF; nullopt where a line ends otherwise.
std::optional<std::string_view> next_line(std::string_view& text) {
  const auto feed = text.find('\n');
  if (feed == std::string_view::npos || feed == 0 || text[feed - 1] != '\r') return std::nullopt;
  const auto line = text.substr(0, feed - 1);
  text.remove_prefix(feed + 1);
  return line;
}

}  // namespace

HeadScanner::Progress HeadScanner::scan(std::string_view received) {
  if (!received.empty() && received.front() != '\r' && !is_token(received.substr(0, 1))) {
    return bad_request("This is not HTTP: a request begins with its method.");
  }
  for (;;) {
    const auto feed = received.find('\n', scanned_);
    const auto size = feed == std::string_view::npos ? received.size() : feed + 1;
    if (limits_.bytes != 0 && size > limits_.bytes) return head_too_large(limits_.bytes);
    scanned_ = size;
    if (feed == std::string_view::npos) return Incomplete{};
    if (feed == line_begin_ || received[feed - 1] != '\r') return bad_request("A line does not end with CR and LF.");

    const auto line = received.substr(line_begin_, feed - 1 - line_begin_);
    const bool is_first = line_begin_ == 0;
    line_begin_ = size;
    if (in_fields_ && line.empty()) return size;
    if (in_fields_ || (is_first && line.empty())) continue;  // RFC 9112 §2.2: one empty line before a request is borne
    auto read = read_request_line(line);
    if (auto* refusal = std::get_if<Refusal>(&read)) return std::move(*refusal);
    in_fields_ = true;
  }
}

std::variant<RequestHead, Refusal> read_head(std::string_view head, const HeadLimits& limits) {
  if (limits.bytes != 0 && head.size() > limits.bytes) return head_too_large(limits.bytes);
  if (head.starts_with("\r\n")) head.remove_prefix(2);
  const auto first = next_line(head);
  if (!first) return bad_request("A line does not end with CR and LF.");
  auto request_line = read_request_line(*first);
  if (auto* refusal = std::get_if<Refusal>(&request_line)) return std::move(*refusal);
  const auto& [verb, target, is_http_1_1] = std::get<RequestLine>(request_line);

  RequestHead result{.verb = verb, .target = target, .is_http_1_1 = is_http_1_1};
  FramingFields seen;
  for (std::size_t count = 0;; ++count) {
    const auto line = next_line(head);
    if (!line) return bad_request("A line does not end with CR and LF.");
    if (line->empty()) break;
    if (limits.fields != 0 && count == limits.fields) {
      return Refusal{.status = Status::request_header_fields_too_large,
                     .reason = "There are more than " + std::to_string(limits.fields) + " header fields."};
    }
    if (auto refusal = read_field(*line, result, seen)) return std::move(*refusal);
  }
  if (!head.empty()) return bad_request("Something follows the blank line that ends the header.");
  if (auto refusal = check_framing(seen, result)) return std::move(*refusal);
  return result;
}

std::optional<std::string_view> host_without_port(std::string_view value) {
  const bool is_literal = value.starts_with('[');
  const auto end = is_literal ? value.find(']') : value.find(':');
  if (is_literal && end == std::string_view::npos) return std::nullopt;
  const auto host = value.substr(0, is_literal ? end + 1 : end);
  const auto port = value.substr(host.size());
  constexpr std::string_view kMarks = "-._~%!$&'()*+,;=[:]";
  const bool legal = std::ranges::all_of(host, [&](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           kMarks.find(c) != std::string_view::npos;
  });
  const bool has_port =
      port.empty() || (port.front() == ':' && port.find_first_not_of("0123456789", 1) == std::string_view::npos);
  return legal && has_port ? std::optional(host) : std::nullopt;
}

}  // namespace taskstream::http
