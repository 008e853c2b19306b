#include "projection-service/readmodel/change_feed.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "projection-service/projection/project.hpp"
#include "projection-service/readmodel/state_text.hpp"
#include "tests/projection/read_model.hpp"

namespace taskstream::projection::testing {
namespace {

using events::Status;
using events::TaskState;
using Gone = ChangedTask::Gone;

// A client that keeps what it is told, and nothing else.
struct Follower {
  Sight sight;
  ChangeToken at;
  bool more = true;
  std::map<events::Uuid, std::string> tasks;

  void read_page(TaskQueries& queries, std::int64_t limit) {
    const ChangePage page = queries.changes({.since = at, .sight = sight, .limit = limit});
    EXPECT_LE(std::ssize(page.items), limit);
    for (const ChangedTask& item : page.items) {
      if (item.gone == Gone::No) {
        tasks[item.id] = item.body;
      } else {
        tasks.erase(item.id);
      }
    }
    at = page.next;
    more = page.more;
  }
};

// Tasks that anybody does anything with, as fast as a random generator likes.
class Bustle {
 public:
  explicit Bustle(std::uint32_t seed) : random_(seed) {}

  std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_); }

  events::RecordedEvent next() {
    const auto id = task_id(static_cast<std::uint8_t>(deleted_ + below(8)));
    events::State& state = states_[id];
    const auto* task = std::get_if<TaskState>(&state);
    if (task != nullptr && task->deleted) {
      ++deleted_;  // others come instead
      return next();
    }
    auto event = recorded(id, task == nullptr ? 1 : task->version.value + 1, anything(task));
    if (below(2) == 0) event.context.actor = user().to_string();
    state = *events::evolve(state, event);
    return event;
  }
  const std::map<events::TaskId, events::State>& states() const { return states_; }

 private:
  events::UserId user() { return user_id(static_cast<std::uint8_t>(below(3))); }

  events::Event anything(const TaskState* task) {
    if (task == nullptr) {
      events::TaskCreated created{.title = "new"};
      if (below(2) == 0) created.assignee_id = user();
      return created;
    }
    switch (below(10)) {
      case 0:
        return events::TaskDeleted{};
      case 1:
      case 2:
        return events::TaskEdited{.changes = {.title = "edited " + std::to_string(below(1'000))}};
      case 3:
      case 4:
        return events::TaskStatusChanged{.from = task->status, .to = Status::Completed};
      case 5:
        return events::TaskStatusChanged{.from = task->status, .to = Status::InProgress};
      case 6:
      case 7:
        if (task->assignee_id) return events::TaskUnassigned{.previous_assignee_id = *task->assignee_id};
        [[fallthrough]];
      default:
        return events::TaskAssigned{.assignee_id = user(), .previous_assignee_id = task->assignee_id};
    }
  }

  std::mt19937 random_;
  std::size_t deleted_ = 0;
  std::map<events::TaskId, events::State> states_;
};

std::map<events::Uuid, std::string> visible(const std::map<events::TaskId, events::State>& states, const Sight& sight) {
  std::map<events::Uuid, std::string> tasks;
  for (const auto& [id, state] : states) {
    const auto* task = std::get_if<TaskState>(&state);
    if (task != nullptr && !task->deleted && sight.sees(*task)) tasks[id.uuid()] = state_text(state, std::nullopt);
  }
  return tasks;
}

// Whoever reads pages at any moments, from whichever replica has come as far as the token says, from any token that was
// ever given out, holds in the end exactly what may be seen.
TEST(ChangeFeed, BringsEveryClientToWhatTheListsSay) {
  constexpr std::uint32_t kSeeds = 15;
  constexpr int kSteps = 120;
  for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Bustle bustle(seed);
    ReadModel one;
    ReadModel other;
    std::vector<Follower> clients(4);
    for (std::uint8_t i = 0; i < 3; ++i) clients[i].sight = Sight::of_member(user_id(i));
    TaskQueries from_one = one.queries();
    TaskQueries from_other = other.queries();

    for (int step = 0; step < kSteps; ++step) {
      for (std::size_t i = bustle.below(4); i > 0; --i) {
        const auto event = bustle.next();
        one.append(event);
        other.append(event);
      }
      one.deliver_some(bustle.below(5));
      other.deliver_some(bustle.below(5));
      Follower& client = clients[bustle.below(clients.size())];
      const bool asks_one = bustle.below(2) == 0;
      if (!(asks_one ? one : other).committed().covers(client.at.needs())) continue;
      client.read_page(asks_one ? from_one : from_other, 1 + static_cast<std::int64_t>(bustle.below(4)));
      // A copy, as of a device that is put away here and taken out again at the end.
      if (bustle.below(8) == 0) clients.push_back(client);
    }

    // At last a replica that was made from nothing.
    one.deliver();
    ReadModel anew;
    anew.follow(one);
    TaskQueries queries = anew.queries();
    for (Follower& client : clients) {
      // A walk that was under way ends where its first page saw the end; the next one begins there.
      for (int walk = 0; walk < 2; ++walk) {
        do client.read_page(queries, 3);
        while (client.more);
      }
      EXPECT_EQ(client.tasks, visible(bustle.states(), client.sight));
    }
  }
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

events::TaskId one_of_many(int number) {
  events::Uuid::Bytes bytes = task_id(1).uuid().bytes();
  bytes[1] = static_cast<std::uint8_t>(number >> 8);
  bytes[2] = static_cast<std::uint8_t>(number);
  return events::TaskId(events::Uuid(bytes));
}

// A task that is given away has two rows at one place: its own, which may not be seen, and the one that says that it left.
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
    model.append(
        recorded(one_of_many(i), 1, events::TaskCreated{.title = "not theirs", .assignee_id = user_id(2)}));
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

TEST(ChangeFeed, TellsASpanFromItsFirstChangeToNow) {
  ReadModel model;
  model.append(recorded(task_id(1), 1, events::TaskCreated{.title = "a"}));
  model.deliver();
  TaskQueries queries = model.queries();
  const ChangePage first = queries.changes({.with_spans = true});
  ASSERT_EQ(first.items.size(), 1U);
  EXPECT_TRUE(first.items[0].span->from_creation);
  for (std::int64_t version = 2; version <= 4; ++version) {
    model.append(recorded(task_id(1), version, events::TaskEdited{.changes = {.title = std::to_string(version)}}));
  }
  model.deliver();
  const ChangePage page = queries.changes({.since = first.next, .with_spans = true});
  ASSERT_EQ(page.items.size(), 1U);
  const ChangeSpan& span = *page.items[0].span;
  EXPECT_FALSE(span.from_creation);
  ASSERT_EQ(span.first_changes.size(), 1U);
  EXPECT_EQ(span.first_changes[0].field, "title");
  EXPECT_EQ(span.first_changes[0].change, R"({"from":"a","to":"2"})");
  EXPECT_NE(span.last_event.find(R"("version":4,)"), std::string::npos);
}

// Whoever is in the midst of a walk knows each task that is still to come as it was at the walk's beginning.
TEST(ChangeFeed, TellsSpansFromTheBaseOfTheWalkOnEveryPage) {
  ReadModel model({}, 1);
  for (std::uint8_t i = 1; i <= 2; ++i) model.append(recorded(task_id(i), 1, events::TaskCreated{.title = "a"}));
  model.deliver();
  TaskQueries queries = model.queries();
  const ChangeToken base = queries.changes({}).next;
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
    ASSERT_EQ(page.items[0].span->first_changes.size(), 1U);
    EXPECT_EQ(page.items[0].span->first_changes[0].change, R"({"from":"a","to":"2"})");
  }
  EXPECT_NE(first.items[0].id, second.items[0].id);
}

TEST(ChangeFeed, TellsThatATaskIsQuarantined) {
  ReadModel model;
  model.append(recorded(task_id(1), 1, events::TaskCreated{.title = "a"}));
  model.deliver();
  TaskQueries queries = model.queries();
  const ChangeToken before = queries.changes({}).next;
  auto unknown = events::to_record(recorded(task_id(1), 2, events::TaskDeleted{}));
  for (events::Header& header : unknown.headers) {
    if (header.name == "ce_type") header.value = "taskstream.task.painted.v1";
  }
  model.append(unknown, events::partition_of(events::StreamId::of(task_id(1)).to_string(), model.identity.partitions));
  model.deliver();
  const ChangePage page = queries.changes({.since = before});
  ASSERT_EQ(page.items.size(), 1U);
  EXPECT_NE(page.items[0].body.find(R"("quarantined":{"version":2)"), std::string::npos);
}

TaskState task(std::optional<events::UserId> assignee, Status status, std::string created_by = "ada") {
  TaskState state{.id = task_id(1), .title = "t", .status = status, .assignee_id = assignee};
  state.created_by = std::move(created_by);
  return state;
}

TEST(SightLost, IsSaidOfWhoSawTheTaskAndDoesNoMore) {
  const auto ann = user_id(1);
  const auto ben = user_id(2);
  const SightLost everybody{};
  const auto open = Status::InProgress;
  const auto closed = Status::Completed;
  EXPECT_EQ(sight_lost(task({}, open), task(ann, open)), everybody);
  EXPECT_EQ(sight_lost(task({}, open), task({}, closed)), everybody);
  EXPECT_EQ(sight_lost(task(ann, open), task(ben, open)), SightLost{ann});
  EXPECT_EQ(sight_lost(task(ann, closed), task({}, closed)), SightLost{ann});
  // Open and nobody's: all see it, the one who had it too.
  EXPECT_EQ(sight_lost(task(ann, open), task({}, open)), std::nullopt);
  EXPECT_EQ(sight_lost(task(ann, open), task(ann, closed)), std::nullopt);
  EXPECT_EQ(sight_lost(task(ann, open, ann.to_string()), task(ben, open, ann.to_string())), std::nullopt);
  EXPECT_EQ(sight_lost(events::State(), task(ann, open)), std::nullopt);
  TaskState deleted = task({}, open);
  deleted.deleted = true;
  EXPECT_EQ(sight_lost(task({}, open), deleted), std::nullopt);
}

}  // namespace
}  // namespace taskstream::projection::testing
