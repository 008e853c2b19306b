#include "projection-service/readmodel/task_list.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>
#include <random>
#include <set>

#include "events/fold/state_json.hpp"
#include "tests/projection/random_history.hpp"
#include "tests/projection/read_model.hpp"

namespace taskstream::projection::testing {
namespace {

using events::TaskState;

// The projection once more, naively: every task in a map, every query by looking at all of them.
class NaiveModel {
 public:
  void apply(const events::RecordedEvent& event) {
    events::State& state = states_[event.stream.to_string()];
    state = *events::evolve(state, event);
  }

  std::vector<TaskState> list(const TaskFilter& filter, TaskSort sort) const {
    std::vector<TaskState> tasks;
    for (const auto& [key, state] : states_) {
      const auto& task = std::get<TaskState>(state);
      if (!task.deleted && fits(task, filter)) tasks.push_back(task);
    }
    std::ranges::sort(tasks, [&](const TaskState& a, const TaskState& b) { return before(a, b, sort); });
    return tasks;
  }

 private:
  static bool contains(const auto& values, const auto& value) {
    return values.empty() || std::ranges::find(values, value) != values.end();
  }
  static bool fits(const TaskState& task, const TaskFilter& filter) {
    const bool somebody_fits = task.assignee_id
                                   ? std::ranges::find(filter.assignees, *task.assignee_id) != filter.assignees.end()
                                   : filter.nobody;
    const bool tags_fit = filter.tags.empty() ||
                          std::ranges::any_of(task.tags, [&](const auto& tag) { return contains(filter.tags, tag); });
    return contains(filter.statuses, task.status) && contains(filter.priorities, task.priority) && tags_fit &&
           ((filter.assignees.empty() && !filter.nobody) || somebody_fits) &&
           (!filter.due_before || (task.due_date && *task.due_date < *filter.due_before)) &&
           (!filter.due_after || (task.due_date && *task.due_date >= *filter.due_after));
  }
  template <class Key>
  static bool ordered(const Key& a, const Key& b, const TaskState& task_a, const TaskState& task_b, bool descending) {
    if (a != b) return descending ? b < a : a < b;
    return descending ? task_b.id < task_a.id : task_a.id < task_b.id;
  }
  static bool before(const TaskState& a, const TaskState& b, TaskSort sort) {
    switch (sort.key) {
      case SortKey::CreatedAt:
        return ordered(a.created_at, b.created_at, a, b, sort.descending);
      case SortKey::UpdatedAt:
        return ordered(a.updated_at, b.updated_at, a, b, sort.descending);
      case SortKey::Priority:
        return ordered(a.priority, b.priority, a, b, sort.descending);
      case SortKey::Title:
        return ordered(a.title, b.title, a, b, sort.descending);
      case SortKey::DueDate:
        if (a.due_date.has_value() != b.due_date.has_value()) return a.due_date.has_value();
        return ordered(a.due_date, b.due_date, a, b, sort.descending);
    }
    return false;
  }

  std::map<std::string, events::State> states_;
};

// A history of random events, and random questions about it. Few different values, so that ties and hits are many.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}

  int below(int bound) { return std::uniform_int_distribution<int>(0, bound - 1)(random_); }
  bool one_in(int chances) { return below(chances) == 0; }
  events::Status status() { return static_cast<events::Status>(below(6)); }
  events::Priority priority() { return static_cast<events::Priority>(below(4)); }
  events::UserId user() { return user_id(static_cast<std::uint8_t>(below(4))); }
  std::string title() {
    constexpr const char* kTitles[] = {"a", "B", "ab", "ä", "Z", "z", "日本", "\U0001F600", "b", ""};
    return kTitles[below(10)];
  }
  std::vector<std::string> tags() {
    constexpr const char* kTags[] = {"red", "green", "blue", "Red", "ß"};
    std::set<std::string> tags;
    for (int i = below(4); i > 0; --i) tags.insert(kTags[below(5)]);
    return {tags.begin(), tags.end()};
  }
  std::optional<events::Instant> due() {
    return one_in(3) ? std::nullopt : std::optional(at_second(1'000 + below(20)));
  }
  std::optional<events::UserId> assignee() { return one_in(2) ? std::nullopt : std::optional(user()); }

  events::Event change() {
    switch (below(8)) {
      case 0:
        return events::TaskStatusChanged{.from = {}, .to = status()};
      case 1:
        return events::TaskAssigned{.assignee_id = user()};
      case 2:
        return events::TaskUnassigned{.previous_assignee_id = user()};
      case 3:
        return events::TaskEdited{.changes = {.title = title()}};
      case 4:
        return events::TaskEdited{.changes = {.priority = priority(), .tags = tags()}};
      case 5:
        return events::TaskEdited{.changes = {.due_date = due()}};
      case 6:
        return events::TaskEdited{.changes = {.description = std::optional<std::string>("…")}};
      default:
        if (one_in(4)) return events::TaskDeleted{};
        return events::TaskEdited{.changes = {.tags = tags()}};
    }
  }
  events::Event creation() {
    return events::TaskCreated{.title = title(),
                               .status = status(),
                               .priority = priority(),
                               .tags = tags(),
                               .assignee_id = assignee(),
                               .due_date = due()};
  }
  TaskFilter filter() {
    TaskFilter filter;
    if (one_in(3)) filter.statuses.assign({status()});
    if (one_in(6)) filter.statuses = {events::Status::NotStarted, events::Status::Blocked, events::Status::Cancelled};
    if (one_in(4)) filter.priorities.assign({priority()});
    if (one_in(4)) filter.assignees.assign({user()});
    filter.nobody = one_in(4);
    if (one_in(4)) filter.tags = tags();
    if (one_in(5)) filter.due_before = at_second(1'000 + below(20));
    if (one_in(5)) filter.due_after = at_second(1'000 + below(20));
    return filter;
  }
  TaskSort sort() { return {.key = static_cast<SortKey>(below(5)), .descending = one_in(2)}; }

 private:
  std::mt19937_64 random_;
};

std::vector<std::string> ids_of(const std::vector<TaskState>& tasks) {
  std::vector<std::string> ids;
  for (const TaskState& task : tasks) ids.push_back(task.id.to_string());
  return ids;
}

nlohmann::json items_of(const TaskPage& page) {
  return nlohmann::json::parse("[" + page.items + "]");
}

TEST(TaskList, AnswersRandomQueriesAsANaiveModelDoes) {
  const std::uint64_t seed = seed_of_this_run();
  SCOPED_TRACE("TASKSTREAM_SEED=" + std::to_string(seed));
  Dice dice(seed);
  ReadModel model({.batch_records = 64, .cache_bytes = 20'000, .live_lag_records = 0});
  NaiveModel naive;
  std::map<int, std::int64_t> versions;
  for (int i = 0; i < 1'200; ++i) {
    const int task = dice.below(120);
    const std::int64_t version = ++versions[task];
    const auto event = recorded(task_id(static_cast<std::uint8_t>(task)), version,
                                version == 1 ? dice.creation() : dice.change(), dice.below(40));
    naive.apply(event);
    model.append(event);
  }
  model.deliver(50);
  ASSERT_TRUE(model.failures.empty()) << model.failures.front();

  TaskQueries queries = model.queries();
  for (int i = 0; i < 400; ++i) {
    TaskListQuery query{.filter = dice.filter(), .sort = dice.sort(), .limit = 1 + dice.below(30), .with_total = true};
    SCOPED_TRACE(spelling_of(query));
    const std::vector<TaskState> expected = naive.list(query.filter, query.sort);
    std::vector<std::string> answered;
    std::size_t pages = 0;
    do {
      const TaskPage page = queries.list_tasks(query);
      for (const auto& item : items_of(page)) answered.push_back(item.at("taskId").get<std::string>());
      ASSERT_EQ(*page.total, static_cast<std::int64_t>(expected.size()));
      query.after = page.next;
    } while (query.after && ++pages < 200);
    ASSERT_EQ(answered, ids_of(expected));
  }
  for (const TaskState& task : naive.list({}, {})) {
    EXPECT_EQ(queries.find_task(task.id).body, events::task_json(task));
  }
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
    const TaskPage page = queries.list_tasks(query);
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

// What SQLite says it would do.
std::string plan_of(const ReadModel& model, const TaskListQuery& query) {
  sqlite::Database database(model.path(), sqlite::Database::Mode::ReadOnly);
  std::string plan;
  for (const BoundSql& sql : page_statements(query)) {
    SQLite::Statement explain = database.prepare("EXPLAIN QUERY PLAN " + sql.text);
    while (explain.executeStep()) plan += explain.getColumn(3).getString() + "\n";
  }
  return plan;
}

TEST(TaskList, WalksAnIndexInOrderForItsDefaultOrders) {
  ReadModel model;
  const auto expect_walk = [&](TaskListQuery query, const std::string& index) {
    for (const bool later_page : {false, true}) {
      if (later_page) query.after = Cursor{.key = std::int64_t{1}, .id = {}};
      const std::string plan = plan_of(model, query);
      SCOPED_TRACE(plan);
      EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos);
      EXPECT_NE(plan.find("USING INDEX " + index), std::string::npos);
      EXPECT_EQ(plan.find("SCAN tasks\n"), std::string::npos);
    }
  };
  expect_walk({}, "tasks_by_created");
  for (const bool descending : {false, true}) {
    expect_walk({.sort = {.key = SortKey::CreatedAt, .descending = descending}}, "tasks_by_created");
    expect_walk({.sort = {.key = SortKey::UpdatedAt, .descending = descending}}, "tasks_by_updated");
    expect_walk({.sort = {.key = SortKey::DueDate, .descending = descending}}, "tasks_by_due");
    expect_walk({.sort = {.key = SortKey::Priority, .descending = descending}}, "tasks_by_priority");
    expect_walk({.sort = {.key = SortKey::Title, .descending = descending}}, "tasks_by_title");
  }
  expect_walk({.filter = {.statuses = {events::Status::Blocked}}}, "tasks_by_status");
  expect_walk({.filter = {.assignees = {user_id(1)}}}, "tasks_by_assignee");
  expect_walk({.filter = {.nobody = true}}, "tasks_by_assignee");
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
        "WITH RECURSIVE n(i) AS (SELECT 1000 UNION ALL SELECT i + 1 FROM n WHERE i < 60000) INSERT INTO tasks SELECT "
        "i, "
        "randomblob(16), 1, 0, 0, 0, 0, NULL, NULL, i, i, 't', '{}' FROM n");
  }
  TaskQueries hurried(model.path(), std::chrono::milliseconds(1));
  EXPECT_THROW(hurried.list_tasks(
                   {.filter = {.priorities = {events::Priority::High, events::Priority::Low}}, .with_total = true}),
               QueryTooLong);
  EXPECT_FALSE(hurried.find_task(task_id(1)).token.empty());
}

}  // namespace
}  // namespace taskstream::projection::testing
