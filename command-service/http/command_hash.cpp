#include "command-service/http/command_hash.hpp"

#include <algorithm>
#include <initializer_list>

#include "events/contract/sha256.hpp"
#include "http/json_body.hpp"

namespace taskstream::command {
namespace {

// Adds a text behind its length, so that the borders between texts count.
void frame(std::string& framed, std::string_view text) {
  for (int shift = 56; shift >= 0; shift -= 8) framed += static_cast<char>(text.size() >> shift);
  framed += text;
}

events::Sha256Digest digest_of(std::initializer_list<std::string_view> texts) {
  std::string framed;
  for (const std::string_view text : texts) frame(framed, text);
  return events::sha256(framed);
}

// An id may be written in either case and means the same; everything else counts as it was sent.
std::string with_ids_in_lower_case(std::string_view target) {
  std::string text(target);
  const std::size_t path_end = std::min(text.find('?'), text.size());
  for (std::size_t begin = 0; begin < path_end;) {
    const std::size_t end = std::min(text.find('/', begin), path_end);
    if (const auto id = events::Uuid::parse(std::string_view(text).substr(begin, end - begin))) {
      text.replace(begin, end - begin, id->to_string());
    }
    begin = end + 1;
  }
  return text;
}

std::string_view method_of(const http::Request& request) {
  const auto name = boost::beast::http::to_string(request.verb);
  return {name.data(), name.size()};
}

}  // namespace

std::string command_hash(const http::Request& request) {
  return events::to_hex(digest_of({request.principal.actor, method_of(request), with_ids_in_lower_case(request.target),
                                   http::canonical_json(request.body)}));
}

events::Uuid id_from_key(const events::Uuid& id_namespace, std::string_view actor, std::string_view key) {
  const events::Uuid::Bytes& bytes = id_namespace.bytes();
  const events::Sha256Digest digest =
      digest_of({std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()), actor, key});
  events::Uuid::Bytes first{};
  std::copy_n(digest.begin(), first.size(), first.begin());
  return events::make_uuid_v8(first);
}

}  // namespace taskstream::command
