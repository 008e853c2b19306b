#include "tests/projection/dice.hpp"

#include <cstdlib>
#include <set>

#include "tests/projection/read_model.hpp"

namespace taskstream::projection::testing {
namespace {

constexpr const char* kWords[] = {"guide", "Guide", "guidé", "guides", "write", "Ärger", "arger",   "naïve",
                                  "or",    "not",   "x1",    "日本",   "日",    "b",     "İstanbul"};

}  // namespace

std::uint64_t seed_of_this_run() {
  const char* given = std::getenv("TASKSTREAM_SEED");
  return given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
}

std::optional<bool> Dice::flag(int chances) {
  return one_in(chances) ? std::optional(one_in(2)) : std::nullopt;
}

events::UserId Dice::user() {
  return user_id(static_cast<std::uint8_t>(below(4)));
}

std::string Dice::actor() {
  return one_in(3) ? "ada" : user().to_string();
}

std::string Dice::text() {
  constexpr const char* kBetween[] = {" ", ", ", "-", "\n", ". "};
  std::string text;
  for (int i = below(5); i > 0; --i) text += one_of(kWords) + one_of(kBetween);
  return text;
}

std::string Dice::title() {
  constexpr const char* kTitles[] = {"a", "B", "ab", "ä", "Z", "z", "日本", "\U0001F600", "b", ""};
  return one_in(3) ? text() : one_of(kTitles);
}

std::string Dice::search() {
  constexpr const char* kBetween[] = {" ", "* ", "\" \"", " OR ", " - ", " ^", ":", ") NOT ("};
  constexpr const char* kBeginnings[] = {"g", "guid", "arg", "n", "1", "日", "wri", "ist", "o"};
  std::string search;
  for (int i = 1 + below(3); i > 0; --i) {
    search += one_in(2) ? one_of(kWords) : one_of(kBeginnings);
    if (i > 1 || one_in(5)) search += one_in(2) ? " " : one_of(kBetween);
  }
  return search;
}

std::vector<std::string> Dice::tags() {
  constexpr const char* kTags[] = {"red", "green", "blue", "Red", "ß"};
  std::set<std::string> tags;
  for (int i = below(4); i > 0; --i) tags.insert(one_of(kTags));
  return {tags.begin(), tags.end()};
}

std::optional<events::Instant> Dice::due() {
  return one_in(3) ? std::nullopt : std::optional(at_second(1'000 + below(20)));
}
std::optional<std::int32_t> Dice::warning_offset() {
  return one_in(3) ? std::nullopt : std::optional<std::int32_t>(below(2));
}
std::optional<events::UserId> Dice::assignee() {
  return one_in(2) ? std::nullopt : std::optional(user());
}
events::Instant Dice::now() {
  return one_in(5) ? at_second(1'000 - 60 + below(25)) : at_second(995 + below(30));
}

events::Event Dice::creation() {
  return events::TaskCreated{.title = title(),
                             .description = one_in(2) ? std::nullopt : std::optional(text()),
                             .status = status(),
                             .priority = priority(),
                             .tags = tags(),
                             .assignee_id = assignee(),
                             .due_date = due(),
                             .warning_offset_minutes = warning_offset()};
}

events::Event Dice::change() {
  switch (below(11)) {
    case 0:
      return events::TaskStatusChanged{.from = {}, .to = status()};
    case 1:
      return events::TaskAssigned{.assignee_id = user()};
    case 2:
      return events::TaskUnassigned{.previous_assignee_id = user()};
    case 3:
      return events::TaskEdited{.changes = {.title = title()}};
    case 4:
      return events::TaskEdited{.changes = {.priority = priority(), .tags = tags()}};
    case 5:
      return events::TaskEdited{.changes = {.due_date = due()}};
    case 6:
      return events::TaskEdited{.changes = {.description = std::optional<std::string>(text())}};
    case 7:
      return events::TaskLocked{.holder = "ada", .since = at_second(0), .expires_at = at_second(1'000 + below(25))};
    case 8:
      return events::TaskUnlocked{.holder = "ada", .reason = "released"};
    case 9:
      return events::TaskEdited{.changes = {.warning_offset_minutes = warning_offset()}};
    default:
      if (one_in(4)) return events::TaskDeleted{};
      return events::TaskEdited{.changes = {.tags = tags()}};
  }
}

events::Event Dice::registration() {
  constexpr const char* kNames[] = {"Ann", "Zoë", "ann", "Émile", "Ärger", "Li"};
  constexpr const char* kAddresses[] = {"a@example.org", "guide@x1.net", "b-b@write.org"};
  return events::UserRegistered{.first_name = one_of(kNames), .last_name = one_of(kNames), .email = one_of(kAddresses)};
}

events::Event Dice::user_change() {
  constexpr const char* kNames[] = {"Ann", "Guide", "Li"};
  switch (below(3)) {
    case 0:
      return events::UserDeactivated{};
    case 1:
      return events::UserReactivated{};
    default:
      return events::UserEdited{.changes = {.last_name = one_of(kNames)}};
  }
}

TaskFilter Dice::filter() {
  TaskFilter filter;
  if (one_in(3)) filter.statuses.assign({status()});
  if (one_in(6)) filter.statuses = {events::Status::NotStarted, events::Status::Blocked, events::Status::Cancelled};
  if (one_in(4)) filter.priorities.assign({priority()});
  if (one_in(4)) filter.assignees.assign({user()});
  filter.nobody = one_in(4);
  if (one_in(10)) filter.assigned_to = user();
  if (one_in(6)) filter.created_by = actor();
  if (one_in(4)) filter.tags = tags();
  if (one_in(5)) filter.due_before = at_second(1'000 + below(20));
  if (one_in(5)) filter.due_after = at_second(1'000 + below(20));
  filter.overdue = flag(6);
  filter.reminder_due = flag(6);
  filter.locked = flag(6);
  return filter;
}

Sight Dice::sight() {
  return one_in(3) ? Sight::of_member(user()) : Sight::everything();
}

}  // namespace taskstream::projection::testing
