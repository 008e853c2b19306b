#include "command-service/domain/email_address.hpp"
#include "events/contract/envelope.hpp"
#include "tests/core/replicas.hpp"

namespace taskstream::command {
namespace {

using events::EmailClaimed;
using events::Event;
using events::RecordedEvent;
using events::StreamId;
using events::UserId;

const UserId kAnn = *UserId::parse("11111111-1111-4111-8111-111111111111");
const UserId kBen = *UserId::parse("22222222-2222-4222-8222-222222222222");
const StreamId kAddress = email_stream("ann@example.org");

CommandRequest on_user(const UserId& user, UserCommand command, Expectation expectation = {}) {
  return {.stream = StreamId::of(user),
          .command = std::move(command),
          .expectation = std::move(expectation),
          .asker = anybody("ann")};
}
UserCommand registration(std::string email = "ann@example.org") {
  return RegisterUser{.first_name = "Ann", .last_name = "Lee", .email = std::move(email)};
}
UserCommand move_to(std::string email) {
  return EditUser{{.email = std::move(email)}};
}
CommandRequest on_task(TaskCommand command) {
  return {.stream = StreamId::of(kTask), .command = std::move(command), .asker = anybody("ann")};
}

RecordedEvent event_in(const Append& append) {
  return *events::read_event(append.record, *events::read_envelope(append.record, append.partition, 1));
}

class UsersTest : public ReplicaTest {
 protected:
  // What was appended first lands, and is read everywhere.
  RecordedEvent land(Instance& instance) {
    const Append append = instance.take_append();
    instance.report_appended(append, log.append(append.record));
    a.read_all();
    b.read_all();
    return event_in(append);
  }
  void register_user(const UserId& user, std::string email = "ann@example.org") {
    a.send(on_user(user, registration(std::move(email))));
    land(a);
    land(a);
  }
  // Somebody else's record lands, and is read everywhere.
  void land_foreign(const StreamId& stream, std::int64_t version, Event event) {
    log.append(events::to_record({.stream = stream,
                                  .id = events::EventId(events::make_uuid_v7(++foreign_, {})),
                                  .version = {version},
                                  .context = {.source = "/elsewhere", .time = {}, .actor = "eve"},
                                  .event = std::move(event)}));
    a.read_all();
    b.read_all();
  }
  void let_barrier_pass(Instance& instance) {
    while (instance.asks_end()) instance.answer_end();
  }

  std::int64_t foreign_ = 0;
};

TEST_F(UsersTest, ClaimTheirAddressBeforeTheyAreRegistered) {
  const Ticket ticket = a.send(on_user(kAnn, registration()));
  const RecordedEvent claim = land(a);
  EXPECT_EQ(claim.stream, kAddress);
  EXPECT_EQ(claim.event, Event(EmailClaimed{.user_id = kAnn, .user_version = {1}}));
  EXPECT_EQ(a.answer(ticket), nullptr);
  const RecordedEvent registered = land(a);
  EXPECT_EQ(registered.stream, StreamId::of(kAnn));
  const auto* success = a.answer_as<Succeeded>(ticket);
  ASSERT_NE(success, nullptr);
  EXPECT_EQ(success->event_id, registered.id);
  EXPECT_EQ(std::get<events::UserState>(success->state).email, "ann@example.org");
}

TEST_F(UsersTest, AreRefusedTheAddressOfSomebodyElseOnlyAfterABarrier) {
  register_user(kAnn);
  const Ticket ticket = a.send(on_user(kBen, registration("ANN@example.org")));
  EXPECT_EQ(a.answer(ticket), nullptr);
  let_barrier_pass(a);
  EXPECT_TRUE(a.refused_as<EmailIsTaken>(ticket));
}

TEST_F(UsersTest, ClaimAgainWhenTheirVersionWasTaken) {
  register_user(kAnn);
  const Ticket ticket = a.send(on_user(kAnn, move_to("lee@example.org")));
  EXPECT_EQ(land(a).event, Event(EmailClaimed{.user_id = kAnn, .user_version = {2}}));
  const Append edit = a.take_append();
  land_foreign(StreamId::of(kAnn), 2, events::UserDeactivated{});
  EXPECT_EQ(land(a).event, Event(EmailClaimed{.user_id = kAnn, .user_version = {3}}));
  EXPECT_EQ(land(a).version, StreamVersion{3});
  EXPECT_NE(a.answer_as<Succeeded>(ticket), nullptr);
}

TEST_F(UsersTest, GiveUpTheirClaimWithTheVersionThatTheyExpected) {
  register_user(kAnn);
  const Ticket ticket = a.send(on_user(kAnn, move_to("lee@example.org"), at_version(1)));
  land(a);
  const Append edit = a.take_append();
  land_foreign(StreamId::of(kAnn), 2, events::UserDeactivated{});
  EXPECT_NE(a.answer_as<VersionConflict>(ticket), nullptr);
  a.let_pass(20ms);
  EXPECT_FALSE(a.appends_something()) << "before the user's partition was confirmed";
  let_barrier_pass(a);
  const RecordedEvent released = land(a);
  EXPECT_EQ(released.event, Event(events::EmailReleased{.user_id = kAnn, .user_version = {2}}));
  EXPECT_EQ(released.stream, email_stream("lee@example.org"));
  EXPECT_EQ(released.context.actor, "system:release-orphan-claims");
  EXPECT_TRUE(released.context.causation_id.has_value());
}

TEST_F(UsersTest, FreeTheAddressThatTheyLeave) {
  register_user(kAnn);
  a.send(on_user(kAnn, move_to("lee@example.org")));
  land(a);
  const RecordedEvent moved = land(a);
  let_barrier_pass(a);
  const RecordedEvent released = land(a);
  EXPECT_EQ(released.stream, kAddress);
  EXPECT_EQ(released.context.causation_id, moved.id.to_string());
  let_barrier_pass(a);
  EXPECT_FALSE(a.appends_something());
}

TEST_F(UsersTest, NeedNoClaimForTheirOwnAddressInOtherLetters) {
  register_user(kAnn);
  const Ticket ticket = a.send(on_user(kAnn, move_to("Ann@Example.org")));
  EXPECT_EQ(land(a).stream, StreamId::of(kAnn));
  EXPECT_NE(a.answer_as<Succeeded>(ticket), nullptr);
}

TEST_F(UsersTest, LoseTheirVersionBeforeAnOrphanedClaimIsReleased) {
  land_foreign(kAddress, 1, EmailClaimed{.user_id = kAnn, .user_version = {1}});
  a.let_pass(100ms);
  EXPECT_FALSE(a.asks_end()) << "its user record is mostly on its way";
  a.let_pass(10s);
  let_barrier_pass(a);
  const RecordedEvent lapsed = land(a);
  EXPECT_EQ(lapsed.stream, StreamId::of(kAnn));
  EXPECT_EQ(lapsed.event, Event(events::UserClaimLapsed{.email_hash = std::string(kAddress.id())}));
  let_barrier_pass(a);
  EXPECT_EQ(land(a).event, Event(events::EmailReleased{.user_id = kAnn, .user_version = {1}}));
}

TEST_F(UsersTest, DoNotClaimOverALaterClaimOfTheirOwn) {
  register_user(kAnn);
  land_foreign(email_stream("lee@example.org"), 1, EmailClaimed{.user_id = kAnn, .user_version = {3}});
  const Ticket ticket = a.send(on_user(kAnn, move_to("lee@example.org")));
  EXPECT_FALSE(a.appends_something());
  // The version that the claim speaks of comes to light behind the barrier, and only then is it clear what it is worth.
  land_foreign(StreamId::of(kAnn), 2, events::UserDeactivated{});
  let_barrier_pass(a);
  EXPECT_EQ(land(a).stream, StreamId::of(kAnn));
  EXPECT_NE(a.answer_as<Succeeded>(ticket), nullptr);
}

TEST_F(UsersTest, AreNotToldThatNothingHappenedOnceTheirClaimIsInTheLog) {
  const Ticket ticket = a.send(on_user(kAnn, registration()));
  const RecordedEvent claim = land(a);
  a.report(a.take_append(), {.status = AppendOutcome::Status::NotAppended, .reason = "no"});
  const auto* unknown = a.answer_as<OutcomeUnknown>(ticket);
  ASSERT_NE(unknown, nullptr);
  EXPECT_EQ(unknown->event_id, claim.id);
}

TEST_F(UsersTest, LoseTheirOpenTasksWhenTheyAreDeactivated) {
  register_user(kAnn);
  a.send(on_task(CreateTask{.title = "x", .assignee_id = kAnn}));
  land(a);
  a.send(on_user(kAnn, DeactivateUser{}));
  const RecordedEvent deactivated = land(a);
  EXPECT_FALSE(a.appends_something()) << "before the user's partition was confirmed";
  let_barrier_pass(a);
  const RecordedEvent unassigned = land(a);
  EXPECT_EQ(unassigned.stream, StreamId::of(kTask));
  EXPECT_TRUE(std::holds_alternative<events::TaskUnassigned>(unassigned.event));
  EXPECT_EQ(unassigned.context.actor, "system:unassign-deactivated");
  EXPECT_EQ(unassigned.context.causation_id, deactivated.id.to_string());
}

TEST_F(UsersTest, KeepTheTasksThatTheyGotAgainMeanwhile) {
  register_user(kAnn);
  a.send(on_task(CreateTask{.title = "x", .assignee_id = kAnn}));
  land(a);
  a.send(on_user(kAnn, DeactivateUser{}));
  land(a);
  land_foreign(StreamId::of(kAnn), 3, events::UserReactivated{});
  let_barrier_pass(a);
  EXPECT_FALSE(a.appends_something());
}

TEST_F(UsersTest, AreLookedAtAgainWhereTheTaskChangedUnderTheBarrier) {
  register_user(kAnn);
  a.send(on_task(CreateTask{.title = "x", .assignee_id = kAnn}));
  land(a);
  a.send(on_user(kAnn, DeactivateUser{}));
  land(a);
  land_foreign(StreamId::of(kTask), 2, events::TaskEdited{{.title = "y"}});
  a.answer_end();
  EXPECT_FALSE(a.appends_something()) << "the barrier was begun before the task had this version";
  a.answer_end();
  EXPECT_EQ(land(a).version, StreamVersion{3});
}

TEST_F(UsersTest, AreSeenToByTheOthersOnlyAMomentLater) {
  register_user(kAnn);
  a.send(on_task(CreateTask{.title = "x", .assignee_id = kAnn}));
  land(a);
  a.send(on_user(kAnn, DeactivateUser{}));
  land(a);
  EXPECT_FALSE(b.asks_end());
  b.let_pass(3s);
  let_barrier_pass(b);
  EXPECT_TRUE(std::holds_alternative<events::TaskUnassigned>(land(b).event));
  let_barrier_pass(a);
  EXPECT_FALSE(a.appends_something()) << "it is done already";
}

TEST_F(UsersTest, LoseTheTaskThatIsReopened) {
  register_user(kAnn);
  a.send(on_task(CreateTask{.title = "x", .assignee_id = kAnn}));
  land(a);
  a.send(on_task(ChangeStatus{.to = events::Status::Cancelled}));
  land(a);
  a.send(on_user(kAnn, DeactivateUser{}));
  land(a);
  let_barrier_pass(a);
  EXPECT_FALSE(a.appends_something()) << "a closed task keeps its assignee";
  a.send(on_task(ChangeStatus{.to = events::Status::NotStarted}));
  land(a);
  let_barrier_pass(a);
  EXPECT_TRUE(std::holds_alternative<events::TaskUnassigned>(land(a).event));
}

TEST_F(UsersTest, LoseTheTasksBehindOneThatNobodyCanReadAnyMore) {
  const StreamId unreadable = StreamId::of(*events::TaskId::parse("00000000-0000-4000-8000-000000000001"));
  register_user(kAnn);
  land_foreign(unreadable, 1, events::TaskCreated{.title = "x", .assignee_id = kAnn});
  events::Record record = log.records.back().record;
  for (events::Header& header : record.headers) {
    if (header.name == "ce_streamversion") header.value = "2";
    if (header.name == "ce_type") header.value = "taskstream.task.teleported.v1";
  }
  log.append(record);
  a.read_all();
  a.send(on_task(CreateTask{.title = "y", .assignee_id = kAnn}));
  land(a);
  a.send(on_user(kAnn, DeactivateUser{}));
  land(a);
  let_barrier_pass(a);
  EXPECT_EQ(land(a).stream, StreamId::of(kTask));
}

TEST_F(UsersTest, AreFoundByAnInstanceThatStartsLater) {
  register_user(kAnn);
  a.send(on_task(CreateTask{.title = "x", .assignee_id = kAnn}));
  land(a);
  a.send(on_user(kAnn, DeactivateUser{}));
  land(a);
  Instance later{log, 0xC};
  later.let_pass(20ms);
  let_barrier_pass(later);
  EXPECT_TRUE(std::holds_alternative<events::TaskUnassigned>(event_in(later.take_append()).event));
}

}  // namespace
}  // namespace taskstream::command
