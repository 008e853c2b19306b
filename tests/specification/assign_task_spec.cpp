#include "tests/support/specification.hpp"

namespace taskstream::command {
namespace {

using namespace specification;
using events::Status;
using events::TaskAssigned;
using events::TaskCreated;
using events::TaskDeleted;
using events::TaskLocked;
using events::TaskStatusChanged;

const TaskCreated kUnassigned{.title = "x"};
const TaskStatusChanged kClose{.from = Status::InProgress, .to = Status::Completed};

TEST(AssignTask, GivesItToSomebody) {
  Given({kUnassigned}).When(AssignTask{.assignee_id = kAnn}).Then(TaskAssigned{.assignee_id = kAnn});
}

TEST(AssignTask, TellsWhoHadItBeforeAndWhy) {
  Given({kUnassigned, TaskAssigned{.assignee_id = kAnn}})
      .When(AssignTask{.assignee_id = kBen, .reason = "holiday"})
      .Then(TaskAssigned{.assignee_id = kBen, .previous_assignee_id = kAnn, .reason = "holiday"});
}

TEST(AssignTask, ChangesNothingForWhoHasItAlready) {
  Given({kUnassigned, TaskAssigned{.assignee_id = kAnn}}).When(AssignTask{.assignee_id = kAnn}).ThenNothingChanges();
}

TEST(AssignTask, IsRejectedWithAReasonThatIsTooLong) {
  Given({kUnassigned}).When(AssignTask{.assignee_id = kAnn, .reason = times(1'001, "x")}).ThenInvalid({"reason"});
}

TEST(AssignTask, IsRejectedWhenTheTaskIsClosedEvenForWhoHasIt) {
  Given({kUnassigned, TaskAssigned{.assignee_id = kAnn}, kClose})
      .When(AssignTask{.assignee_id = kBen})
      .ThenRejectedAs<TaskIsClosed>();
  Given({kUnassigned, TaskAssigned{.assignee_id = kAnn}, kClose})
      .When(AssignTask{.assignee_id = kAnn})
      .ThenRejectedAs<TaskIsClosed>();
}

TEST(AssignTask, IsRejectedForSomebodyWhoIsNoUser) {
  Given({kUnassigned}).For(Assignee::Unknown).When(AssignTask{.assignee_id = kAnn}).ThenInvalid({"userId"});
  Given({kUnassigned, kClose}).For(Assignee::Unknown).When(AssignTask{.assignee_id = kAnn}).ThenInvalid({"userId"});
}

TEST(AssignTask, IsRejectedForAUserWhoIsDeactivatedEvenIfTheyHaveIt) {
  Given({kUnassigned}).For(Assignee::Inactive).When(AssignTask{.assignee_id = kAnn}).ThenRejectedAs<UserIsInactive>();
  Given({kUnassigned, TaskAssigned{.assignee_id = kAnn}})
      .For(Assignee::Inactive)
      .When(AssignTask{.assignee_id = kAnn})
      .ThenRejectedAs<UserIsInactive>();
}

TEST(AssignTask, IsRejectedForTheTaskBeforeTheUserWhoIsDeactivated) {
  const TaskLocked lock{.holder = kSomebodyElse, .since = kYesterday, .expires_at = kTomorrow, .fencing_token = 2};
  const AssignTask to_ann{.assignee_id = kAnn};
  Given({kUnassigned, lock}).For(Assignee::Inactive).When(to_ann).ThenRejectedAs<TaskIsLocked>();
  Given({kUnassigned, kClose}).For(Assignee::Inactive).When(to_ann).ThenRejectedAs<TaskIsClosed>();
}

TEST(AssignTask, IsRejectedWhereThereIsNoTaskOrItIsDeleted) {
  Given({}).When(AssignTask{.assignee_id = kAnn}).ThenRejectedAs<TaskIsMissing>();
  Given({kUnassigned, TaskDeleted{}}).When(AssignTask{.assignee_id = kAnn}).ThenRejectedAs<TaskIsDeleted>();
}

TEST(AssignTask, IsRejectedWhenSomebodyElseHoldsTheLock) {
  const TaskLocked lock{.holder = kSomebodyElse, .since = kYesterday, .expires_at = kTomorrow, .fencing_token = 2};
  Given({kUnassigned, lock}).When(AssignTask{.assignee_id = kAnn}).ThenRejectedAs<TaskIsLocked>();
}

}  // namespace
}  // namespace taskstream::command
