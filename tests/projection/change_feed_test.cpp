#include "projection-service/readmodel/change_feed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "tests/projection/read_model.hpp"

namespace taskstream::projection::testing {
namespace {

using Gone = ChangedTask::Gone;

// Of a type that is not known here.
void append_unknown(ReadModel& model, const events::TaskId& task, std::int64_t version) {
  auto unknown = events::to_record(recorded(task, version, events::TaskDeleted{}));
  for (events::Header& header : unknown.headers) {
    if (header.name == "ce_type") header.value = "taskstream.task.painted.v1";
  }
  model.append(unknown, events::partition_of(events::StreamId::of(task).to_string(), model.identity.partitions));
}

TEST(ChangeFeed, WalksToTheEndThatItsFirstPageSaw) {
  ReadModel model;
  for (std::uint8_t i = 1; i <= 5; ++i) model.append(recorded(task_id(i), 1, events::TaskCreated{.title = "t"}));
  model.deliver();
  TaskQueries queries = model.queries();
  ChangePage page = queries.changes({.limit = 2});
  std::size_t items = page.items.size();
  EXPECT_TRUE(page.more);
  // Whoever writes on and on cannot keep a reader from arriving.
  for (std::int64_t version = 2; page.more; ++version) {
    for (std::uint8_t i = 1; i <= 5; ++i) {
      model.append(recorded(task_id(i), version, events::TaskEdited{.changes = {.title = std::to_string(version)}}));
    }
    model.deliver();
    page = queries.changes({.since = page.next, .limit = 2});
    items += page.items.size();
    ASSERT_LE(version, 10);
  }
  EXPECT_EQ(items, 2U);  // the others have moved on, behind the end
  EXPECT_FALSE(page.next.walk);
  std::size_t again = 0;
  do {
    page = queries.changes({.since = page.next, .limit = 2});
    again += page.items.size();
  } while (page.more);
  EXPECT_EQ(again, 5U);
}

TEST(ChangeFeed, TellsWhatIsGoneAndHow) {
  ReadModel model;
  const Sight sight = Sight::of_member(user_id(1));
  model.append(recorded(task_id(1), 1, events::TaskCreated{.title = "given away", .assignee_id = user_id(1)}));
  model.append(recorded(task_id(2), 1, events::TaskCreated{.title = "deleted", .assignee_id = user_id(1)}));
  model.append(recorded(task_id(3), 1, events::TaskCreated{.title = "claimed by another"}));
  model.append(recorded(task_id(4), 1, events::TaskCreated{.title = "never seen", .assignee_id = user_id(2)}));
  model.deliver();
  TaskQueries queries = model.queries();
  const ChangePage first = queries.changes({.since = {}, .sight = sight});
  EXPECT_EQ(first.items.size(), 3U);

  model.append(recorded(task_id(1), 2, events::TaskAssigned{.assignee_id = user_id(2)}));
  model.append(recorded(task_id(1), 3, events::TaskDeleted{}));
  model.append(recorded(task_id(2), 2, events::TaskDeleted{}));
  model.append(recorded(task_id(3), 2, events::TaskAssigned{.assignee_id = user_id(2)}));
  model.append(recorded(task_id(4), 2, events::TaskDeleted{}));
  model.deliver();
  const ChangePage page = queries.changes({.since = first.next, .sight = sight});
  std::map<events::Uuid, std::pair<Gone, std::int64_t>> told;
  for (const ChangedTask& item : page.items) told[item.id] = {item.gone, item.version};
  // The deletion of a task that had been given away is no business of the one who had it.
  EXPECT_EQ(told, (std::map<events::Uuid, std::pair<Gone, std::int64_t>>{{task_id(1).uuid(), {Gone::Left, 2}},
                                                                         {task_id(2).uuid(), {Gone::Deleted, 2}},
                                                                         {task_id(3).uuid(), {Gone::Left, 2}}}));
  EXPECT_EQ(queries.changes({.since = first.next}).items.size(), 4U);
}

TEST(ChangeFeed, TellsNothingOfHowATaskLeft) {
  ReadModel model;
  model.append(recorded(task_id(1), 1, events::TaskCreated{.title = "a", .assignee_id = user_id(1)}));
  model.deliver();
  const events::ChangeToken then = model.queries().changes({}).next;
  model.append(recorded(task_id(1), 2, events::TaskAssigned{.assignee_id = user_id(2)}));
  model.append(recorded(task_id(1), 3, events::TaskEdited{.changes = {.title = "secret"}}));
  model.deliver();
  const ChangePage page =
      model.queries().changes({.since = then, .sight = Sight::of_member(user_id(1)), .with_spans = true});
  ASSERT_EQ(page.items.size(), 1U);
  EXPECT_EQ(page.items[0].gone, Gone::Left);
  EXPECT_EQ(page.items[0].version, 2);
  EXPECT_TRUE(page.items[0].body.empty());
  EXPECT_FALSE(page.items[0].span);
}

events::TaskId one_of_many(int number) {
  events::Uuid::Bytes bytes = task_id(1).uuid().bytes();
  bytes[1] = static_cast<std::uint8_t>(number >> 8);
  bytes[2] = static_cast<std::uint8_t>(number);
  return events::TaskId(events::Uuid(bytes));
}

// A task that is given away has two rows at one place: its own, which may not be seen, and one that says that it left.
TEST(ChangeFeed, TellsAllThatLeftWhereverItsPagesEnd) {
  ReadModel model({}, 1);
  constexpr int kTasks = 1'100;
  model.append(recorded(one_of_many(0), 1, events::TaskCreated{.title = "never theirs", .assignee_id = user_id(2)}));
  for (int i = 1; i <= kTasks; ++i) {
    model.append(recorded(one_of_many(i), 1, events::TaskCreated{.title = "theirs", .assignee_id = user_id(1)}));
    model.append(recorded(one_of_many(i), 2, events::TaskAssigned{.assignee_id = user_id(2)}));
  }
  model.deliver();
  TaskQueries queries = model.queries();
  std::size_t left = 0;
  ChangePage page{.token = {}, .items = {}, .next = {}, .more = true};
  while (page.more) {
    page = queries.changes({.since = page.next, .sight = Sight::of_member(user_id(1)), .limit = 10'000});
    left += page.items.size();
  }
  EXPECT_EQ(left, std::size_t{kTasks});
}

TEST(ChangeFeed, EndsItsPagesHoweverLittleAMemberSees) {
  ReadModel model;
  constexpr int kTasks = 2'500;
  for (int i = 0; i < kTasks; ++i) {
    model.append(recorded(one_of_many(i), 1, events::TaskCreated{.title = "not theirs", .assignee_id = user_id(2)}));
  }
  model.deliver();
  TaskQueries queries = model.queries();
  const ChangePage first = queries.changes({.since = {}, .sight = Sight::of_member(user_id(1))});
  EXPECT_TRUE(first.items.empty());
  EXPECT_TRUE(first.more);
  const ChangePage second = queries.changes({.since = first.next, .sight = Sight::of_member(user_id(1))});
  EXPECT_TRUE(second.items.empty());
  EXPECT_FALSE(second.more);
}

TEST(ChangeFeed, TellsASpanFromTheBaseToNow) {
  ReadModel model;
  model.append(recorded(task_id(1), 1, events::TaskCreated{.title = "a"}));
  model.deliver();
  TaskQueries queries = model.queries();
  const ChangePage first = queries.changes({.with_spans = true});
  ASSERT_EQ(first.items.size(), 1U);
  EXPECT_TRUE(first.items[0].span->before.empty());
  for (std::int64_t version = 2; version <= 200; ++version) {
    model.append(recorded(task_id(1), version, events::TaskEdited{.changes = {.title = std::to_string(version)}}));
  }
  model.deliver();
  const ChangePage page = queries.changes({.since = first.next, .with_spans = true});
  ASSERT_EQ(page.items.size(), 1U);
  const ChangeSpan& span = *page.items[0].span;
  EXPECT_EQ(span.before, first.items[0].body);
  EXPECT_NE(span.last_event.find(R"("version":200,)"), std::string::npos);
}

// Whoever is in the midst of a walk knows each task that is still to come as it was at the walk's beginning.
TEST(ChangeFeed, TellsSpansFromTheBaseOfTheWalkOnEveryPage) {
  ReadModel model({}, 1);
  for (std::uint8_t i = 1; i <= 2; ++i) model.append(recorded(task_id(i), 1, events::TaskCreated{.title = "a"}));
  model.deliver();
  TaskQueries queries = model.queries();
  const events::ChangeToken base = queries.changes({}).next;
  for (std::int64_t version = 2; version <= 3; ++version) {
    for (std::uint8_t i = 1; i <= 2; ++i) {
      model.append(recorded(task_id(i), version, events::TaskEdited{.changes = {.title = std::to_string(version)}}));
    }
  }
  model.deliver();
  const ChangePage first = queries.changes({.since = base, .limit = 1, .with_spans = true});
  const ChangePage second = queries.changes({.since = first.next, .limit = 1, .with_spans = true});
  for (const ChangePage& page : {first, second}) {
    ASSERT_EQ(page.items.size(), 1U);
    EXPECT_NE(page.items[0].span->before.find(R"("title":"a")"), std::string::npos) << page.items[0].span->before;
  }
  EXPECT_NE(first.items[0].id, second.items[0].id);
}

// A task that changes before its page comes has moved behind the end. What the walk would have told of it, it tells all
// the same: a span that begins at the end knows nothing of it.
TEST(ChangeFeed, TellsWithSpansWhatATaskWasAtTheEndThoughItMovedOn) {
  ReadModel model({}, 1);
  const auto edit = [&](std::uint8_t task, std::int64_t version, const char* tag) {
    model.append(recorded(task_id(task), version, events::TaskEdited{.changes = {.tags = {{tag}}}}));
  };
  for (std::uint8_t i = 1; i <= 2; ++i) model.append(recorded(task_id(i), 1, events::TaskCreated{.tags = {"a"}}));
  model.deliver();
  TaskQueries queries = model.queries();
  const events::ChangeToken base = queries.changes({}).next;
  edit(1, 2, "b");
  edit(2, 2, "b");
  model.deliver();
  const ChangePage first = queries.changes({.since = base, .limit = 1, .with_spans = true});
  ASSERT_EQ(first.items.at(0).id, task_id(1).uuid());
  edit(2, 3, "c");
  model.deliver();
  const ChangePage second = queries.changes({.since = first.next, .limit = 1, .with_spans = true});
  ASSERT_EQ(second.items.size(), 1U);
  const ChangedTask& overtaken = second.items[0];
  EXPECT_EQ(overtaken.id, task_id(2).uuid());
  EXPECT_EQ(overtaken.version, 2);
  EXPECT_NE(overtaken.body.find(R"("tags":["b"])"), std::string::npos) << overtaken.body;
  EXPECT_NE(overtaken.span->before.find(R"("tags":["a"])"), std::string::npos) << overtaken.span->before;
  EXPECT_FALSE(second.more);
  const ChangePage next = queries.changes({.since = second.next, .with_spans = true});
  ASSERT_EQ(next.items.size(), 1U);
  EXPECT_EQ(next.items[0].version, 3);
  EXPECT_NE(next.items[0].span->before.find(R"("tags":["b"])"), std::string::npos);
}

TEST(ChangeFeed, TellsWithSpansThatATaskWasDeletedAtTheEndThoughWhatFollowsIsNotUnderstood) {
  ReadModel model({}, 1);
  for (std::uint8_t i = 1; i <= 2; ++i) model.append(recorded(task_id(i), 1, events::TaskCreated{.title = "there"}));
  model.deliver();
  TaskQueries queries = model.queries();
  const events::ChangeToken base = queries.changes({}).next;
  model.append(recorded(task_id(1), 2, events::TaskEdited{.changes = {.title = "still there"}}));
  model.append(recorded(task_id(2), 2, events::TaskDeleted{}));
  model.deliver();
  const ChangePage first = queries.changes({.since = base, .limit = 1, .with_spans = true});
  ASSERT_EQ(first.items.at(0).id, task_id(1).uuid());
  append_unknown(model, task_id(2), 3);
  model.deliver();
  const ChangePage second = queries.changes({.since = first.next, .limit = 1, .with_spans = true});
  ASSERT_EQ(second.items.size(), 1U);
  EXPECT_EQ(second.items[0].id, task_id(2).uuid());
  EXPECT_EQ(second.items[0].version, 2);
  EXPECT_EQ(second.items[0].gone, Gone::Deleted);
}

// A place comes from a client, and with it where a walk ended. Nobody reads the past of what they may not see today.
TEST(ChangeFeed, TellsOfTheEndOfAWalkThatWasMadeUpOnlyWhatMayBeSeenToday) {
  ReadModel model({}, 1);
  model.append(recorded(task_id(1), 1, events::TaskCreated{.title = "nobody's"}));
  model.append(recorded(task_id(2), 1, events::TaskCreated{.title = "nobody's, too"}));
  model.deliver();
  const events::PositionVector then = model.committed();
  model.append(recorded(task_id(1), 2, events::TaskAssigned{.assignee_id = user_id(2)}));
  model.append(recorded(task_id(2), 2, events::TaskAssigned{.assignee_id = user_id(1)}));
  model.deliver();
  const events::ChangeToken made_up{.seen = then, .walk = events::ChangeToken::Walk{.base = {}, .end = then}};
  TaskQueries queries = model.queries();
  const ChangePage page =
      queries.changes({.since = made_up, .sight = Sight::of_member(user_id(1)), .with_spans = true});
  ASSERT_EQ(page.items.size(), 1U);
  EXPECT_EQ(page.items[0].id, task_id(2).uuid());
  EXPECT_EQ(queries.changes({.since = made_up, .with_spans = true}).items.size(), 2U);
  // Where it went is told by the next walk.
  const ChangePage next =
      queries.changes({.since = page.next, .sight = Sight::of_member(user_id(1)), .with_spans = true});
  std::map<events::Uuid, Gone> told;
  for (const ChangedTask& item : next.items) told[item.id] = item.gone;
  EXPECT_EQ(told, (std::map<events::Uuid, Gone>{{task_id(1).uuid(), Gone::Left}, {task_id(2).uuid(), Gone::No}}));
}

TEST(ChangeFeed, EndsItsPagesHoweverMuchHasMovedBehindTheEnd) {
  constexpr int kTasks = 2'500;
  constexpr std::int64_t kLimit = 50;
  ReadModel model;
  for (int i = 0; i < kTasks; ++i) {
    model.append(recorded(one_of_many(i), 1, events::TaskCreated{.title = "then", .assignee_id = user_id(2)}));
  }
  model.deliver();
  TaskQueries queries = model.queries();
  const events::PositionVector then = model.committed();
  for (int i = 0; i < kTasks; ++i) {
    model.append(recorded(one_of_many(i), 2, events::TaskEdited{.changes = {.title = "now"}}));
  }
  model.deliver();
  const events::ChangeToken made_up{.seen = then, .walk = events::ChangeToken::Walk{.base = {}, .end = then}};

  std::map<events::Uuid, int> told;
  ChangePage page{.token = {}, .items = {}, .next = made_up, .more = true};
  while (page.more) {
    page = queries.changes({.since = page.next, .limit = kLimit, .with_spans = true});
    ASSERT_LE(std::ssize(page.items), kLimit);
    for (const ChangedTask& item : page.items) ++told[item.id];
  }
  EXPECT_EQ(told.size(), std::size_t{kTasks});
  EXPECT_TRUE(std::ranges::all_of(told, [](const auto& task) { return task.second == 1; }));
  EXPECT_EQ(page.next.seen, then) << "what has changed since is still to come";

  const Sight of_none = Sight::of_member(user_id(1));
  const ChangePage first = queries.changes({.since = made_up, .sight = of_none, .with_spans = true});
  EXPECT_TRUE(first.items.empty());
  EXPECT_TRUE(first.more);
  const ChangePage second = queries.changes({.since = first.next, .sight = of_none, .with_spans = true});
  EXPECT_TRUE(second.items.empty());
  EXPECT_FALSE(second.more);
}

TEST(ChangeFeed, TellsThatATaskIsQuarantined) {
  ReadModel model;
  model.append(recorded(task_id(1), 1, events::TaskCreated{.title = "a"}));
  model.deliver();
  TaskQueries queries = model.queries();
  const events::ChangeToken before = queries.changes({}).next;
  append_unknown(model, task_id(1), 2);
  model.deliver();
  const ChangePage page = queries.changes({.since = before});
  ASSERT_EQ(page.items.size(), 1U);
  EXPECT_NE(page.items[0].body.find(R"("quarantined":{"version":2)"), std::string::npos);
}

}  // namespace
}  // namespace taskstream::projection::testing
