#include "command-service/domain/limits.hpp"

#include <algorithm>
#include <set>

namespace taskstream::command {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kTitleAtMost = 80;
constexpr std::size_t kNameAtMost = 80;
constexpr std::size_t kEmailAtMost = 254;  // RFC 5321 §4.5.3.1.3: a path of 256 less its angle brackets
constexpr std::size_t kDescriptionAtMost = 4'000;
constexpr std::size_t kTagsAtMost = 20;
constexpr std::size_t kTagAtMost = 40;
constexpr std::size_t kReasonAtMost = 1'000;
constexpr std::int32_t kWarningOffsetAtMost = 64'000;
constexpr std::int32_t kLockSecondsAtMost = 3'600;
constexpr std::chrono::days kPostponedAtMost{36'525};  // a hundred years
// The last second that four digits of a year can write: a later one could not be read back.
constexpr events::Instant kEndOfTime{std::chrono::sys_days{std::chrono::year{9999} / 12 / 31} + 23h + 59min + 59s};

// Every byte of UTF-8 that does not continue a code point begins one.
std::size_t count_code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool is_blank(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); });
}

bool is_printable(std::string_view text) {
  return std::ranges::all_of(text, [](char c) { return c > ' ' && c <= '~'; });
}

// Something, one @, something: which addresses there are is for mail servers to say.
bool is_address(std::string_view text) {
  const std::size_t at = text.find('@');
  return at != std::string_view::npos && at == text.rfind('@') && at > 0 && at + 1 < text.size();
}

std::string range(std::size_t at_least, std::size_t at_most) {
  return "must have " + std::to_string(at_least) + " to " + std::to_string(at_most) + " characters";
}

}  // namespace

void ValueCheck::title(const std::string& title) {
  visible_text("title", title, kTitleAtMost);
}

void ValueCheck::description(const std::string& description) {
  text("description", description, 0, kDescriptionAtMost);
}

void ValueCheck::tags(const std::vector<std::string>& tags) {
  if (tags.size() > kTagsAtMost) fail("tags", "must be at most " + std::to_string(kTagsAtMost));
  std::set<std::string_view> seen;
  for (std::size_t i = 0; i < tags.size() && i <= kTagsAtMost; ++i) {
    const std::string field = "tags/" + std::to_string(i);
    text(field, tags[i], 1, kTagAtMost);
    if (tags[i].find(',') != std::string::npos) fail(field, "must not hold a comma");
    if (!seen.insert(tags[i]).second) fail(field, "is there twice");
  }
}

void ValueCheck::due_date(events::Instant due_date) {
  if (due_date <= now_) fail("dueDate", "must lie in the future");
}

void ValueCheck::warning_offset(std::int32_t minutes) {
  if (minutes < 0 || minutes > kWarningOffsetAtMost) {
    fail("warningOffset", "must be 0 to " + std::to_string(kWarningOffsetAtMost) + " minutes");
  }
}

void ValueCheck::reason(const std::optional<std::string>& reason) {
  if (reason) text("reason", *reason, 0, kReasonAtMost);
}

void ValueCheck::postponement(std::chrono::seconds by, const std::optional<events::Instant>& from) {
  if (by <= 0s) return fail("by", "must be positive");
  if (by > kPostponedAtMost) return fail("by", "must be at most a hundred years");
  if (!from) return;  // that there is no due date is for the rules to say
  const events::Instant to = *from + by;
  if (to <= now_) fail("by", "leaves the due date in the past: it must lie in the future");
  if (to > kEndOfTime) fail("by", "moves the due date out of the years that can be written");
}

void ValueCheck::lock_ttl(std::int32_t seconds) {
  if (seconds < 1 || seconds > kLockSecondsAtMost) {
    fail("ttlSeconds", "must be 1 to " + std::to_string(kLockSecondsAtMost));
  }
}

// That a user is deactivated is no fault of the value: it is for the rules to say.
void ValueCheck::assignee(const std::string& field, Assignee assignee) {
  if (assignee == Assignee::Unknown) fail(field, "is not a user");
}

void ValueCheck::name(const std::string& field, const std::string& name) {
  visible_text(field, name, kNameAtMost);
}

void ValueCheck::email(const std::string& address) {
  if (address.empty() || address.size() > kEmailAtMost) return fail("email", range(1, kEmailAtMost));
  if (!is_printable(address)) return fail("email", "must be printable ASCII without blanks");
  if (!is_address(address)) fail("email", "must have one @ with something on both sides");
}

void ValueCheck::visible_text(const std::string& field, std::string_view value, std::size_t at_most) {
  text(field, value, 1, at_most);
  if (!value.empty() && is_blank(value)) fail(field, "must not be blank");
}

void ValueCheck::text(const std::string& field, std::string_view text, std::size_t at_least, std::size_t at_most) {
  const std::size_t length = count_code_points(text);
  if (length < at_least || length > at_most) fail(field, range(at_least, at_most));
  if (text.find('\0') != std::string_view::npos) fail(field, "must not hold U+0000");
}

void ValueCheck::fail(std::string field, std::string reason) {
  invalid_.push_back({.field = std::move(field), .reason = std::move(reason)});
}

}  // namespace taskstream::command
