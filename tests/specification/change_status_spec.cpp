#include <map>

#include "command-service/domain/transitions.hpp"
#include "tests/support/specification.hpp"

namespace taskstream::command {
namespace {

using namespace specification;
using events::Status;
using events::TaskCreated;
using events::TaskDeleted;
using events::TaskLocked;
using events::TaskStatusChanged;

constexpr std::array kEveryStatus = {Status::NotStarted, Status::InProgress, Status::Blocked,
                                     Status::Deferred,   Status::Completed,  Status::Cancelled};

// The published table, written out once more: the code's own is held against it.
const std::map<Status, std::vector<Status>> kTable = {
    {Status::NotStarted, {Status::InProgress, Status::Blocked, Status::Deferred, Status::Cancelled}},
    {Status::InProgress, {Status::Blocked, Status::Deferred, Status::Completed, Status::Cancelled}},
    {Status::Blocked, {Status::InProgress, Status::Deferred, Status::Cancelled}},
    {Status::Deferred, {Status::NotStarted, Status::InProgress, Status::Cancelled}},
    {Status::Completed, {Status::InProgress}},
    {Status::Cancelled, {Status::NotStarted}}};

TaskCreated task_in(Status status) {
  return {.title = "x", .status = status};
}

TEST(ChangeStatus, GoesWhereTheTableAllowsAndNowhereElse) {
  for (const Status from : kEveryStatus) {
    for (const Status to : kEveryStatus) {
      SCOPED_TRACE(std::string(events::to_string(from)) + " to " + std::string(events::to_string(to)));
      const std::vector<Status>& allowed = kTable.at(from);
      const Decided decided = Given({task_in(from)}).When(ChangeStatus{.to = to});
      if (from == to) {
        decided.ThenNothingChanges();
      } else if (std::ranges::find(allowed, to) != allowed.end()) {
        decided.Then(TaskStatusChanged{.from = from, .to = to});
      } else {
        const auto illegal = decided.ThenRejectedAs<TransitionIsIllegal>();
        EXPECT_EQ(illegal.from, from);
        EXPECT_EQ(illegal.to, to);
        EXPECT_EQ(illegal.allowed, allowed);
      }
    }
  }
}

TEST(ChangeStatus, KeepsTheReason) {
  Given({task_in(Status::InProgress)})
      .When(ChangeStatus{.to = Status::Blocked, .reason = "no power"})
      .Then(TaskStatusChanged{.from = Status::InProgress, .to = Status::Blocked, .reason = "no power"});
}

TEST(ChangeStatus, ReopensAClosedTask) {
  Given({task_in(Status::Completed)})
      .When(ChangeStatus{.to = Status::InProgress})
      .Then(TaskStatusChanged{.from = Status::Completed, .to = Status::InProgress});
}

TEST(ChangeStatus, ChangesNothingTheSecondTimeWhateverTheReason) {
  Given({task_in(Status::NotStarted), TaskStatusChanged{.from = Status::NotStarted, .to = Status::Cancelled}})
      .When(ChangeStatus{.to = Status::Cancelled, .reason = "again"})
      .ThenNothingChanges();
}

TEST(ChangeStatus, IsRejectedWithAReasonThatIsTooLongOrHoldsTheCharacterZero) {
  const auto with_reason = [](std::string reason) { return ChangeStatus{.to = Status::Blocked, .reason = reason}; };
  const std::string longest = times(1'000, "\xC3\xA9");
  Given({task_in(Status::NotStarted)})
      .When(with_reason(longest))
      .Then(TaskStatusChanged{.from = Status::NotStarted, .to = Status::Blocked, .reason = longest});
  Given({task_in(Status::NotStarted)}).When(with_reason(longest + "x")).ThenInvalid({"reason"});
  Given({task_in(Status::NotStarted)}).When(with_reason(std::string("\0", 1))).ThenInvalid({"reason"});
}

TEST(ChangeStatus, IsRejectedWhereThereIsNoTaskOrItIsDeleted) {
  Given({}).When(ChangeStatus{.to = Status::Blocked}).ThenRejectedAs<TaskIsMissing>();
  Given({task_in(Status::NotStarted), TaskDeleted{}})
      .When(ChangeStatus{.to = Status::Blocked})
      .ThenRejectedAs<TaskIsDeleted>();
}

TEST(ChangeStatus, IsRejectedForTheLockBeforeTheTransition) {
  const TaskLocked lock{.holder = kSomebodyElse, .since = kYesterday, .expires_at = kTomorrow, .fencing_token = 2};
  Given({task_in(Status::NotStarted), lock}).When(ChangeStatus{.to = Status::Completed}).ThenRejectedAs<TaskIsLocked>();
}

}  // namespace
}  // namespace taskstream::command
