#include "http/answer_head.hpp"

#include "http/problem.hpp"
#include "http/text.hpp"

namespace taskstream::http {
namespace {

// Values may hold what a client sent once; a line break among them would let it write fields of its own.
void append_field(std::string& head, std::string_view name, std::string_view value) {
  head.append(name).append(": ");
  for (const char c : value) head += c == '\r' || c == '\n' || c == '\0' ? ' ' : c;
  head += "\r\n";
}

}  // namespace

bool allows_content(Status status) {
  return status != Status::no_content && status != Status::not_modified;
}

void write(std::string& text, const AnswerHead& head) {
  text = "HTTP/1.1 ";
  append_number(text, static_cast<unsigned>(head.status));
  text.append(" ").append(reason_phrase(head.status)).append("\r\n");
  for (const auto& field : head.fields) append_field(text, field.name_string(), field.value());
  append_field(text, "X-Request-Id", head.request_id);
  append_cors_fields(text, head.cors, head.fields[Field::allow]);
  if (head.rate) append_rate_fields(text, *head.rate);
  if (head.framing == Framing::Chunked) {
    text += "Transfer-Encoding: chunked\r\n";
  } else if (head.framing == Framing::ContentLength && allows_content(head.status)) {  // RFC 9110 §8.6: never with 204
    text += "Content-Length: ";
    append_number(text, head.content_length);
    text += "\r\n";
  }
  if (!head.keep_alive) {
    text += "Connection: close\r\n";
  } else if (!head.is_http_1_1) {
    text += "Connection: keep-alive\r\n";
  }
  text += "\r\n";
}

}  // namespace taskstream::http
