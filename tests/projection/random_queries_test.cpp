#include <gtest/gtest.h>

#include <iostream>
#include <map>
#include <nlohmann/json.hpp>

#include "events/fold/state_json.hpp"
#include "projection-service/readmodel/word_cutter.hpp"
#include "tests/projection/dice.hpp"
#include "tests/projection/naive_model.hpp"
#include "tests/projection/read_model.hpp"

namespace taskstream::projection::testing {
namespace {

constexpr int kEvents = 2'400;
constexpr int kTasks = 150;
constexpr int kUsers = 40;
constexpr int kQueries = 10'000;

// One random history, as the projection keeps it and as a naive model does.
struct Twins {
  explicit Twins(std::uint64_t seed)
      : dice(seed), model({.batch_records = 64, .cache_bytes = 20'000, .live_lag_records = 0}) {
    std::map<events::StreamId, std::int64_t> versions;
    for (int i = 0; i < kEvents; ++i) {
      const bool of_user = dice.one_in(6);
      const auto number = static_cast<std::uint8_t>(dice.below(of_user ? kUsers : kTasks));
      const auto stream = of_user ? events::StreamId::of(user_id(number)) : events::StreamId::of(task_id(number));
      const std::int64_t version = ++versions[stream];
      events::Event event = of_user        ? version == 1 ? dice.registration() : dice.user_change()
                                   : version == 1 ? dice.creation()
                                           : dice.change();
      auto record = recorded(stream, version, std::move(event), dice.below(40));
      record.context.actor = dice.actor();
      naive.apply(record);
      model.append(record);
    }
    model.deliver(50);
  }

  Dice dice;
  ReadModel model;
  NaiveModel naive;
};

// The ids of all items, page by page.
template <class Query, class List>
std::vector<std::string> read_pages(Query query, const char* id, std::size_t expected, List list) {
  std::vector<std::string> ids;
  std::size_t pages = 0;
  do {
    const ListPage page = list(query);
    for (const auto& item : nlohmann::json::parse("[" + page.items + "]")) ids.push_back(item.at(id));
    EXPECT_EQ(*page.total, static_cast<std::int64_t>(expected));
    query.after = page.next;
  } while (query.after && ++pages <= expected);
  return ids;
}

template <class State>
std::vector<std::string> ids_of(const std::vector<State>& states) {
  std::vector<std::string> ids;
  for (const State& state : states) ids.push_back(state.id.to_string());
  return ids;
}

TEST(RandomQueries, AreAnsweredAsByANaiveModel) {
  const std::uint64_t seed = seed_of_this_run();
  std::cout << "TASKSTREAM_SEED=" << seed << "\n";
  Twins twins(seed);
  ASSERT_TRUE(twins.model.failures.empty()) << twins.model.failures.front();
  Dice& dice = twins.dice;
  // One sorts whatever it can; the other, which takes five tasks for many, walks.
  TaskQueries sorting(twins.model.path(), std::chrono::milliseconds(0));
  TaskQueries walking(twins.model.path(), std::chrono::milliseconds(0), 5);
  WordCutter cutter;
  std::size_t answered = 0;
  for (int i = 0; i < kQueries; ++i) {
    TaskListQuery query{.filter = dice.filter(),
                        .sort = dice.sort(),
                        .limit = 1 + dice.below(30),
                        .with_total = true,
                        .sight = dice.sight(),
                        .now = dice.now()};
    const std::string text = dice.one_in(3) ? dice.search() : std::string();
    query.filter.words = cutter.cut(text);
    SCOPED_TRACE("query " + std::to_string(i) + ": " + spelling_of(query));
    const auto expected = ids_of(twins.naive.list(query, text));
    TaskQueries& queries = dice.one_in(2) ? sorting : walking;
    ASSERT_EQ(read_pages(query, "taskId", expected.size(), [&](const auto& q) { return queries.list_tasks(q); }),
              expected);
    answered += expected.empty() ? 0 : 1;
  }
  EXPECT_GT(answered, kQueries / 10U) << "most questions found nothing: they prove little";
}

TEST(RandomQueries, FindUsersAsANaiveModelDoes) {
  const std::uint64_t seed = seed_of_this_run();
  std::cout << "TASKSTREAM_SEED=" << seed << "\n";
  Twins twins(seed);
  TaskQueries sorting(twins.model.path(), std::chrono::milliseconds(0));
  TaskQueries walking(twins.model.path(), std::chrono::milliseconds(0), 2);
  WordCutter cutter;
  for (int i = 0; i < 500; ++i) {
    UserListQuery query{.limit = 1 + twins.dice.below(10), .with_total = true};
    if (twins.dice.one_in(2)) query.active = twins.dice.one_in(2);
    const std::string text = twins.dice.one_in(2) ? twins.dice.search() : std::string();
    query.words = cutter.cut(text);
    SCOPED_TRACE(spelling_of(query));
    const auto expected = ids_of(twins.naive.users(query, text));
    TaskQueries& queries = twins.dice.one_in(2) ? sorting : walking;
    ASSERT_EQ(read_pages(query, "userId", expected.size(), [&](const auto& q) { return queries.list_users(q); }),
              expected);
  }
}

TEST(RandomQueries, CountAsANaiveModelDoes) {
  const std::uint64_t seed = seed_of_this_run();
  std::cout << "TASKSTREAM_SEED=" << seed << "\n";
  Twins twins(seed);
  TaskQueries queries = twins.model.queries();
  for (int i = 0; i < 200; ++i) {
    const Sight sight = twins.dice.sight();
    const events::Instant now = twins.dice.now();
    const TaskStats expected = twins.naive.stats(sight, now);
    const TaskStats counted = task_stats(queries.connection(), sight, now);
    ASSERT_EQ(counted.total, expected.total);
    ASSERT_EQ(counted.by_status, expected.by_status);
    ASSERT_EQ(counted.by_priority, expected.by_priority);
    ASSERT_EQ(counted.of_nobody, expected.of_nobody);
    ASSERT_EQ(counted.overdue, expected.overdue);
    ASSERT_EQ(counted.by_assignee, expected.by_assignee);
  }
}

TEST(RandomQueries, FindEveryStateWhole) {
  const std::uint64_t seed = seed_of_this_run();
  std::cout << "TASKSTREAM_SEED=" << seed << "\n";
  Twins twins(seed);
  TaskQueries queries = twins.model.queries();
  for (const auto& task : twins.naive.list({}))
    EXPECT_EQ(queries.find_task(task.id, Sight::everything()).body, events::task_json(task));
  for (const auto& user : twins.naive.users({})) {
    EXPECT_EQ(find_user(queries.connection(), user.id).body, events::user_json(user));
  }
}

}  // namespace
}  // namespace taskstream::projection::testing
