#include <optional>
#include <string>

#include "events/log/change_token.hpp"
#include "projection-service/http/change_frame.hpp"
#include "tests/fuzzers/fuzzing.hpp"

// The ids of streams, there and back: what the service writes is read by the rules of Server-Sent Events (WHATWG HTML
// §9.2) as one event with one id, and that id, sent back as Last-Event-ID, is the place that it was made of.
namespace taskstream::projection {
namespace {

using fuzzing::claim;

const events::LogId kLog(events::Uuid({1, 2, 3, 4, 5, 6, 0x77, 8, 0x89, 10, 11, 12, 13, 14, 15, 16}));

struct Event {
  std::string type = "message", data, id;
  std::size_t comments = 0;
};

// One event as browsers read it; nullopt where the text is not exactly one block.
std::optional<Event> read_event(std::string_view text) {
  Event event;
  if (!text.ends_with("\n\n") || text.find("\n\n") != text.size() - 2) return std::nullopt;
  text.remove_suffix(1);
  while (!text.empty()) {
    const auto line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size() + 1);
    if (line.find('\r') != std::string_view::npos) return std::nullopt;  // ends a line too
    const auto colon = line.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    const auto name = line.substr(0, colon);
    auto value = line.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    if (name.empty()) ++event.comments;
    if (name == "event") event.type = value;
    if (name == "data") event.data += (event.data.empty() ? "" : "\n") + std::string(value);
    if (name == "id") event.id = value;
  }
  return event;
}

void check_place(const std::string& id, const events::ChangeToken& token) {
  const auto back = events::decode_change_token(id, kLog);
  claim(back && *back == token, "an id that is sent back is the place that it was made of");
}

events::PositionVector positions_of(fuzzing::Input& input) {
  events::PositionVector positions;
  const int count = input.byte() % 8;
  for (events::Partition p = 0; p < count; ++p) {
    positions.advance(p, static_cast<events::Offset>(input.number() >> (1 + input.byte() % 63)));
  }
  return positions;
}

events::ChangeToken token_of(fuzzing::Input& input) {
  events::ChangeToken token{.seen = positions_of(input), .walk = {}};
  if (input.byte() % 2 == 1) token.walk = {.base = positions_of(input), .end = positions_of(input)};
  return token;
}

// Texts of JSON, which has no control characters but as escapes.
std::string as_json(std::string_view text) {
  std::string result = "{\"text\":\"";
  for (const char c : text) result += static_cast<unsigned char>(c) < 0x20 || c == '"' || c == '\\' ? '_' : c;
  return result + "\"}";
}

void check_written(fuzzing::Input& input) {
  const events::ChangeToken token = token_of(input);
  const std::string id = events::encode_change_token(kLog, token);
  claim(id.size() == id.find_first_of(std::string_view(" \t\r\n\0,;\"", 8)) || id.find_first_of(" \r\n,;\"") == id.npos,
        "an id can stand in a header field and in a query");

  const auto gone = static_cast<ChangedTask::Gone>(input.byte() % 3);
  const bool matches = input.byte() % 2 == 1;
  const std::string json = as_json(input.rest());
  std::string text;
  if (gone == ChangedTask::Gone::Left) {
    append_left(text, id, kLog.uuid(), 7);
  } else {
    append_frame(text, {.id = id, .event = json, .changes = json, .task = json}, matches,
                 gone == ChangedTask::Gone::Deleted);
  }
  const auto told = read_event(text);
  claim(told && told->type == "task" && told->comments == 0, "a change is one event");
  check_place(told->id, token);
  const bool shows_task = told->data.ends_with(",\"task\":" + json + "}");
  claim(shows_task == (gone == ChangedTask::Gone::No), "a task that is gone is not shown");

  text.clear();
  append_comment(text, "still here", id);
  const auto comment = read_event(text);
  claim(comment && comment->data.empty() && comment->comments == 1, "a comment is no event");
  check_place(comment->id, token);

  text.clear();
  append_resync(text, id);
  const auto resync = read_event(text);
  claim(resync && resync->type == "resync" && resync->data == "{\"token\":\"" + id + "\"}", "a resync carries its id");
  check_place(resync->id, token);
}

// Last-Event-ID as any client may send it.
void check_sent(std::string_view id) {
  const auto token = events::decode_change_token(id, kLog);
  if (!token) return;
  claim(token->needs().covers(token->seen), "a stream that goes on needs what was seen");
  check_place(events::encode_change_token(kLog, *token), *token);
}

}  // namespace
}  // namespace taskstream::projection

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace taskstream;
  using namespace taskstream::projection;
  fuzzing::Input input(data, size);
  if (input.byte() == 'i') {
    check_sent(input.rest());
  } else {
    check_written(input);
  }
  return 0;
}
