#include <gtest/gtest.h>

#include <set>
#include <sstream>

#include "projection-service/readmodel/task_list.hpp"
#include "projection-service/readmodel/task_stats.hpp"
#include "tests/projection/read_model.hpp"

namespace taskstream::projection::testing {
namespace {

// What SQLite says it would do.
std::string plan_of(QueryConnection& connection, const std::vector<BoundSql>& statements) {
  std::string plan;
  for (const BoundSql& sql : statements) {
    connection.each_row({.text = "EXPLAIN QUERY PLAN " + sql.text, .values = {}}, [&](SQLite::Statement& row) {
      plan += text_of(row.getColumn(3)) + "\n";
      return true;
    });
  }
  return plan;
}

struct Orders {
  SortKey key;
  const char* index;
  Cursor cursor;
};
const std::vector<Orders>& orders() {
  static const std::vector<Orders> orders = {{SortKey::CreatedAt, "by_created_at", {.key = std::int64_t{1}}},
                                             {SortKey::UpdatedAt, "by_updated_at", {.key = std::int64_t{1}}},
                                             {SortKey::DueDate, "by_due_date", {.key = std::int64_t{1}}},
                                             {SortKey::Priority, "by_priority", {.key = std::int64_t{1}}},
                                             {SortKey::Title, "by_title", {.key = std::string("x")}}};
  return orders;
}

class QueryPlans : public ::testing::Test {
 protected:
  QueryPlans() : queries_(model_.path(), std::chrono::milliseconds(0)) {}

  // In every order, on the first page and on a later one: nothing is sorted, and no row is met that is not asked for.
  void expect_walks(const TaskFilter& filter, const std::string& indexes, const Sight& sight = {}) {
    for (const Orders& order : orders()) {
      for (const bool descending : {false, true}) {
        TaskListQuery query{.filter = filter, .sort = {.key = order.key, .descending = descending}, .sight = sight};
        expect_walk(query, indexes + order.index);
        query.after = order.cursor;
        expect_walk(query, indexes + order.index);
        query.after = Cursor{};
        if (order.key == SortKey::DueDate) expect_walk(query, indexes + order.index);
      }
    }
  }

  void expect_walk(const TaskListQuery& query, const std::string& index) {
    const std::string plan = plan_of(queries_.connection(), page_statements(query));
    SCOPED_TRACE(spelling_of(query) + "\n" + plan);
    EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos);
    EXPECT_NE(plan.find(" USING INDEX " + index + (query.filter.statuses.empty() ? "" : " ")), std::string::npos);
    // These hold no row that does not fit.
    const auto is_of_one_list = [](const std::string& line) {
      return line.find("INDEX tasks_by_") != std::string::npos ||
             line.find("INDEX tasks_unclaimed_") != std::string::npos;
    };
    std::istringstream lines(plan);
    for (std::string line; std::getline(lines, line);) {
      EXPECT_TRUE(!line.starts_with("SCAN") || is_of_one_list(line)) << line;
    }
  }

  ReadModel model_;
  TaskQueries queries_;
};

TEST_F(QueryPlans, WalkAnIndexInEveryOrder) {
  expect_walks({}, "tasks_");
}

TEST_F(QueryPlans, WalkAnIndexOfTheConditionInEveryOrder) {
  expect_walks({.statuses = {events::Status::Blocked}}, "tasks_of_status_");
  expect_walks({.assignees = {user_id(1)}}, "tasks_of_assignee_");
  expect_walks({.nobody = true}, "tasks_of_assignee_");
  expect_walks({.assigned_to = user_id(1)}, "tasks_of_assignee_");
  expect_walks({.created_by = "ada"}, "tasks_of_creator_");
}

TEST_F(QueryPlans, MergeTheWalksOfSeveralValues) {
  expect_walks({.statuses = {events::Status::NotStarted, events::Status::InProgress, events::Status::Blocked}},
               "tasks_of_status_");
  expect_walks({.assignees = {user_id(1), user_id(2)}, .nobody = true}, "tasks_of_assignee_");
}

TEST_F(QueryPlans, MergeTheWalksOfWhatAMemberSees) {
  expect_walks({}, "tasks_of_creator_", Sight::of_member(user_id(1)));
  expect_walks({}, "tasks_of_assignee_", Sight::of_member(user_id(1)));
  expect_walk({.sight = Sight::of_member(user_id(1))}, "tasks_unclaimed_by_created_at");
  // Whoever is asked for goes first, and sight is asked of each row.
  expect_walks({.assignees = {user_id(1)}}, "tasks_of_assignee_", Sight::of_member(user_id(1)));
}

TEST_F(QueryPlans, OfUsersWalkAnIndex) {
  for (const std::optional<bool> active : {std::optional<bool>(), std::optional(true)}) {
    for (const bool later_page : {false, true}) {
      UserListQuery query{.active = active};
      if (later_page) query.after = Cursor{.key = std::string("x")};
      const std::string plan = plan_of(queries_.connection(), {user_page_statement(query, {})});
      EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << plan;
      EXPECT_NE(plan.find(active ? "users_of_active_by_name" : "users_by_name"), std::string::npos) << plan;
    }
  }
}

// Whether a statement reads a column of a row of `tasks`, rather than of an entry of an index alone.
bool reads_rows(QueryConnection& connection, const BoundSql& sql) {
  const std::int64_t root =
      connection.number({.text = "SELECT rootpage FROM sqlite_master WHERE name = 'tasks'", .values = {}});
  std::set<std::int64_t> cursors;
  bool reads = false;
  connection.each_row({.text = "EXPLAIN " + sql.text, .values = {}}, [&](SQLite::Statement& row) {
    const std::string operation = text_of(row.getColumn(1));
    const std::int64_t cursor = row.getColumn(2).getInt64();
    if (operation == "OpenRead" && row.getColumn(3).getInt64() == root) cursors.insert(cursor);
    reads |= operation == "Column" && cursors.contains(cursor);
    return true;
  });
  return reads;
}

TEST_F(QueryPlans, OfCountsLookAtNoRow) {
  const auto expect_counting = [&](const std::vector<BoundSql>& statements, const std::string& index) {
    for (const BoundSql& sql : statements) {
      const std::string plan = plan_of(queries_.connection(), {sql});
      EXPECT_EQ(plan.find("TEMP B-TREE"), std::string::npos) << plan;
      EXPECT_NE(plan.find("USING INDEX " + index), std::string::npos) << plan;
      EXPECT_FALSE(reads_rows(queries_.connection(), sql)) << plan;
    }
  };
  expect_counting(assignee_statements(Sight::everything()), "tasks_counted");
  expect_counting(rank_statements(Sight::everything()), "tasks_of_status_by_priority");
  expect_counting(overdue_statements(Sight::everything(), at_second(0)), "tasks_of_status_by_due_date");
  // What a member created, and has no part in otherwise, are few rows, which are looked at.
  const Sight sight = Sight::of_member(user_id(1));
  for (auto statements :
       {assignee_statements(sight), rank_statements(sight), overdue_statements(sight, at_second(0))}) {
    EXPECT_TRUE(reads_rows(queries_.connection(), statements.back()));
    statements.pop_back();
    expect_counting(statements, "tasks_counted");
  }
}

}  // namespace
}  // namespace taskstream::projection::testing
