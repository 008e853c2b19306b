#include "projection-service/readmodel/task_list.hpp"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/projection/dice.hpp"
#include "tests/projection/read_model.hpp"

namespace taskstream::projection::testing {
namespace {

nlohmann::json items_of(const ListPage& page) {
  return nlohmann::json::parse("[" + page.items + "]");
}

TEST(TaskList, ShowsARowWhoseKeyStaysPutExactlyOnceWhileOthersChange) {
  const std::uint64_t seed = seed_of_this_run();
  SCOPED_TRACE("TASKSTREAM_SEED=" + std::to_string(seed));
  Dice dice(seed);
  ReadModel model;
  std::map<int, std::int64_t> versions;
  for (int task = 0; task < 100; ++task) {
    model.append(recorded(task_id(static_cast<std::uint8_t>(task)), versions[task] = 1, dice.creation(), task));
  }
  model.deliver();
  TaskQueries queries = model.queries();
  TaskListQuery query{.filter = {}, .sort = {.key = SortKey::Title, .descending = false}, .limit = 7};
  std::multiset<std::string> seen;
  do {
    const ListPage page = queries.list_tasks(query);
    for (const auto& item : items_of(page)) seen.insert(item.at("taskId").get<std::string>());
    query.after = page.next;
    // Even tasks move about in the order, and some go; odd ones change in other ways only.
    for (int i = 0; i < 10; ++i) {
      const int task = dice.below(100);
      const std::int64_t version = ++versions[task];
      const events::Event event =
          task % 2 == 1    ? events::Event(events::TaskStatusChanged{.from = {}, .to = dice.status()})
          : dice.one_in(5) ? events::Event(events::TaskDeleted{})
                           : events::Event(events::TaskEdited{.changes = {.title = dice.title()}});
      model.append(recorded(task_id(static_cast<std::uint8_t>(task)), version, event, 200));
    }
    model.deliver();
  } while (query.after);
  for (int task = 1; task < 100; task += 2)
    EXPECT_EQ(seen.count(task_id(static_cast<std::uint8_t>(task)).to_string()), 1U) << task;
}

TEST(TaskList, IsGivenUpAtTheTimeLimit) {
  ReadModel model;
  for (int i = 0; i < 250; ++i) {
    model.append(recorded(events::StreamId::of(events::TaskId(events::make_uuid_v7(i, {}))), 1,
                          events::TaskCreated{.title = "t"}, i));
  }
  model.deliver();
  {
    // Rows enough that counting them takes longer than a millisecond.
    sqlite::Database database(model.path(), sqlite::Database::Mode::ReadWrite);
    database.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) INSERT INTO tasks "
        "(stream_no, id, version, deleted, quarantined, status, priority, created_by, created_at, updated_at, title, "
        "body, change_partition, change_offset) SELECT i, randomblob(16), 1, 0, 0, 0, 0, 'ada', i, i, 't', '{}', 0, i "
        "FROM n");
  }
  TaskQueries hurried(model.path(), std::chrono::milliseconds(1));
  EXPECT_THROW(hurried.list_tasks(
                   {.filter = {.priorities = {events::Priority::High, events::Priority::Low}}, .with_total = true}),
               QueryTooLong);
  EXPECT_FALSE(hurried.find_task(task_id(1), Sight::everything()).token.empty());
  {
    // Words that all of them have: the full text index is read by statements of its own, which are given up too.
    sqlite::Database database(model.path(), sqlite::Database::Mode::ReadWrite);
    database.execute("INSERT INTO task_words (rowid, words) SELECT stream_no, 'common common' || id FROM tasks");
  }
  EXPECT_THROW(hurried.list_tasks({.filter = {.words = {"comm"}}}), QueryTooLong);
  EXPECT_FALSE(hurried.find_task(task_id(1), Sight::everything()).token.empty());
}

}  // namespace
}  // namespace taskstream::projection::testing
