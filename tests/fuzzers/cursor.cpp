#include "projection-service/readmodel/cursor.hpp"

#include <string>

#include "events/contract/base64.hpp"
#include "tests/fuzzers/fuzzing.hpp"

// Cursors as clients send them back: each has one spelling and one query, and damage is noticed.
namespace taskstream::projection {
namespace {

using fuzzing::claim;

void check_text(std::string_view query, std::string_view text) {
  const auto cursor = decode_cursor(text, query);
  if (cursor) claim(encode_cursor(*cursor, query) == text, "a cursor has one spelling");
}

// Bytes under a good seal, as only one who knows the format can send them.
std::string sealed(std::string_view query, std::string_view bytes) {
  std::uint64_t hash = 14695981039346656037U;
  for (const char c : std::string(query) + "\n" + std::string(bytes)) {
    hash = (hash ^ static_cast<std::uint8_t>(c)) * 1099511628211U;
  }
  std::string text(bytes);
  for (int i = 0; i < 8; ++i) text.push_back(static_cast<char>((hash >> (8 * i)) & 0xff));
  return events::to_base64url(text);
}

Cursor cursor_of(fuzzing::Input& input) {
  Cursor cursor;
  events::Uuid::Bytes id;
  for (auto& byte : id) byte = input.byte();
  cursor.id = events::Uuid(id);
  switch (input.byte() % 3) {
    case 0:
      break;
    case 1:
      cursor.key = static_cast<std::int64_t>(input.number());
      break;
    default:
      cursor.key = std::string(input.line());
  }
  return cursor;
}

void check_written(std::string_view query, fuzzing::Input& input) {
  const Cursor cursor = cursor_of(input);
  std::string text = encode_cursor(cursor, query);
  const auto again = decode_cursor(text, query);
  claim(again && *again == cursor, "a cursor is read as it was written");
  claim(!decode_cursor(text, std::string(query) + " "), "another query's cursor is none");
  const std::size_t place = input.number() % text.size();
  text[place] = text[place] == 'A' ? 'B' : 'A';
  claim(!decode_cursor(text, query), "damage is noticed");
}

}  // namespace
}  // namespace taskstream::projection

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace taskstream;
  using namespace taskstream::projection;
  fuzzing::Input input(data, size);
  const auto kind = input.byte();
  const std::string_view query = input.line();
  switch (kind) {
    case 't':
      check_text(query, input.rest());
      break;
    case 'f':
      check_text(query, sealed(query, input.rest()));
      break;
    default:
      check_written(query, input);
  }
  return 0;
}
