#include "tests/core/replicas.hpp"

namespace taskstream::command {
namespace {

using events::State;

const events::UserId kAnn = *events::UserId::parse("11111111-1111-4111-8111-111111111111");
const events::UserId kBen = *events::UserId::parse("22222222-2222-4222-8222-222222222222");
const Asker kManager = anybody("eve");

Asker member(const events::UserId& user) {
  return {.actor = user.to_string(), .reach = Reach::OwnTasks};
}

CommandRequest by(Asker asker, TaskCommand command, Expectation expectation = {.kind = Expectation::Kind::Any},
                  std::optional<RequestKey> key = {}) {
  return {.stream = events::StreamId::of(kTask),
          .command = std::move(command),
          .expectation = std::move(expectation),
          .asker = std::move(asker),
          .key = std::move(key)};
}

const RequestKey kKey{.id = "k", .hash = "h"};
const Expectation kAbsent{.kind = Expectation::Kind::Absent};
const Expectation kRequired{.kind = Expectation::Kind::Required};

// A task that the manager has made and given to ann. Ben has no business with it.
class AccessTest : public ReplicaTest {
 protected:
  void SetUp() override {
    land_users({kAnn, kBen});
    done(a, by(kManager, CreateTask{.title = "Write the guide", .assignee_id = kAnn}, kAbsent));
    b.read_all();
  }

  Succeeded done(Instance& at, CommandRequest request) {
    const Ticket ticket = at.send(std::move(request));
    at.land();
    const auto* success = at.answer_as<Succeeded>(ticket);
    EXPECT_NE(success, nullptr);
    return success != nullptr ? *success : Succeeded();
  }

  // What is answered once a barrier has passed, and not before.
  template <class R>
  R confirmed(Instance& at, CommandRequest request) {
    const Ticket ticket = at.send(std::move(request));
    EXPECT_EQ(at.answer(ticket), nullptr) << "answered without a barrier";
    while (at.asks_end()) at.answer_end();
    const auto* result = at.answer_as<R>(ticket);
    EXPECT_NE(result, nullptr);
    return result != nullptr ? *result : R();
  }
  template <class Reason>
  void expect_refused(Instance& at, CommandRequest request) {
    const auto rejection = confirmed<Rejection>(at, std::move(request));
    EXPECT_TRUE(std::holds_alternative<Reason>(rejection)) << rejection.index();
  }

  void take_from_ann() { done(a, by(kManager, AssignTask{.assignee_id = kBen})); }
};

TEST_F(AccessTest, AnswersWhoeverMayNotSeeATaskAsIfThereWereNone) {
  for (const TaskCommand& command :
       {TaskCommand(retitle("x")), TaskCommand(PostponeTask{.by = 1h}), TaskCommand(ChangeStatus{}),
        TaskCommand(AssignTask{.assignee_id = kBen}), TaskCommand(ClaimTask{.user_id = kBen}),
        TaskCommand(UnassignTask()), TaskCommand(LockTask{60}), TaskCommand(UnlockTask()), TaskCommand(DeleteTask())}) {
    expect_refused<TaskIsMissing>(b, by(member(kBen), command));
  }
}

TEST_F(AccessTest, BetraysNothingByVersionLockOrDeletion) {
  expect_refused<TaskIsMissing>(b, by(member(kBen), retitle("x"), at_version(7)));
  expect_refused<TaskIsMissing>(b, by(member(kBen), retitle("x"), at_version(0)));
  expect_refused<TaskIsMissing>(b, by(member(kBen), retitle("x"), kAbsent));
  expect_refused<TaskIsMissing>(b, by(member(kBen), retitle("x"), kRequired));
  done(a, by(member(kAnn), LockTask{60}));
  b.read_all();
  expect_refused<TaskIsMissing>(b, by(member(kBen), UnlockTask()));
  done(a, by(member(kAnn), DeleteTask()));
  b.read_all();
  expect_refused<TaskIsMissing>(b, by(member(kBen), retitle("x")));
  expect_refused<TaskIsDeleted>(b, by(member(kAnn), retitle("x")));
}

TEST_F(AccessTest, TellsWhoPutsATaskOnlyThatTheIdIsTaken) {
  const auto conflict = confirmed<VersionConflict>(b, by(member(kBen), create(), kAbsent));
  EXPECT_EQ(conflict.current, State());
  EXPECT_TRUE(conflict.changes.empty());
  EXPECT_FALSE(conflict.mergeable);
  done(a, by(member(kAnn), DeleteTask()));
  b.read_all();
  EXPECT_EQ(confirmed<VersionConflict>(b, by(member(kBen), create(), kAbsent)).current, State());
  confirmed<PreconditionRequired>(b, by(member(kBen), create(), kRequired));
}

TEST_F(AccessTest, ShowsTheTaskInAConflictToWhoeverSeesIt) {
  EXPECT_EQ(task_in(confirmed<VersionConflict>(b, by(member(kAnn), create(), kAbsent)).current).id, kTask);
}

TEST_F(AccessTest, RefusesWhatIsSeenAndNotTheirsToChange) {
  done(a, by(member(kAnn), UnassignTask()));
  b.read_all();
  expect_refused<TaskMayOnlyBeClaimed>(b, by(member(kBen), retitle("x")));
  expect_refused<TaskMayOnlyBeClaimed>(b, by(member(kBen), retitle("x"), at_version(1)));
  expect_refused<TaskMayOnlyBeClaimed>(b, by(member(kBen), UnlockTask()));
  const Succeeded claimed = done(b, by(member(kBen), ClaimTask{.user_id = kBen}));
  EXPECT_EQ(task_in(claimed.state).assignee_id, kBen);
}

TEST_F(AccessTest, IsAskedAgainWhenARaceWasLost) {
  const Ticket ticket = b.send(by(member(kAnn), retitle("ann's")));
  const Append lost = b.take_append();
  take_from_ann();
  log.append(lost.record);
  b.read_all();
  EXPECT_FALSE(b.appends_something());
  EXPECT_EQ(b.answer(ticket), nullptr) << "a refusal for lack of access takes a barrier too";
  b.answer_end();
  EXPECT_TRUE(b.refused_as<TaskIsMissing>(ticket));
}

TEST_F(AccessTest, TellsWhoClaimsTooLateThatThereIsNothing) {
  done(a, by(member(kAnn), UnassignTask()));
  b.read_all();
  const Ticket ticket = b.send(by(member(kBen), ClaimTask{.user_id = kBen}));
  const Append lost = b.take_append();
  done(a, by(member(kAnn), ClaimTask{.user_id = kAnn}));
  log.append(lost.record);
  b.read_all();
  b.answer_end();
  EXPECT_TRUE(b.refused_as<TaskIsMissing>(ticket));
}

TEST_F(AccessTest, HearsOfWhatGivesSightBeforeItRefuses) {
  done(a, by(member(kAnn), UnassignTask()));
  const Ticket ticket = b.send(by(member(kBen), ClaimTask{.user_id = kBen}));  // not heard here yet
  EXPECT_EQ(b.answer(ticket), nullptr);
  b.read_all();
  b.answer_end();
  b.land();
  EXPECT_NE(b.answer_as<Succeeded>(ticket), nullptr);
}

TEST_F(AccessTest, ShowsNothingToWhoHasGivenTheTaskAway) {
  const Succeeded given = done(a, by(member(kAnn), AssignTask{.assignee_id = kBen}, at_version(1), kKey));
  EXPECT_EQ(given.state, State());
  EXPECT_TRUE(given.event_id);
  const auto replay = confirmed<Succeeded>(a, by(member(kAnn), AssignTask{.assignee_id = kBen}, at_version(1), kKey));
  EXPECT_TRUE(replay.replayed);
  EXPECT_EQ(replay.state, State());
  EXPECT_EQ(replay.event_id, given.event_id);
  EXPECT_EQ(replay.event_version, StreamVersion{2});
}

TEST_F(AccessTest, ShowsAReplayToWhoStillSeesTheTaskAlone) {
  EXPECT_NE(done(a, by(member(kAnn), retitle("x"), at_version(1), kKey)).state, State());
  EXPECT_NE(confirmed<Succeeded>(a, by(member(kAnn), retitle("x"), at_version(1), kKey)).state, State());
  b.read_all();
  take_from_ann();
  // b has not heard of it yet.
  const Ticket ticket = b.send(by(member(kAnn), retitle("x"), at_version(1), kKey));
  EXPECT_EQ(b.answer(ticket), nullptr) << "ann may have lost sight of it";
  b.read_all();
  b.answer_end();
  EXPECT_EQ(b.answer_as<Succeeded>(ticket)->state, State());
}

TEST_F(AccessTest, ConfirmsAnOldConflictToWhoCanLoseSight) {
  done(a, by(kManager, retitle("new")));
  b.read_all();
  take_from_ann();
  const Ticket ticket = b.send(by(member(kAnn), retitle("ann's"), at_version(1)));
  EXPECT_EQ(b.answer(ticket), nullptr);
  b.read_all();
  b.answer_end();
  EXPECT_TRUE(b.refused_as<TaskIsMissing>(ticket));
  const Ticket of_manager = b.send(by(kManager, retitle("eve's"), at_version(1)));
  EXPECT_NE(b.answer_as<VersionConflict>(of_manager), nullptr) << "versions never go back";
}

TEST_F(AccessTest, ReadsATaskToWhoSeesItAlone) {
  const Ticket of_ann = a.read(member(kAnn));
  const Ticket of_ben = a.read(member(kBen));
  while (a.asks_end()) a.answer_end();
  EXPECT_NE(a.answer_as<Succeeded>(of_ann), nullptr);
  EXPECT_TRUE(a.refused_as<TaskIsMissing>(of_ben));
  done(a, by(member(kAnn), DeleteTask()));
  const Ticket deleted_of_ben = a.read(member(kBen));
  const Ticket deleted_of_ann = a.read(member(kAnn));
  while (a.asks_end()) a.answer_end();
  EXPECT_TRUE(a.refused_as<TaskIsMissing>(deleted_of_ben));
  EXPECT_TRUE(a.refused_as<TaskIsDeleted>(deleted_of_ann));
}

TEST_F(AccessTest, HidesAQuarantinedTaskToo) {
  events::Record strange = log.records.back().record;
  for (events::Header& header : strange.headers) {
    if (header.name == "ce_streamversion") header.value = "2";
    if (header.name == "ce_id") header.value = events::make_uuid_v7(1, {}).to_string();
    if (header.name == "ce_type") header.value = "taskstream.task.painted.v1";
  }
  log.append(std::move(strange));
  a.read_all();
  expect_refused<TaskIsMissing>(a, by(member(kBen), retitle("x")));
  EXPECT_EQ(confirmed<VersionConflict>(a, by(member(kBen), create(), kAbsent)).current, State());
  EXPECT_NE(a.answer_as<StreamQuarantined>(a.send(by(member(kAnn), retitle("x")))), nullptr);
}

TEST_F(AccessTest, LetsWhoHasEveryLockPassOthersLocks) {
  done(a, by(member(kAnn), LockTask{60}));
  expect_refused<TaskIsLocked>(a, by(kManager, retitle("x")));
  expect_refused<TaskIsLocked>(a, by(kManager, UnlockTask()));
  const Asker admin{.actor = "root", .reach = Reach::EveryLock};
  EXPECT_EQ(task_in(done(a, by(admin, retitle("x"))).state).lock->holder, kAnn.to_string());
  EXPECT_FALSE(task_in(done(a, by(admin, UnlockTask())).state).lock);
}

}  // namespace
}  // namespace taskstream::command
