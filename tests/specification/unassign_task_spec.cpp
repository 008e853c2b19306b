#include "tests/support/specification.hpp"

namespace taskstream::command {
namespace {

using namespace specification;
using events::Status;
using events::TaskCreated;
using events::TaskDeleted;
using events::TaskLocked;
using events::TaskStatusChanged;
using events::TaskUnassigned;

const TaskCreated kAssigned{.title = "x", .assignee_id = kAnn};
const TaskStatusChanged kClose{.from = Status::InProgress, .to = Status::Completed};

TEST(UnassignTask, TellsWhoHadItAndWhy) {
  Given({kAssigned})
      .When(UnassignTask{.reason = "ill"})
      .Then(TaskUnassigned{.previous_assignee_id = kAnn, .reason = "ill"});
}

TEST(UnassignTask, ChangesNothingTheSecondTime) {
  Given({kAssigned, TaskUnassigned{.previous_assignee_id = kAnn}}).When(UnassignTask{}).ThenNothingChanges();
}

TEST(UnassignTask, IsRejectedWithAReasonThatIsTooLong) {
  Given({kAssigned}).When(UnassignTask{.reason = times(1'001, "x")}).ThenInvalid({"reason"});
}

TEST(UnassignTask, IsRejectedWhenTheTaskIsClosedEvenIfNobodyHasIt) {
  Given({kAssigned, kClose}).When(UnassignTask{}).ThenRejectedAs<TaskIsClosed>();
  Given({TaskCreated{.title = "x"}, kClose}).When(UnassignTask{}).ThenRejectedAs<TaskIsClosed>();
}

TEST(UnassignTask, IsRejectedWhereThereIsNoTaskOrItIsDeleted) {
  Given({}).When(UnassignTask{}).ThenRejectedAs<TaskIsMissing>();
  Given({kAssigned, TaskDeleted{}}).When(UnassignTask{}).ThenRejectedAs<TaskIsDeleted>();
}

TEST(UnassignTask, IsRejectedWhenSomebodyElseHoldsTheLock) {
  const TaskLocked lock{.holder = kSomebodyElse, .since = kYesterday, .expires_at = kTomorrow, .fencing_token = 2};
  Given({kAssigned, lock}).When(UnassignTask{}).ThenRejectedAs<TaskIsLocked>();
}

}  // namespace
}  // namespace taskstream::command
