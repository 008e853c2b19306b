#include "events/fold/evolve.hpp"

#include <gtest/gtest.h>

#include "tests/support/every_event.hpp"
#include "tests/support/examples.hpp"

namespace taskstream::events {
namespace {

using namespace examples;

StreamId stream_of(const Event& event) {
  if (kind_of(event) == "user") return StreamId::of(kAnn);
  if (kind_of(event) == "email") return *StreamId::parse("email/" + std::string(64, 'a'));
  return kind_of(event) == "log" ? StreamId::genesis() : StreamId::of(kTask);
}

State evolved(const State& state, Event event, std::int64_t version, Instant time = kYesterday) {
  RecordedEvent next = recorded(event, version, stream_of(event));
  next.context.time = time;
  auto result = evolve(state, next);
  EXPECT_TRUE(result.has_value()) << type_of(event);
  return result ? *result : State();
}

bool folds(const State& state, const Event& event) {
  return evolve(state, recorded(event, 2, stream_of(event))).has_value();
}

TaskState task_after(const Event& event) {
  return std::get<TaskState>(evolved(evolved({}, full_task(), 1), event, 2));
}

TEST(Evolve, MakesATaskOfItsCreation) {
  const auto task = std::get<TaskState>(evolved({}, full_task(), 1));
  EXPECT_EQ(task, (TaskState{.id = kTask,
                             .title = "Write the guide",
                             .description = "With examples",
                             .status = Status::NotStarted,
                             .priority = Priority::High,
                             .tags = {"docs", "guide"},
                             .assignee_id = kAnn,
                             .due_date = kTomorrow,
                             .warning_offset_minutes = 60,
                             .version = {1},
                             .created_at = kYesterday,
                             .created_by = kActor,
                             .updated_at = kYesterday,
                             .updated_by = kActor}));
}

TEST(Evolve, ChangesOnlyWhatAnEditNames) {
  const TaskState task = task_after(TaskEdited{{.title = "y", .description = std::optional<std::string>()}});
  TaskState expected = std::get<TaskState>(evolved({}, full_task(), 1));
  expected.title = "y";
  expected.description.reset();
  expected.version = {2};
  EXPECT_EQ(task, expected);
}

TEST(Evolve, EditsEveryFieldAndClearsWhatCanBeEmpty) {
  const TaskState full = task_after(TaskEdited{{.title = "y",
                                                .description = "z",
                                                .priority = Priority::Low,
                                                .tags = std::vector<std::string>{"t"},
                                                .due_date = kNow,
                                                .warning_offset_minutes = 5}});
  EXPECT_EQ(full.title, "y");
  EXPECT_EQ(full.description, "z");
  EXPECT_EQ(full.priority, Priority::Low);
  EXPECT_EQ(full.tags, std::vector<std::string>{"t"});
  EXPECT_EQ(full.due_date, kNow);
  EXPECT_EQ(full.warning_offset_minutes, 5);
  const TaskState cleared = task_after(TaskEdited{{.description = std::optional<std::string>(),
                                                   .tags = std::vector<std::string>(),
                                                   .due_date = std::optional<Instant>(),
                                                   .warning_offset_minutes = std::optional<std::int32_t>()}});
  EXPECT_FALSE(cleared.description || cleared.due_date || cleared.warning_offset_minutes);
  EXPECT_TRUE(cleared.tags.empty());
}

TEST(Evolve, FollowsStatusAssigneeLockAndDeletion) {
  EXPECT_EQ(task_after(TaskStatusChanged{.to = Status::Deferred}).status, Status::Deferred);
  EXPECT_EQ(task_after(TaskAssigned{.assignee_id = kBen}).assignee_id, kBen);
  EXPECT_FALSE(task_after(TaskUnassigned{.previous_assignee_id = kAnn}).assignee_id);
  const TaskLock lock{.holder = "ann", .since = kYesterday, .expires_at = kTomorrow, .fencing_token = 2};
  const TaskLocked locked{.holder = "ann", .since = kYesterday, .expires_at = kTomorrow, .fencing_token = 2};
  EXPECT_EQ(task_after(locked).lock, lock);
  const State under_lock = evolved(evolved({}, full_task(), 1), locked, 2);
  EXPECT_FALSE(std::get<TaskState>(evolved(under_lock, TaskUnlocked{.holder = "ann"}, 3)).lock);
  EXPECT_TRUE(task_after(TaskDeleted{}).deleted);
}

// The rules of the domain were asked when the event was decided; `from` is told, not asked.
TEST(Evolve, DoesNotAskTheRulesOfTheDomainAgain) {
  EXPECT_EQ(task_after(TaskStatusChanged{.from = Status::Cancelled, .to = Status::Completed}).status,
            Status::Completed);
  const State deleted = evolved(evolved({}, full_task(), 1), TaskDeleted{}, 2);
  EXPECT_EQ(std::get<TaskState>(evolved(deleted, TaskEdited{{.title = "y"}}, 3)).title, "y");
}

TEST(Evolve, NeverMovesUpdatedAtBackWhateverTheClocksOfWritersSay) {
  const State created = evolved({}, full_task(), 1, kNow);
  const auto later = std::get<TaskState>(evolved(created, TaskEdited{{.title = "y"}}, 2, kYesterday));
  EXPECT_EQ(later.updated_at, kNow);
  EXPECT_EQ(later.created_at, kNow);
}

TEST(Evolve, RefusesToCreateWhatExistsAndToChangeWhatDoesNot) {
  const State task = evolved({}, full_task(), 1);
  const State user = evolved({}, UserRegistered{.first_name = "Ann"}, 1);
  for (const Event& event : one_event_of_each_type()) {
    SCOPED_TRACE(type_of(event));
    const bool creates = type_of(event).ends_with(".created.v1") || type_of(event).ends_with(".registered.v1");
    const std::string_view kind = kind_of(event);
    const bool needs_nothing = kind == "email" || kind == "log";
    EXPECT_EQ(folds({}, event), creates || needs_nothing || std::holds_alternative<UserClaimLapsed>(event));
    EXPECT_EQ(folds(task, event), needs_nothing || (kind == "task" && !creates));
    EXPECT_EQ(folds(user, event), needs_nothing || (kind == "user" && !creates));
  }
}

TEST(Evolve, CreatesAtAnyVersionWhereNothingExists) {
  EXPECT_EQ(std::get<TaskState>(evolved({}, full_task(), 5)).version, StreamVersion{5});
}

TEST(Evolve, RefusesATaskWhoseStreamHasNoUuid) {
  EXPECT_TRUE(evolve({}, recorded(full_task(), 1, *StreamId::parse("task/1"))).has_error());
}

TEST(Evolve, LeavesNothingWhereAClaimLapsesBeforeItsUserIsRegistered) {
  const State lapsed = evolved({}, UserClaimLapsed{.email_hash = "00"}, 1);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(lapsed));
  const State registered = evolved(lapsed, UserRegistered{.first_name = "Ann"}, 2);
  EXPECT_EQ(std::get<UserState>(registered).version, StreamVersion{2});
}

TEST(Evolve, FollowsUsersAndTheirAddresses) {
  State state = evolved({}, UserRegistered{.first_name = "Ann", .last_name = "Lee", .email = "a@example.org"}, 1);
  state = evolved(state, UserEdited{{.last_name = "Lees"}}, 2);
  state = evolved(state, UserDeactivated{}, 3);
  EXPECT_FALSE(std::get<UserState>(state).active);
  state = evolved(state, UserReactivated{}, 4);
  state = evolved(state, UserClaimLapsed{}, 5);
  const auto user = std::get<UserState>(state);
  EXPECT_EQ(user.last_name, "Lees");
  EXPECT_EQ(user.first_name, "Ann");
  EXPECT_TRUE(user.active);
  EXPECT_EQ(user.version, StreamVersion{5});

  State email = evolved({}, EmailClaimed{.user_id = kAnn, .user_version = {1}}, 1);
  EXPECT_EQ(std::get<EmailState>(email).claimed_by, kAnn);
  email = evolved(email, EmailReleased{.user_id = kAnn, .user_version = {1}}, 2);
  EXPECT_FALSE(std::get<EmailState>(email).claimed_by);
}

}  // namespace
}  // namespace taskstream::events
