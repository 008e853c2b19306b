#include "command-service/http/body_reader.hpp"

#include <algorithm>
#include <limits>

#include "command-service/http/duration.hpp"
#include "events/contract/event_json.hpp"

namespace taskstream::command {
namespace {

using nlohmann::json;

// The text, or an empty one that no enumerator, id or instant is read from.
std::string text_of(const json& value) {
  return value.is_string() ? value.get<std::string>() : std::string();
}

}  // namespace

void BodyReader::change(std::string_view name, std::optional<std::vector<std::string>>& out) {
  const json* member = take(name);
  if (member == nullptr) return;
  out.emplace();
  if (!member->is_null()) read(name, *member, *out);
}

void BodyReader::refuse(std::string_view name, std::string_view why) {
  if (take(name) != nullptr) fail(name, std::string(why));
}

std::vector<http::FieldError> BodyReader::finish() {
  for (const auto& [name, value] : body_.items()) {
    if (std::ranges::find(taken_, name) == taken_.end()) fail(name, "is not known here");
  }
  return std::move(errors_);
}

const json* BodyReader::take(std::string_view name) {
  taken_.push_back(name);
  const auto found = body_.find(name);
  return found != body_.end() ? &*found : nullptr;
}

void BodyReader::fail(std::string_view name, std::string reason) {
  errors_.push_back({.field = std::string(name), .reason = std::move(reason)});
}

void BodyReader::read(std::string_view name, const json& value, std::string& out) {
  if (!value.is_string()) return fail(name, "must be a text");
  out = value.get<std::string>();
}

void BodyReader::read(std::string_view name, const json& value, std::int32_t& out) {
  constexpr std::string_view kWanted = "must be a whole number";
  if (!value.is_number_integer()) return fail(name, std::string(kWanted));
  const auto wide = value.get<std::int64_t>();
  if (wide < std::numeric_limits<std::int32_t>::min() || wide > std::numeric_limits<std::int32_t>::max()) {
    return fail(name, "is too far from zero");
  }
  out = static_cast<std::int32_t>(wide);
}

void BodyReader::read(std::string_view name, const json& value, events::Status& out) {
  const auto status = events::parse_status(text_of(value));
  if (!status) return fail(name, "must be NOT_STARTED, IN_PROGRESS, BLOCKED, DEFERRED, COMPLETED or CANCELLED");
  out = *status;
}

void BodyReader::read(std::string_view name, const json& value, events::Priority& out) {
  const auto priority = events::parse_priority(text_of(value));
  if (!priority) return fail(name, "must be LOW, MEDIUM, HIGH or URGENT");
  out = *priority;
}

void BodyReader::read(std::string_view name, const json& value, events::Instant& out) {
  const auto instant = events::parse_instant(text_of(value));
  if (!instant) return fail(name, "must be an RFC 3339 time with its offset, e.g. 2031-05-01T12:00:00Z");
  out = *instant;
}

void BodyReader::read(std::string_view name, const json& value, events::UserId& out) {
  const auto id = events::UserId::parse(text_of(value));
  if (!id) return fail(name, "must be a UUID");
  out = *id;
}

void BodyReader::read(std::string_view name, const json& value, std::chrono::seconds& out) {
  const auto duration = parse_duration(text_of(value));
  if (!duration) {
    return fail(name, "must be an ISO 8601 duration of weeks, days, hours, minutes and seconds, e.g. P2D or PT1H30M");
  }
  out = *duration;
}

void BodyReader::read(std::string_view name, const json& value, std::vector<std::string>& out) {
  if (!value.is_array()) return fail(name, "must be a list of texts");
  for (const json& element : value) {
    if (!element.is_string()) {
      fail(std::string(name) + "/" + std::to_string(out.size()), "must be a text");
      out.emplace_back();
      continue;
    }
    out.push_back(element.get<std::string>());
  }
}

}  // namespace taskstream::command
