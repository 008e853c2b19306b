#include <string>

#include "events/contract/base64.hpp"
#include "events/log/change_token.hpp"
#include "events/log/consistency_token.hpp"
#include "tests/fuzzers/fuzzing.hpp"

// Consistency tokens and places in the order of changes, as clients send them back: whatever is read has one spelling,
// what was written is read again, damage and another log are noticed, and neither is taken for the other.
namespace taskstream {
namespace {

using events::ChangeToken;
using events::decode_change_token;
using events::encode_change_token;
using events::LogId;
using events::PositionVector;
using events::Uuid;
using fuzzing::claim;

const LogId kLog(Uuid({1, 2, 3, 4, 5, 6, 0x77, 8, 0x89, 10, 11, 12, 13, 14, 15, 16}));
const LogId kAnotherLog(Uuid({1, 2, 3, 4, 5, 6, 0x77, 8, 0x89, 10, 11, 12, 13, 14, 15, 17}));

void check_text(std::string_view text) {
  if (const auto bytes = events::from_base64url(text)) {
    claim(events::to_base64url(*bytes) == text, "base64url has one spelling");
  }
  if (const auto positions = events::decode_token(text, kLog)) {
    claim(!decode_change_token(text, kLog), "a consistency token is no place in the order of changes");
    const auto again = events::decode_token(events::encode_token(kLog, *positions), kLog);
    claim(again && *again == *positions, "a token that was read can be written and read again");
  }
  if (const auto token = decode_change_token(text, kLog)) {
    claim(!events::decode_token(text, kLog), "a place in the order of changes is no consistency token");
    const auto again = decode_change_token(encode_change_token(kLog, *token), kLog);
    claim(again && *again == *token, "a place that was read can be written and read again");
  }
}

// Bytes under a good checksum, as only one who knows the format can send them.
std::string sealed(std::string_view bytes) {
  std::uint32_t sum = 2166136261U;
  for (const char c : bytes) sum = (sum ^ static_cast<std::uint8_t>(c)) * 16777619U;
  std::string text(bytes);
  for (int i = 0; i < 4; ++i) text.push_back(static_cast<char>((sum >> (8 * i)) & 0xff));
  return events::to_base64url(text);
}

void check_forged(std::string_view bytes) {
  std::string body(1, '\1');
  for (const auto byte : kLog.uuid().bytes()) body.push_back(static_cast<char>(byte));
  const auto positions = events::decode_token(sealed(body + std::string(bytes)), kLog);
  if (!positions) return;
  claim(positions->size() <= 100'000, "a token has no more partitions than there can be");
  for (events::Partition p = 0; p < positions->size(); ++p) claim(positions->next(p) >= 0, "no offset is negative");
  check_text(sealed(body + std::string(bytes)));
}

PositionVector positions_of(fuzzing::Input& input) {
  PositionVector positions;
  const int count = input.byte() % 16;
  for (events::Partition p = 0; p < count; ++p) {
    positions.advance(p, static_cast<events::Offset>(input.number() >> (1 + input.byte() % 63)));
  }
  return positions;
}

std::string damaged(std::string text, fuzzing::Input& input) {
  const std::size_t place = input.number() % text.size();
  text[place] = text[place] == 'A' ? 'B' : 'A';
  return text;
}

void check_written(fuzzing::Input& input) {
  const PositionVector positions = positions_of(input);
  const std::string text = events::encode_token(kLog, positions);
  const auto again = events::decode_token(text, kLog);
  claim(again && *again == positions, "a token is read as it was written");
  const auto elsewhere = events::decode_token(text, kAnotherLog);
  claim(!elsewhere && elsewhere.error() == events::TokenError::OfAnotherLog, "a token of another log is known as one");
  claim(!events::decode_token(damaged(text, input), kLog), "damage is noticed");

  ChangeToken token{.seen = positions, .walk = {}};
  if (input.byte() % 2 == 0) token.walk = ChangeToken::Walk{.base = positions_of(input), .end = positions_of(input)};
  const std::string place = encode_change_token(kLog, token);
  const auto back = decode_change_token(place, kLog);
  claim(back && *back == token, "a place is read as it was written");
  claim(!decode_change_token(place, kAnotherLog), "a place in another log is known as one");
  claim(token.needs().covers(token.seen), "a place needs what was seen");
  // In a part that stands where its neighbour stood, every part is still whole: only its own letters are damaged.
  claim(!decode_change_token("c." + damaged(place.substr(2), input), kLog), "damage of a place is noticed");
}

}  // namespace
}  // namespace taskstream

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace taskstream;
  fuzzing::Input input(data, size);
  switch (input.byte()) {
    case 't':
      check_text(input.rest());
      break;
    case 'f':
      check_forged(input.rest());
      break;
    default:
      check_written(input);
  }
  return 0;
}
