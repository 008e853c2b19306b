#include <gtest/gtest.h>

#include "command-service/domain/access.hpp"
#include "events/contract/event.hpp"
#include "tests/support/examples.hpp"

namespace taskstream::command {
namespace {

using namespace examples;
using events::Status;
using events::TaskState;

const Asker kMember{.actor = kAnn.to_string(), .reach = Reach::OwnTasks};
const std::vector<Asker> kWithEveryTask = {{.actor = kActor, .reach = Reach::EveryTask},
                                           {.actor = kActor, .reach = Reach::EveryLock}};

TaskState task_of(std::string creator, std::optional<events::UserId> assignee, Status status = Status::InProgress) {
  return {.id = kTask, .title = "x", .status = status, .assignee_id = assignee, .created_by = std::move(creator)};
}

const TaskState kCreated = task_of(kAnn.to_string(), kBen);
const TaskState kAssigned = task_of("somebody", kAnn);
const TaskState kUnassigned = task_of("somebody", std::nullopt);
const TaskState kClosed = task_of("somebody", std::nullopt, Status::Completed);
const TaskState kOfOthers = task_of("somebody", kBen);

const std::vector<TaskCommand> kAllButClaim = {EditTask(),     PostponeTask(), ChangeStatus(), AssignTask(),
                                               UnassignTask(), LockTask(),     UnlockTask(),   DeleteTask()};

TEST(AMember, SeesAndChangesWhatItCreatedOrHas) {
  for (const TaskState& task : {kCreated, kAssigned}) {
    EXPECT_TRUE(may_see(kMember, task));
    for (const TaskCommand& command : kAllButClaim) EXPECT_TRUE(may_ask(kMember, command, task)) << command.index();
    EXPECT_TRUE(may_ask(kMember, ClaimTask(), task));
  }
}

TEST(AMember, KeepsSightOfItsOwnTasksWhenTheyAreClosedOrDeleted) {
  for (TaskState task : {kCreated, kAssigned}) {
    task.status = Status::Cancelled;
    EXPECT_TRUE(may_see(kMember, task));
    task.deleted = true;
    EXPECT_TRUE(may_see(kMember, task));
  }
}

TEST(AMember, MayOnlyClaimWhatNobodyHas) {
  EXPECT_TRUE(may_see(kMember, kUnassigned));
  EXPECT_TRUE(may_ask(kMember, ClaimTask(), kUnassigned));
  for (const TaskCommand& command : kAllButClaim) {
    EXPECT_FALSE(may_ask(kMember, command, kUnassigned)) << command.index();
  }
}

TEST(AMember, DoesNotSeeWhatOthersHaveNorWhatIsClosedAndNobodys) {
  EXPECT_FALSE(may_see(kMember, kOfOthers));
  EXPECT_FALSE(may_see(kMember, kClosed));
  EXPECT_EQ(as_seen_by(kMember, kOfOthers), events::State());
  EXPECT_EQ(as_seen_by(kMember, kAssigned), events::State(kAssigned));
}

TEST(AMember, IsTheAssigneeInWhateverCaseItsNameIsSpelled) {
  const events::UserId user = events::UserId::parse("aaaaaaaa-1111-4111-8111-111111111111").value();
  EXPECT_TRUE(may_see({.actor = "AAAAAAAA-1111-4111-8111-111111111111"}, task_of("somebody", user)));
}

TEST(AMember, ThatIsNoUserHasWhatItCreatedAlone) {
  const Asker robot{.actor = "robot"};
  EXPECT_TRUE(may_see(robot, task_of("robot", kBen)));
  EXPECT_TRUE(may_see(robot, kUnassigned));
  EXPECT_FALSE(may_see(robot, kOfOthers));
}

TEST(AMember, IsWhoeverIsNotSaidToBeMore) {
  EXPECT_EQ(Asker().reach, Reach::OwnTasks);
}

TEST(ManagersAndAdmins, SeeAndChangeEveryTask) {
  for (const Asker& asker : kWithEveryTask) {
    for (const TaskState& task : {kCreated, kAssigned, kUnassigned, kClosed, kOfOthers}) {
      EXPECT_TRUE(may_see(asker, task));
      for (const TaskCommand& command : kAllButClaim) EXPECT_TRUE(may_ask(asker, command, task)) << command.index();
    }
  }
}

TEST(Everybody, SeesUsersWhole) {
  const events::State user = events::UserState{.id = kBen, .email = "ben@example.org"};
  EXPECT_TRUE(may_see(kMember, user));
  EXPECT_EQ(as_seen_by(kMember, user), user);
}

}  // namespace
}  // namespace taskstream::command
