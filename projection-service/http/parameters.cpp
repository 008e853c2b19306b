#include "projection-service/http/parameters.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "events/contract/event_json.hpp"
#include "http/text.hpp"
#include "projection-service/http/sight_of.hpp"

namespace taskstream::projection {
namespace {

constexpr std::uint64_t kMaxLimit = 200;
constexpr std::int64_t kDefaultLimit = 50;
constexpr std::size_t kMaxValues = 50;  // of one filter
constexpr std::size_t kMaxTagCodePoints = 40;
constexpr std::size_t kMaxActorCodePoints = 256;
constexpr std::size_t kMaxTextCodePoints = 200;
constexpr std::size_t kMaxWords = 10;  // each is looked up by itself, common or not
constexpr std::array<std::pair<std::string_view, SortKey>, 5> kSortNames = {{{"createdAt", SortKey::CreatedAt},
                                                                             {"updatedAt", SortKey::UpdatedAt},
                                                                             {"dueDate", SortKey::DueDate},
                                                                             {"priority", SortKey::Priority},
                                                                             {"title", SortKey::Title}}};
constexpr std::string_view kUnreadableCursor =
    "is not a cursor of this query: send `nextCursor` of the page before, with the same filters and sort";

std::size_t code_points(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

// Splits at every comma: blanks and empty values are the client's mistake, not ours to mend.
std::vector<std::string> values_of(const std::string& text) {
  std::vector<std::string> values;
  std::size_t begin = 0;
  while (true) {
    const std::size_t comma = text.find(',', begin);
    values.push_back(text.substr(begin, comma == std::string::npos ? comma : comma - begin));
    if (comma == std::string::npos) return values;
    begin = comma + 1;
  }
}

template <class Value>
void sort_and_unify(std::vector<Value>& values) {
  std::ranges::sort(values);
  values.erase(std::ranges::unique(values).begin(), values.end());
}

// Any of several values, separated by commas.
template <class Value, class Parse>
std::vector<Value> take_values(Parameters& parameters, std::string_view name, std::string_view allowed, Parse parse) {
  std::vector<Value> taken;
  const std::string* text = parameters.take(name);
  if (text == nullptr) return taken;
  const auto values = values_of(*text);
  if (values.size() > kMaxValues) {
    parameters.refuse(name, "has more than " + std::to_string(kMaxValues) + " values");
    return taken;
  }
  for (const std::string& value : values) {
    if (auto parsed = parse(value)) {
      taken.push_back(*std::move(parsed));
    } else {
      parameters.refuse(name, "is not " + std::string(allowed));
      break;
    }
  }
  sort_and_unify(taken);
  return taken;
}

void take_assignees(Parameters& parameters, TaskFilter& filter) {
  // `none` and ids in one list: an id that is none of these is nullopt within, a wrong one nullopt without.
  using Assignee = std::optional<events::UserId>;
  const auto parse = [](const std::string& value) -> std::optional<Assignee> {
    if (value == "none") return Assignee();
    const auto id = events::UserId::parse(value);
    return id ? std::optional<Assignee>(Assignee(*id)) : std::nullopt;
  };
  for (const Assignee& assignee :
       take_values<Assignee>(parameters, "assigneeId", "a UUID, or `none` for tasks that nobody has", parse)) {
    if (assignee) {
      filter.assignees.push_back(*assignee);
    } else {
      filter.nobody = true;
    }
  }
}

TaskSort take_sort(Parameters& parameters) {
  const std::string* text = parameters.take("sort");
  if (text == nullptr) return {};
  const bool descending = text->starts_with('-');
  const auto known = std::ranges::find(kSortNames, std::string_view(*text).substr(descending ? 1 : 0),
                                       &std::pair<std::string_view, SortKey>::first);
  if (known == kSortNames.end()) {
    parameters.refuse("sort",
                      "is not dueDate, createdAt, updatedAt, priority or title, or one of these with `-` before it");
    return {};
  }
  return {.key = known->second, .descending = descending};
}

std::optional<std::string> take_actor(Parameters& parameters) {
  const std::string* text = parameters.take("createdBy");
  if (text == nullptr) return std::nullopt;
  if (text->empty() || code_points(*text) > kMaxActorCodePoints) {
    parameters.refuse("createdBy", "is not a name of 1 to 256 characters");
  }
  return *text;
}

// Whether the cursor's key is of the kind that the sort has.
bool fits(const Cursor& cursor, SortKey key) {
  switch (key) {
    case SortKey::Title:
      return std::holds_alternative<std::string>(cursor.key);
    case SortKey::DueDate:
      return !std::holds_alternative<std::string>(cursor.key);
    case SortKey::CreatedAt:
    case SortKey::UpdatedAt:
    case SortKey::Priority:
      return std::holds_alternative<std::int64_t>(cursor.key);
  }
  return false;
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kUnreserved = "-._~,:";
  std::string encoded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       kUnreserved.find(c) != std::string_view::npos;
    if (plain) {
      encoded += c;
    } else {
      encoded += {'%', kHex[byte >> 4], kHex[byte & 0xf]};
    }
  }
  return encoded;
}

std::string history_spelling(const events::TaskId& task) {
  return "history " + task.to_string();
}

}  // namespace

Parameters::Parameters(const http::Request& request) {
  for (const auto& parameter : request.query)
    parameters_.push_back({.name = &parameter.name, .value = &parameter.value});
}

const std::string* Parameters::take(std::string_view name) {
  const std::string* value = nullptr;
  for (Parameter& parameter : parameters_) {
    if (*parameter.name != name) continue;
    parameter.taken = true;
    if (value != nullptr) {
      refuse(name, "is there more than once");
      break;
    }
    value = parameter.value;
  }
  return value;
}

void Parameters::refuse(std::string_view name, std::string reason) {
  errors_.push_back(
      {.field = std::string(name), .reason = std::move(reason), .location = http::FieldError::Location::Query});
}

std::int64_t Parameters::take_limit() {
  const std::string* text = take("limit");
  if (text == nullptr) return kDefaultLimit;
  const auto limit = text->starts_with('0') ? std::nullopt : http::read_decimal(*text);
  if (!limit || *limit > kMaxLimit) {
    refuse("limit", "is not a number from 1 to 200");
    return kDefaultLimit;
  }
  return static_cast<std::int64_t>(*limit);
}

std::optional<events::Instant> Parameters::take_instant(std::string_view name) {
  const std::string* text = take(name);
  if (text == nullptr) return std::nullopt;
  const auto instant = events::parse_instant(*text);
  if (!instant) refuse(name, "is not an RFC 3339 time, e.g. 2026-11-25T08:00:00Z (write `+` as %2B)");
  return instant;
}

std::optional<bool> Parameters::take_flag(std::string_view name) {
  const std::string* text = take(name);
  if (text == nullptr) return std::nullopt;
  if (*text != "true" && *text != "false") refuse(name, "is not `true` or `false`");
  return *text == "true";
}

bool Parameters::take_total() {
  const std::string* text = take("include");
  if (text == nullptr) return false;
  if (*text != "total") refuse("include", "is not `total`");
  return *text == "total";
}

std::vector<std::string> Parameters::take_words(WordCutter& cutter) {
  const std::string* text = take("q");
  if (text == nullptr) return {};
  if (code_points(*text) > kMaxTextCodePoints) {
    refuse("q", "is longer than 200 characters");
    return {};
  }
  auto words = cutter.cut(*text);
  if (words.empty()) refuse("q", "holds no word: letters or digits to search for");
  if (words.size() > kMaxWords) refuse("q", "holds more than 10 different words");
  return words;
}

std::optional<Cursor> Parameters::take_cursor(std::string_view spelling,
                                              const std::function<bool(const Cursor&)>& fits) {
  const std::string* text = take("cursor");
  if (text == nullptr) return std::nullopt;
  auto cursor = decode_cursor(*text, spelling);
  if (!cursor || !fits(*cursor)) refuse("cursor", std::string(kUnreadableCursor));
  return cursor;
}

std::vector<http::FieldError> Parameters::errors() && {
  std::vector<std::string_view> told;
  for (const Parameter& parameter : parameters_) {
    if (parameter.taken || std::ranges::find(told, *parameter.name) != told.end()) continue;
    told.push_back(*parameter.name);
    refuse(*parameter.name, "is not known here");
  }
  return std::move(errors_);
}

void take_event_filter(Parameters& parameters, TaskFilter& filter) {
  filter.statuses = take_values<events::Status>(parameters, "status",
                                                "NOT_STARTED, IN_PROGRESS, BLOCKED, DEFERRED, COMPLETED or CANCELLED",
                                                events::parse_status);
  filter.priorities =
      take_values<events::Priority>(parameters, "priority", "LOW, MEDIUM, HIGH or URGENT", events::parse_priority);
  take_assignees(parameters, filter);
  filter.created_by = take_actor(parameters);
  filter.tags = take_values<std::string>(parameters, "tag", "a tag of 1 to 40 characters", [](const std::string& tag) {
    return !tag.empty() && code_points(tag) <= kMaxTagCodePoints ? std::optional(tag) : std::nullopt;
  });
  filter.due_before = parameters.take_instant("dueBefore");
  filter.due_after = parameters.take_instant("dueAfter");
}

namespace {

void take_filter(Parameters& parameters, TaskFilter& filter, WordCutter& cutter) {
  take_event_filter(parameters, filter);
  filter.overdue = parameters.take_flag("overdue");
  filter.reminder_due = parameters.take_flag("reminderDue");
  filter.locked = parameters.take_flag("locked");
  filter.words = parameters.take_words(cutter);
}

ListParameters read_list(const http::Request& request, TaskListQuery query, WordCutter& cutter) {
  Parameters parameters(request);
  ListParameters list{.query = std::move(query), .errors = {}};
  list.query.sight = sight_of(request.principal);
  take_filter(parameters, list.query.filter, cutter);
  list.query.sort = take_sort(parameters);
  list.query.limit = parameters.take_limit();
  list.query.with_total = parameters.take_total();
  list.query.after = parameters.take_cursor(spelling_of(list.query),
                                            [&](const Cursor& cursor) { return fits(cursor, list.query.sort.key); });
  list.errors = std::move(parameters).errors();
  return list;
}

}  // namespace

ListParameters read_list_parameters(const http::Request& request, WordCutter& cutter, events::Instant now) {
  return read_list(request, {.now = now}, cutter);
}

ListParameters read_user_tasks_parameters(const http::Request& request, const events::UserId& user, WordCutter& cutter,
                                          events::Instant now) {
  return read_list(request, {.filter = {.assigned_to = user}, .now = now}, cutter);
}

UserListParameters read_user_list_parameters(const http::Request& request, WordCutter& cutter) {
  Parameters parameters(request);
  UserListParameters list;
  list.query.words = parameters.take_words(cutter);
  list.query.active = parameters.take_flag("active");
  list.query.limit = parameters.take_limit();
  list.query.with_total = parameters.take_total();
  list.query.after = parameters.take_cursor(
      spelling_of(list.query), [](const Cursor& cursor) { return std::holds_alternative<std::string>(cursor.key); });
  list.errors = std::move(parameters).errors();
  return list;
}

HistoryParameters read_history_parameters(const http::Request& request, const events::TaskId& task) {
  Parameters parameters(request);
  HistoryParameters history;
  history.limit = parameters.take_limit();
  if (const std::string* text = parameters.take("cursor")) {
    const auto cursor = decode_cursor(*text, history_spelling(task));
    const auto* version = cursor ? std::get_if<std::int64_t>(&cursor->key) : nullptr;
    if (version != nullptr) {
      history.after_version = *version;
    } else {
      parameters.refuse("cursor", std::string(kUnreadableCursor));
    }
  }
  history.errors = std::move(parameters).errors();
  return history;
}

std::string history_cursor(const events::TaskId& task, std::int64_t last_version) {
  return encode_cursor({.key = last_version, .id = task.uuid()}, history_spelling(task));
}

std::string next_link(const http::Request& request, const std::string& cursor) {
  std::string link = "<" + request.target.substr(0, request.target.find('?')) + "?";
  for (const auto& parameter : request.query) {
    if (parameter.name != "cursor")
      link += percent_encoded(parameter.name) + "=" + percent_encoded(parameter.value) + "&";
  }
  return link + "cursor=" + cursor + ">; rel=\"next\"";
}

}  // namespace taskstream::projection
