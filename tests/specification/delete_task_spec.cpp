#include "tests/support/specification.hpp"

namespace taskstream::command {
namespace {

using namespace specification;
using events::Status;
using events::TaskCreated;
using events::TaskDeleted;
using events::TaskLocked;
using events::TaskStatusChanged;

const TaskCreated kTask{.title = "x"};

TEST(DeleteTask, KeepsTheReason) {
  Given({kTask}).When(DeleteTask{.reason = "a duplicate"}).Then(TaskDeleted{.reason = "a duplicate"});
}

TEST(DeleteTask, TakesAClosedTaskToo) {
  Given({kTask, TaskStatusChanged{.from = Status::NotStarted, .to = Status::Cancelled}})
      .When(DeleteTask{})
      .Then(TaskDeleted{});
}

TEST(DeleteTask, IsRejectedTheSecondTimeBecauseTheTaskIsGone) {
  Given({kTask, TaskDeleted{}}).When(DeleteTask{}).ThenRejectedAs<TaskIsDeleted>();
}

TEST(DeleteTask, IsRejectedWhereThereIsNoTask) {
  Given({}).When(DeleteTask{}).ThenRejectedAs<TaskIsMissing>();
}

TEST(DeleteTask, IsRejectedWithAReasonThatIsTooLong) {
  Given({kTask}).When(DeleteTask{.reason = times(1'001, "x")}).ThenInvalid({"reason"});
}

TEST(DeleteTask, IsRejectedWhenSomebodyElseHoldsTheLock) {
  const TaskLocked lock{.holder = kSomebodyElse, .since = kYesterday, .expires_at = kTomorrow, .fencing_token = 2};
  Given({kTask, lock}).When(DeleteTask{}).ThenRejectedAs<TaskIsLocked>();
  Given({kTask, lock}).As(kSomebodyElse).When(DeleteTask{}).Then(TaskDeleted{});
}

}  // namespace
}  // namespace taskstream::command
