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
using events::TaskUnassigned;

const TaskCreated kUnassigned{.title = "x"};

TEST(ClaimTask, TakesWhatNobodyHas) {
  Given({kUnassigned}).When(ClaimTask{kAnn}).Then(TaskAssigned{.assignee_id = kAnn});
  Given({kUnassigned, TaskAssigned{.assignee_id = kBen}, TaskUnassigned{.previous_assignee_id = kBen}})
      .When(ClaimTask{kAnn})
      .Then(TaskAssigned{.assignee_id = kAnn});
}

TEST(ClaimTask, ChangesNothingForWhoHasItAlready) {
  Given({kUnassigned, TaskAssigned{.assignee_id = kAnn}}).When(ClaimTask{kAnn}).ThenNothingChanges();
}

TEST(ClaimTask, IsRejectedWhileSomebodyElseHasIt) {
  Given({kUnassigned, TaskAssigned{.assignee_id = kBen}}).When(ClaimTask{kAnn}).ThenRejectedAs<TaskIsAssigned>();
}

TEST(ClaimTask, IsRejectedWhenTheTaskIsClosed) {
  const TaskStatusChanged close{.from = Status::NotStarted, .to = Status::Cancelled};
  Given({kUnassigned, close}).When(ClaimTask{kAnn}).ThenRejectedAs<TaskIsClosed>();
}

TEST(ClaimTask, IsRejectedForSomebodyWhoIsNoUserOrIsDeactivated) {
  Given({kUnassigned}).For(Assignee::Unknown).When(ClaimTask{kAnn}).ThenInvalid({"userId"});
  Given({kUnassigned}).For(Assignee::Inactive).When(ClaimTask{kAnn}).ThenRejectedAs<UserIsInactive>();
  Given({kUnassigned, TaskAssigned{.assignee_id = kAnn}})
      .For(Assignee::Inactive)
      .When(ClaimTask{kAnn})
      .ThenRejectedAs<UserIsInactive>();
}

TEST(ClaimTask, IsRejectedWhereThereIsNoTaskOrItIsDeleted) {
  Given({}).When(ClaimTask{kAnn}).ThenRejectedAs<TaskIsMissing>();
  Given({kUnassigned, TaskDeleted{}}).When(ClaimTask{kAnn}).ThenRejectedAs<TaskIsDeleted>();
}

TEST(ClaimTask, IsRejectedForTheLockBeforeTheAssignee) {
  const TaskLocked lock{.holder = kSomebodyElse, .since = kYesterday, .expires_at = kTomorrow, .fencing_token = 3};
  Given({kUnassigned, TaskAssigned{.assignee_id = kBen}, lock}).When(ClaimTask{kAnn}).ThenRejectedAs<TaskIsLocked>();
}

}  // namespace
}  // namespace taskstream::command
