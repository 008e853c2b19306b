#include "tests/projection/random_history.hpp"

#include <set>

#include "tests/projection/read_model.hpp"

namespace taskstream::projection::testing {
namespace {

void set_header(events::Record& record, const std::string& name, const std::string& value) {
  for (events::Header& header : record.headers) {
    if (header.name == name) header.value = value;
  }
}

}  // namespace

events::UserId RandomHistory::user() {
  return user_id(static_cast<std::uint8_t>(below(8)));
}

std::string RandomHistory::words(int most) {
  constexpr const char* kWords[] = {"write", "the", "guide", "Übung", "日本", "\"quoted\"", "a\\b", "\n", "\U0001F600", "x"};
  std::string text;
  for (int i = below(most) + 1; i > 0; --i) text += std::string(kWords[below(10)]) + (i > 1 ? " " : "");
  return text;
}

events::StreamId RandomHistory::stream() {
  switch (below(20)) {
    case 0:
      return events::StreamId::of(user());
    case 1:
      return events::StreamId::of_email(std::string(64, static_cast<char>('a' + below(6))));
    case 2:
      return *events::StreamId::parse("log/barrier");
    default:
      // One task is hot.
      return events::StreamId::of(task_id(static_cast<std::uint8_t>(one_in(4) ? 0 : below(tasks_))));
  }
}

events::Event RandomHistory::task_event(std::int64_t version) {
  const auto status = static_cast<events::Status>(below(6));
  const auto priority = static_cast<events::Priority>(below(4));
  std::set<std::string> tags;
  for (int i = below(4); i > 0; --i) tags.insert(words(1));
  const std::vector<std::string> tag_list(tags.begin(), tags.end());
  const auto due = one_in(3) ? std::nullopt : std::optional(at_second(1'000 + below(1'000)));
  if (version == 1) {
    return events::TaskCreated{.title = words(4),
                               .description = one_in(2) ? std::nullopt : std::optional(words(36)),
                               .status = status,
                               .priority = priority,
                               .tags = tag_list,
                               .assignee_id = one_in(2) ? std::nullopt : std::optional(user()),
                               .due_date = due,
                               .warning_offset_minutes = one_in(2) ? std::nullopt : std::optional(below(1'000))};
  }
  switch (below(12)) {
    case 0:
      return events::TaskStatusChanged{.from = status, .to = static_cast<events::Status>(below(6)), .reason = words(3)};
    case 1:
      return events::TaskAssigned{.assignee_id = user()};
    case 2:
      return events::TaskUnassigned{.previous_assignee_id = user(), .reason = words(2)};
    case 3:
      return events::TaskLocked{.holder = words(1),
                                .since = at_second(below(100)),
                                .expires_at = at_second(100 + below(100)),
                                .fencing_token = version};
    case 4:
      return events::TaskUnlocked{.holder = words(1), .reason = "released"};
    case 5:
      if (one_in(20)) return events::TaskDeleted{.reason = one_in(2) ? std::nullopt : std::optional(words(2))};
      return events::TaskEdited{.changes = {.title = words(5)}};
    case 6:
      return events::TaskEdited{.changes = {.priority = priority, .tags = tag_list}};
    case 7:
      return events::TaskEdited{.changes = {.due_date = due}};
    case 8:
      return events::TaskEdited{.changes = {.warning_offset_minutes = std::optional<std::int32_t>()}};
    case 9:
      return events::TaskEdited{.changes = {.description = std::optional<std::string>()}};
    default:
      return events::TaskEdited{.changes = {.title = words(3), .description = std::optional(words(36))}};
  }
}

events::Event RandomHistory::user_event(std::int64_t version) {
  if (version == 1) return events::UserRegistered{.first_name = words(1), .last_name = words(2), .email = "a@example.org"};
  switch (below(4)) {
    case 0:
      return events::UserEdited{.changes = {.first_name = words(1)}};
    case 1:
      return events::UserDeactivated{.reason = words(1)};
    case 2:
      return events::UserReactivated{};
    default:
      return events::UserClaimLapsed{.email_hash = std::string(64, 'a')};
  }
}

events::Record RandomHistory::next(bool all_readable) {
  const events::StreamId id = stream();
  std::int64_t& version = versions_[id.to_string()];
  // A race that was lost, or a retry: the version is taken.
  const bool superseded = version > 0 && one_in(12);
  const std::int64_t made = superseded ? 1 + below(static_cast<int>(version)) : version + 1;
  const auto event_of_kind = [&]() -> events::Event {
    if (id.kind() == "task") return task_event(made);
    if (id.kind() == "user") return user_event(made);
    if (id.kind() == "log") return events::LogBarrier{};
    if (made % 2 == 1) return events::EmailClaimed{.user_id = user(), .user_version = {made}};
    return events::EmailReleased{.user_id = user(), .user_version = {made}};
  };
  events::RecordedEvent recorded = testing::recorded(id, made, event_of_kind(), below(5'000));
  recorded.context.actor = words(1);
  events::Record record = events::to_record(recorded);
  if (!all_readable && one_in(2'000)) set_header(record, "ce_type", "taskstream.task.painted.v1");
  if (!all_readable && one_in(100)) {
    set_header(record, "ce_streamversion", "007");
    return record;
  }
  if (!superseded) version = made;
  return record;
}

}  // namespace taskstream::projection::testing
