#include "tests/support/specification.hpp"

namespace taskstream::command {
namespace {

using namespace specification;
using events::Status;
using events::TaskCreated;
using events::TaskDeleted;
using events::TaskEdited;
using events::TaskLocked;
using events::TaskStatusChanged;

const TaskCreated kDueTomorrow{.title = "x", .due_date = kTomorrow};
const PostponeTask kByTwoDays{48h};

TEST(PostponeTask, MovesTheDueDateFromWhereverItIs) {
  Given({kDueTomorrow}).When(kByTwoDays).Then(TaskEdited{{.due_date = kTomorrow + 48h}});
}

TEST(PostponeTask, RepeatedAddsUp) {
  Given({kDueTomorrow, TaskEdited{{.due_date = kTomorrow + 48h}}})
      .When(kByTwoDays)
      .Then(TaskEdited{{.due_date = kTomorrow + 96h}});
}

TEST(PostponeTask, BringsAnOverdueTaskBackIntoTheFutureButNotOnlyNearer) {
  const TaskCreated overdue{.title = "x", .due_date = kYesterday};
  Given({overdue}).When(PostponeTask{24h + 1s}).Then(TaskEdited{{.due_date = kNow + 1s}});
  Given({overdue}).When(PostponeTask{24h}).ThenInvalid({"by"});
  Given({overdue}).When(PostponeTask{1h}).ThenInvalid({"by"});
}

TEST(PostponeTask, IsRejectedUnlessItMovesForwardsAndNotTooFar) {
  Given({kDueTomorrow}).When(PostponeTask{0s}).ThenInvalid({"by"});
  Given({kDueTomorrow}).When(PostponeTask{-1s}).ThenInvalid({"by"});
  const auto hundred_years = 24h * 36'525;
  Given({kDueTomorrow}).When(PostponeTask{hundred_years}).Then(TaskEdited{{.due_date = kTomorrow + hundred_years}});
  Given({kDueTomorrow}).When(PostponeTask{hundred_years + 1s}).ThenInvalid({"by"});
}

TEST(PostponeTask, IsRejectedWhenTheYearCouldNoLongerBeWritten) {
  const auto last = examples::instant("9999-12-31T23:59:59Z");
  const TaskCreated nearly_there{.title = "x", .due_date = last - 1s};
  Given({nearly_there}).When(PostponeTask{1s}).Then(TaskEdited{{.due_date = last}});
  Given({nearly_there}).When(PostponeTask{2s}).ThenInvalid({"by"});
}

TEST(PostponeTask, IsRejectedWithoutADueDate) {
  Given({TaskCreated{.title = "x"}}).When(kByTwoDays).ThenRejectedAs<TaskHasNoDueDate>();
}

TEST(PostponeTask, IsRejectedWhenTheTaskIsClosedWhateverItsDueDate) {
  const TaskStatusChanged close{.from = Status::InProgress, .to = Status::Completed};
  Given({kDueTomorrow, close}).When(kByTwoDays).ThenRejectedAs<TaskIsClosed>();
  Given({TaskCreated{.title = "x"}, close}).When(kByTwoDays).ThenRejectedAs<TaskIsClosed>();
}

TEST(PostponeTask, IsRejectedWhereThereIsNoTaskOrItIsDeleted) {
  Given({}).When(kByTwoDays).ThenRejectedAs<TaskIsMissing>();
  Given({kDueTomorrow, TaskDeleted{}}).When(kByTwoDays).ThenRejectedAs<TaskIsDeleted>();
}

TEST(PostponeTask, IsRejectedForItsValueBeforeTheLockAndForTheLockBeforeTheRules) {
  const TaskLocked lock{.holder = kSomebodyElse, .since = kYesterday, .expires_at = kTomorrow, .fencing_token = 2};
  Given({TaskCreated{.title = "x"}, lock}).When(PostponeTask{0s}).ThenInvalid({"by"});
  Given({TaskCreated{.title = "x"}, lock}).When(kByTwoDays).ThenRejectedAs<TaskIsLocked>();
}

}  // namespace
}  // namespace taskstream::command
