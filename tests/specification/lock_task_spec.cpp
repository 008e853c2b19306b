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
using events::TaskUnlocked;

const TaskCreated kTask{.title = "x"};
// Held by the actor until now.
const TaskLocked kLock{.holder = kActor, .since = kYesterday, .expires_at = kNow, .fencing_token = 2};
const TaskLocked kLockOfAnother{
    .holder = kSomebodyElse, .since = kYesterday, .expires_at = kTomorrow, .fencing_token = 2};
constexpr auto kSkew = 2s;

TEST(LockTask, TakesTheLockUntilItsTimeIsOver) {
  Given({kTask})
      .When(LockTask{60})
      .Then(TaskLocked{.holder = kActor, .since = kNow, .expires_at = kNow + 60s, .fencing_token = 2});
}

TEST(LockTask, FencesWithTheVersionThatTookTheLock) {
  const TaskEdited edited{{.title = "y"}};
  Given({kTask, edited, edited})
      .When(LockTask{1})
      .Then(TaskLocked{.holder = kActor, .since = kNow, .expires_at = kNow + 1s, .fencing_token = 4});
}

TEST(LockTask, RenewedInTimeKeepsSinceAndToken) {
  Given({kTask, kLock})
      .At(kNow - 1us)
      .When(LockTask{60})
      .Then(TaskLocked{.holder = kActor, .since = kYesterday, .expires_at = kNow - 1us + 60s, .fencing_token = 2});
}

TEST(LockTask, TakenAgainByItsHolderAfterItExpiredIsNew) {
  Given({kTask, kLock})
      .At(kNow)
      .When(LockTask{60})
      .Then(TaskLocked{.holder = kActor, .since = kNow, .expires_at = kNow + 60s, .fencing_token = 3});
}

TEST(LockTask, ChangesNothingAskedAgainAtTheSameMoment) {
  const TaskLocked just_taken{.holder = kActor, .since = kNow, .expires_at = kNow + 60s, .fencing_token = 2};
  Given({kTask, just_taken}).When(LockTask{60}).ThenNothingChanges();
}

TEST(LockTask, IsForOthersOnceItHasExpiredAndClocksMayNoLongerDiffer) {
  const auto refused =
      Given({kTask, kLock}).As(kSomebodyElse).At(kNow + kSkew - 1us).When(LockTask{60}).ThenRejectedAs<TaskIsLocked>();
  EXPECT_EQ(refused.holder, kActor);
  EXPECT_EQ(refused.expires_at, kNow);
  const auto then = kNow + kSkew;
  Given({kTask, kLock})
      .As(kSomebodyElse)
      .At(then)
      .When(LockTask{60})
      .Then(TaskLocked{.holder = kSomebodyElse, .since = then, .expires_at = then + 60s, .fencing_token = 3});
}

TEST(LockTask, IsRejectedOutsideOfOneSecondToAnHour) {
  Given({kTask}).When(LockTask{0}).ThenInvalid({"ttlSeconds"});
  Given({kTask}).When(LockTask{3'601}).ThenInvalid({"ttlSeconds"});
  Given({kTask})
      .When(LockTask{3'600})
      .Then(TaskLocked{.holder = kActor, .since = kNow, .expires_at = kNow + 1h, .fencing_token = 2});
}

TEST(LockTask, IsRejectedWhenTheTaskIsClosedForItsHolderToo) {
  const TaskStatusChanged close{.from = Status::InProgress, .to = Status::Completed};
  Given({kTask, close}).When(LockTask{60}).ThenRejectedAs<TaskIsClosed>();
  Given({kTask, kLock, close}).At(kNow - 1s).When(LockTask{60}).ThenRejectedAs<TaskIsClosed>();
}

TEST(LockTask, IsRejectedWhereThereIsNoTaskOrItIsDeleted) {
  Given({}).When(LockTask{60}).ThenRejectedAs<TaskIsMissing>();
  Given({kTask, TaskDeleted{}}).When(LockTask{60}).ThenRejectedAs<TaskIsDeleted>();
}

TEST(UnlockTask, ReleasesTheHoldersLock) {
  Given({kTask, kLock}).At(kNow - 1s).When(UnlockTask{}).Then(TaskUnlocked{.holder = kActor, .reason = "released"});
}

TEST(UnlockTask, ChangesNothingWhereNothingIsLocked) {
  Given({kTask}).When(UnlockTask{}).ThenNothingChanges();
  Given({kTask, kLock, TaskUnlocked{.holder = kActor, .reason = "released"}}).When(UnlockTask{}).ThenNothingChanges();
}

TEST(UnlockTask, IsRejectedForOthersUntilTheLockHasExpiredAndClocksMayNoLongerDiffer) {
  Given({kTask, kLockOfAnother}).When(UnlockTask{}).ThenRejectedAs<TaskIsLocked>();
  Given({kTask, kLockOfAnother}).At(kTomorrow + kSkew - 1us).When(UnlockTask{}).ThenRejectedAs<TaskIsLocked>();
  Given({kTask, kLockOfAnother})
      .At(kTomorrow + kSkew)
      .When(UnlockTask{})
      .Then(TaskUnlocked{.holder = kSomebodyElse, .reason = "expired"});
}

TEST(UnlockTask, TellsAnExpiredLockAsExpiredToItsHolderToo) {
  Given({kTask, kLock}).At(kNow + 1s).When(UnlockTask{}).Then(TaskUnlocked{.holder = kActor, .reason = "released"});
  Given({kTask, kLock}).At(kNow + kSkew).When(UnlockTask{}).Then(TaskUnlocked{.holder = kActor, .reason = "expired"});
}

TEST(UnlockTask, IsTakenByAClosedTask) {
  const TaskStatusChanged close{.from = Status::InProgress, .to = Status::Completed};
  Given({kTask, kLock, close})
      .At(kNow - 1s)
      .When(UnlockTask{})
      .Then(TaskUnlocked{.holder = kActor, .reason = "released"});
}

TEST(UnlockTask, IsRejectedWhereThereIsNoTaskOrItIsDeleted) {
  Given({}).When(UnlockTask{}).ThenRejectedAs<TaskIsMissing>();
  Given({kTask, kLock, TaskDeleted{}}).When(UnlockTask{}).ThenRejectedAs<TaskIsDeleted>();
}

TEST(ALock, BindsEveryChangeOfOthers) {
  const std::vector<TaskCommand> commands = {EditTask{{.title = "y"}},
                                             PostponeTask{1h},
                                             ChangeStatus{.to = Status::Blocked},
                                             AssignTask{.assignee_id = kAnn},
                                             ClaimTask{kAnn},
                                             UnassignTask{},
                                             LockTask{60},
                                             UnlockTask{},
                                             DeleteTask{}};
  static_assert(std::variant_size_v<TaskCommand> == 10, "nine commands change a task, and one creates it");
  const TaskCreated assigned{.title = "x", .assignee_id = kAnn, .due_date = kTomorrow};
  for (const TaskCommand& command : commands) {
    SCOPED_TRACE("alternative " + std::to_string(command.index()));
    Given({assigned, kLockOfAnother}).With(Reach::EveryTask).When(command).ThenRejectedAs<TaskIsLocked>();
  }
}

TEST(ALock, BindsNobodyWhoHasEveryLock) {
  Given({kTask, kLockOfAnother}).With(Reach::EveryLock).When(EditTask{{.title = "y"}}).Then(TaskEdited{{.title = "y"}});
  Given({kTask, kLockOfAnother})
      .With(Reach::EveryLock)
      .When(UnlockTask{})
      .Then(TaskUnlocked{.holder = kSomebodyElse, .reason = "released"});
  Given({kTask, kLockOfAnother})
      .With(Reach::EveryLock)
      .When(LockTask{60})
      .Then(TaskLocked{.holder = kActor, .since = kNow, .expires_at = kNow + 60s, .fencing_token = 3});
}

}  // namespace
}  // namespace taskstream::command
