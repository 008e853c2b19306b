#include "http/request_guard.hpp"

#include <algorithm>
#include <string>

#include "http/query_string.hpp"
#include "http/text.hpp"
#include "tests/fuzzers/fuzzing.hpp"

// The head of a request: however its bytes arrive it is framed the same way, and what is let through can be framed in
// one way only. Its target is read the same in every spelling.
namespace taskstream::http {
namespace {

using fuzzing::claim;

constexpr HeadLimits kLimits{.bytes = 1024, .fields = 8};

HeadScanner::Progress scan_byte_by_byte(std::string_view bytes) {
  HeadScanner scanner(kLimits);
  for (std::size_t size = 1; size < bytes.size(); ++size) {
    auto progress = scanner.scan(bytes.substr(0, size));
    if (!std::holds_alternative<HeadScanner::Incomplete>(progress)) return progress;
  }
  return scanner.scan(bytes);
}

bool same(const HeadScanner::Progress& a, const HeadScanner::Progress& b) {
  if (a.index() != b.index()) return false;
  if (const auto* size = std::get_if<std::size_t>(&a)) return *size == std::get<std::size_t>(b);
  if (const auto* refusal = std::get_if<Refusal>(&a)) return refusal->status == std::get<Refusal>(b).status;
  return true;
}

// The raw lines of a head, seen without the guard's code.
struct RawHead {
  std::size_t hosts = 0, lengths = 0, codings = 0, lines = 0;
  std::string coding, length;

  explicit RawHead(std::string_view head) {
    for (bool first = true; !head.empty(); first = false) {
      const auto end = head.find("\r\n");
      claim(end != std::string_view::npos, "each line ends with CR and LF");
      const auto line = head.substr(0, end);
      head.remove_prefix(end + 2);
      claim(std::ranges::none_of(line, [](char c) { return c == '\r' || c == '\n' || c == '\0'; }),
            "no bare CR, LF or NUL gets through");
      if (!first && !line.empty()) note(line);
    }
  }

  void note(std::string_view line) {
    ++lines;
    claim(line.front() != ' ' && line.front() != '\t', "no field goes on in the next line");
    const auto colon = line.find(':');
    claim(colon != std::string_view::npos && colon > 0, "each field has a name");
    std::string name(line.substr(0, colon));
    claim(name.find_first_of(" \t") == std::string::npos, "no blank before a colon");
    std::ranges::transform(name, name.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c + 32) : c; });
    std::string value(line.substr(colon + 1));
    value.erase(0, value.find_first_not_of(" \t"));
    value.erase(value.find_last_not_of(" \t") + 1);
    hosts += name == "host";
    if (name == "content-length") ++lengths, length = value;
    if (name == "transfer-encoding") ++codings, coding = value;
  }
};

void check_framing(std::string_view bytes, const RequestHead& head) {
  const RawHead raw(bytes.starts_with("\r\n") ? bytes.substr(2) : bytes);
  claim(bytes.size() <= kLimits.bytes && raw.lines <= kLimits.fields, "a head is within its limits");
  claim(head.is_http_1_1 ? raw.hosts == 1 : raw.hosts <= 1, "HTTP/1.1 has one Host");
  claim(raw.lengths + raw.codings <= 1, "one field alone says where the body ends");
  claim(raw.codings == 0 || (head.is_http_1_1 && raw.coding.size() == 7), "the only coding is chunked, in HTTP/1.1");
  claim(head.chunked == (raw.codings == 1), "chunked means chunked");
  claim(head.content_length.has_value() == (raw.lengths == 1), "a length is a length");
  if (head.content_length) {
    claim(raw.length.find_first_not_of("0123456789") == std::string::npos, "a length has digits alone");
    claim(std::to_string(*head.content_length) ==
              raw.length.substr(std::min(raw.length.find_first_not_of('0'), raw.length.size() - 1)),
          "a length is the number that it says");
  }
  claim(
      head.target.starts_with('/') && is_printable(head.target) && head.target.find_first_of(" #") == head.target.npos,
      "a target is a path in printable ASCII");
}

std::string written(const RequestHead& head) {
  const auto verb = boost::beast::http::to_string(head.verb);
  std::string text = std::string(verb.data(), verb.size()) + " " + std::string(head.target) +
                     (head.is_http_1_1 ? " HTTP/1.1\r\n" : " HTTP/1.0\r\n");
  for (const auto& field : head.fields) {
    text += std::string(field.name_string()) + ":" + std::string(field.value()) + "\r\n";
  }
  return text + "\r\n";
}

void check_round_trip(const RequestHead& head) {
  const std::string text = written(head);
  const auto again = read_head(text, kLimits);
  claim(std::holds_alternative<RequestHead>(again), "what was read can be written and read again");
  const auto& second = std::get<RequestHead>(again);
  claim(written(second) == text && second.keep_alive == head.keep_alive && second.chunked == head.chunked &&
            second.content_length == head.content_length && second.expects_continue == head.expects_continue,
        "it then says the same");
}

std::string escaped(std::string_view text, bool keep_slashes) {
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (keep_slashes && c == '/') {
      result += c;
    } else {
      result += {'%', kHex[byte >> 4], kHex[byte & 0xf]};
    }
  }
  return result;
}

void check_target(std::string_view target) {
  if (const auto path = read_path(target)) {
    claim(is_utf8(*path) && path->find('\0') == std::string::npos, "a path is a text");
    const auto again = read_path(escaped(*path, true));
    claim(again && *again == *path, "a path is the same, however it is escaped");
  }
  const auto query = read_query(target);
  if (!query) return;
  std::string text = "/?";
  for (const auto& [name, value] : *query) {
    claim(is_utf8(name) && is_utf8(value), "parameters are texts");
    text += escaped(name, false) + "=" + escaped(value, false) + "&";
  }
  const auto again = read_query(text);
  claim(
      again && std::ranges::equal(*again, *query,
                                  [](const auto& a, const auto& b) { return a.name == b.name && a.value == b.value; }),
      "parameters are the same, however they are escaped");
}

}  // namespace
}  // namespace taskstream::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace taskstream::http;
  using taskstream::fuzzing::claim;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto at_once = HeadScanner(kLimits).scan(bytes);
  claim(same(at_once, scan_byte_by_byte(bytes)), "bytes are framed the same in whatever pieces they come");
  const auto* head_size = std::get_if<std::size_t>(&at_once);
  if (head_size == nullptr) return 0;
  const auto head = read_head(bytes.substr(0, *head_size), kLimits);
  if (const auto* read = std::get_if<RequestHead>(&head)) {
    check_framing(bytes.substr(0, *head_size), *read);
    check_round_trip(*read);
    check_target(read->target);
  }
  return 0;
}
