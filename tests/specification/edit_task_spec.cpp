#include "tests/support/specification.hpp"

namespace taskstream::command {
namespace {

using namespace specification;
using events::Priority;
using events::Status;
using events::TaskChanges;
using events::TaskCreated;
using events::TaskDeleted;
using events::TaskEdited;
using events::TaskLocked;
using events::TaskStatusChanged;

const TaskCreated kFull = examples::full_task();
const EditTask kNewTitle{{.title = "Finish the guide"}};

TEST(EditTask, ChangesEveryField) {
  const TaskChanges changes{.title = "Finish the guide",
                            .description = "With more examples",
                            .priority = Priority::Urgent,
                            .tags = std::vector<std::string>{"docs"},
                            .due_date = kTomorrow + 1h,
                            .warning_offset_minutes = 30};
  Given({kFull}).When(EditTask{changes}).Then(TaskEdited{changes});
}

TEST(EditTask, StoresOnlyWhatDiffers) {
  Given({kFull})
      .When(EditTask{{.title = "Finish the guide", .description = kFull.description, .priority = Priority::High}})
      .Then(TaskEdited{{.title = "Finish the guide"}});
}

TEST(EditTask, ClearsWhatCanBeEmpty) {
  const TaskChanges clearing{.description = std::optional<std::string>(),
                             .tags = std::vector<std::string>(),
                             .due_date = std::optional<events::Instant>(),
                             .warning_offset_minutes = std::optional<std::int32_t>()};
  Given({kFull}).When(EditTask{clearing}).Then(TaskEdited{clearing});
}

TEST(EditTask, TellsAnEmptyDescriptionFromNone) {
  const TaskChanges emptied{.description = std::optional<std::string>("")};
  Given({TaskCreated{.title = "x"}}).When(EditTask{emptied}).Then(TaskEdited{emptied});
}

TEST(EditTask, TakesTagsInAnotherOrderAsAChange) {
  const TaskChanges turned{.tags = std::vector<std::string>{"guide", "docs"}};
  Given({kFull}).When(EditTask{turned}).Then(TaskEdited{turned});
}

TEST(EditTask, ChangesNothingWhenNothingIsAsked) {
  Given({kFull}).When(EditTask{}).ThenNothingChanges();
}

TEST(EditTask, ChangesNothingWhenAllValuesAreThereAlready) {
  Given({kFull, TaskEdited{kNewTitle.changes}}).When(kNewTitle).ThenNothingChanges();
  Given({TaskCreated{.title = "x"}})
      .When(EditTask{{.description = std::optional<std::string>(), .tags = std::vector<std::string>()}})
      .ThenNothingChanges();
}

TEST(EditTask, IsRejectedWhereThereIsNoTask) {
  Given({}).When(kNewTitle).ThenRejectedAs<TaskIsMissing>();
}

TEST(EditTask, IsRejectedWhenTheTaskIsDeleted) {
  Given({kFull, TaskDeleted{}}).When(kNewTitle).ThenRejectedAs<TaskIsDeleted>();
  Given({kFull, TaskDeleted{}}).When(EditTask{{.title = ""}}).ThenRejectedAs<TaskIsDeleted>();
}

TEST(EditTask, IsRejectedWithEveryValueThatIsOutOfBounds) {
  Given({kFull})
      .When(EditTask{{.title = "",
                      .description = times(4'001, "x"),
                      .tags = std::vector<std::string>{"a,b"},
                      .due_date = kNow,
                      .warning_offset_minutes = -1}})
      .ThenInvalid({"title", "description", "tags/0", "dueDate", "warningOffset"});
}

TEST(EditTask, MayRepeatADueDateThatHasPassedMeanwhileButNotMoveItIntoThePast) {
  const auto later = *kFull.due_date + 1h;
  const auto with_due_date = [](events::Instant due) { return EditTask{{.title = "y", .due_date = due}}; };
  Given({kFull}).At(later).When(with_due_date(*kFull.due_date)).Then(TaskEdited{{.title = "y"}});
  Given({kFull}).At(later).When(with_due_date(*kFull.due_date + 1us)).ThenInvalid({"dueDate"});
}

TEST(EditTask, IsRejectedWhenTheTaskIsClosedEvenWhereNothingWouldChange) {
  for (const Status closed : {Status::Completed, Status::Cancelled}) {
    const TaskStatusChanged close{.from = Status::InProgress, .to = closed};
    Given({kFull, close}).When(kNewTitle).ThenRejectedAs<TaskIsClosed>();
    Given({kFull, close}).When(EditTask{}).ThenRejectedAs<TaskIsClosed>();
  }
}

TEST(EditTask, IsForTheHolderAloneWhileTheTaskIsLocked) {
  const TaskLocked lock{.holder = kActor, .since = kYesterday, .expires_at = kNow, .fencing_token = 2};
  const auto before_expiry = kNow - 1us;
  Given({kFull, lock}).At(before_expiry).When(kNewTitle).Then(TaskEdited{kNewTitle.changes});
  const auto refused =
      Given({kFull, lock}).As(kSomebodyElse).At(before_expiry).When(kNewTitle).ThenRejectedAs<TaskIsLocked>();
  EXPECT_EQ(refused.holder, kActor);
  EXPECT_EQ(refused.expires_at, kNow);
}

TEST(EditTask, IsForEverybodyOnceTheLockHasExpiredAndClocksMayNoLongerDiffer) {
  const TaskLocked lock{.holder = kActor, .since = kYesterday, .expires_at = kNow, .fencing_token = 2};
  Given({kFull, lock}).As(kSomebodyElse).At(kNow + 2s - 1us).When(kNewTitle).ThenRejectedAs<TaskIsLocked>();
  Given({kFull, lock}).As(kSomebodyElse).At(kNow + 2s).When(kNewTitle).Then(TaskEdited{kNewTitle.changes});
}

TEST(EditTask, IsRejectedForItsValuesBeforeTheLockAndForTheLockBeforeTheRules) {
  const TaskLocked lock{.holder = kSomebodyElse, .since = kYesterday, .expires_at = kTomorrow, .fencing_token = 2};
  const TaskStatusChanged close{.from = Status::InProgress, .to = Status::Completed};
  Given({kFull, lock, close}).When(EditTask{{.title = ""}}).ThenInvalid({"title"});
  Given({kFull, lock, close}).When(kNewTitle).ThenRejectedAs<TaskIsLocked>();
  Given({kFull, lock}).When(EditTask{}).ThenRejectedAs<TaskIsLocked>();
}

}  // namespace
}  // namespace taskstream::command
