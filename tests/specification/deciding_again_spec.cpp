#include "command-service/domain/task_changes.hpp"
#include "command-service/domain/transitions.hpp"
#include "tests/specification/generators.hpp"

// What holds for every command on every state that commands can lead to. RapidCheck prints the seed of a failure, and
// RC_PARAMS="seed=…" replays it.
namespace taskstream::command {
namespace {

using namespace specification;
using events::Event;
using events::TaskState;

rc::Gen<std::string> title() {
  return one_of<std::string>({"Write", "Read", "", times(81, "x")});
}
rc::Gen<std::vector<std::string>> tags() {
  return one_of<std::vector<std::string>>({{}, {"a"}, {"a", "b"}, {"b", "a"}, {"a", "a"}});
}
rc::Gen<events::Instant> due_date() {
  return one_of<events::Instant>({kYesterday, kNow, kNow + 1h, kTomorrow});
}
rc::Gen<std::int32_t> warning_offset() {
  return one_of<std::int32_t>({-1, 0, 60, 64'000});
}
rc::Gen<events::Priority> priority() {
  return one_of<events::Priority>({events::Priority::Low, events::Priority::Medium, events::Priority::Urgent});
}

EditTask an_edit() {
  return {{.title = *maybe(title()),
           .description = *maybe(maybe(title())),
           .priority = *maybe(priority()),
           .tags = *maybe(tags()),
           .due_date = *maybe(maybe(due_date())),
           .warning_offset_minutes = *maybe(maybe(warning_offset()))}};
}

TaskCommand a_command() {
  const auto reason = *maybe(title());
  switch (*rc::gen::inRange(0, 19)) {
    case 0:
      return DeleteTask{reason};
    case 12:
    case 13:
      return PostponeTask{*one_of<std::chrono::seconds>({0s, 1h, 48h})};
    case 14:
      return ClaimTask{*one_of<events::UserId>({kAnn, kBen})};
    case 15:
    case 16:
      return LockTask{*one_of<std::int32_t>({0, 60, 3'600})};
    case 17:
    case 18:
      return UnlockTask{};
    case 1:
    case 2:
      return UnassignTask{reason};
    case 3:
    case 4:
      return AssignTask{*one_of<events::UserId>({kAnn, kBen}), reason};
    case 5:
    case 6:
    case 7:
    case 8:
      return ChangeStatus{static_cast<events::Status>(*rc::gen::inRange(0, 6)), reason};
    default:
      return an_edit();
  }
}

// Created, led on by events of any kind, now and then under a lock.
class TaskHistory : public History<TaskState> {
 public:
  TaskHistory() : History(events::StreamId::of(examples::kTask), creation()) {}
  const TaskState& task() const { return state(); }

 private:
  static Event creation() { return *one_of<Event>({events::TaskCreated{.title = "Write"}, examples::full_task()}); }
};

bool is_bound_by_lock(const TaskState& task, const DecisionContext& context) {
  return task.lock && task.lock->holder != context.asker.actor &&
         context.now < task.lock->expires_at + context.max_clock_skew;
}

// What a conflict is told by: the fields that the command said it would change are those that its event changes.
void check_fields(const TaskState& before, const TaskCommand& command, const Event& event) {
  if (std::holds_alternative<DeleteTask>(command)) return;  // nobody is told of a conflict with it: the task is gone
  const bool are_the_same = fields_to_change(before, command) == events::fields_changed_by(event);
  RC_ASSERT(are_the_same);
}

void check_again(const TaskState& after, const TaskCommand& command, const DecisionContext& context) {
  const Decision again = decide(&after, command, context);
  const bool may_leave_it_closed =
      std::holds_alternative<ChangeStatus>(command) || std::holds_alternative<UnlockTask>(command);
  if (std::holds_alternative<DeleteTask>(command)) {
    RC_ASSERT((again.has_error() && std::holds_alternative<TaskIsDeleted>(again.error())));
  } else if (is_closed(after.status) && !may_leave_it_closed) {
    RC_FAIL("a command that a closed task does not take cannot have led here");
  } else if (const auto* postpone = std::get_if<PostponeTask>(&command)) {
    // The one command that is relative: it adds up, which is why it comes with a key or a version.
    const events::Event further = events::TaskEdited{{.due_date = *after.due_date + postpone->by}};
    const bool adds_up = again.has_value() && *again == further;
    RC_ASSERT(adds_up);
  } else {
    RC_ASSERT((again.has_value() && !again->has_value()));
  }
}

TEST(Deciding, AgainOnTheResultingStateDecidesNothing) {
  int happenings = 0;
  int rejections = 0;
  int idlings = 0;
  EXPECT_TRUE(rc::check([&] {
    TaskHistory history;
    const int steps = *rc::gen::inRange(1, 20);
    for (int i = 0; i < steps && !history.task().deleted; ++i) {
      if (*rc::gen::inRange(0, 8) == 0) {
        const auto expires_at = *one_of<events::Instant>({kNow, kNow + 1h});
        history.append(
            events::TaskLocked{.holder = "ann", .since = kYesterday, .expires_at = expires_at, .fencing_token = 2});
      }
      const DecisionContext context{.now = *one_of<events::Instant>({kNow, kNow + 2s, kNow + 2h}),
                                    .asker = {.actor = *one_of<std::string>({"ann", "ben"})}};
      const TaskCommand command = a_command();
      const TaskState before = history.task();
      const Decision decision = decide(&before, command, context);
      const bool happened = decision && *decision;
      ++(happened ? happenings : decision.has_error() ? rejections : idlings);
      if (is_bound_by_lock(before, context)) RC_ASSERT(decision.has_error());
      if (!happened) continue;
      history.append(**decision);
      const bool changed = history.task() != before;
      RC_ASSERT(changed);
      check_fields(before, command, **decision);
      check_again(history.task(), command, context);
    }
  }));
  // The histories are worth something only if all three come up.
  EXPECT_GT(std::min({happenings, rejections, idlings}), 20);
}

TEST(Deciding, TwiceOnTheSameStateDecidesTheSame) {
  EXPECT_TRUE(rc::check([] {
    TaskHistory history;
    const DecisionContext context{.now = kNow, .asker = {.actor = "ann"}};
    const TaskCommand command = a_command();
    const Decision first = decide(&history.task(), command, context);
    const Decision second = decide(&history.task(), command, context);
    const bool are_the_same = first.has_value() ? second.has_value() && *first == *second : second.has_error();
    RC_ASSERT(are_the_same);
  }));
}

}  // namespace
}  // namespace taskstream::command
