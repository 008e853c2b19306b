#include "projection-service/readmodel/task_match.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <set>

#include "tests/projection/read_model.hpp"

namespace taskstream::projection::testing {
namespace {

using events::Priority;
using events::Status;

// Streams ask one task in memory what lists ask all rows of: both must come to the same.
TEST(TaskMatch, SaysOfEachTaskWhatTheListsSay) {
  ReadModel model;
  std::vector<events::TaskState> states;
  const auto add = [&](std::uint8_t number, const events::TaskCreated& created, bool deleted = false) {
    auto event = recorded(task_id(number), 1, created);
    model.append(event);
    events::State state = *events::evolve({}, event);
    if (deleted) {
      event = recorded(task_id(number), 2, events::TaskDeleted{});
      model.append(event);
      state = *events::evolve(state, event);
    }
    states.push_back(std::get<events::TaskState>(state));
  };
  add(1, {.title = "plain"});
  add(2, {.title = "mine", .tags = {"a"}, .assignee_id = user_id(1), .due_date = at_second(100)});
  add(3, {.title = "theirs", .priority = Priority::High, .tags = {"a", "b"}, .assignee_id = user_id(2)});
  add(4, {.title = "closed", .status = Status::Completed, .due_date = at_second(200)});
  add(5, {.title = "late", .priority = Priority::High, .due_date = at_second(300)});
  add(6, {.title = "gone", .tags = {"a"}, .assignee_id = user_id(1)}, true);
  model.deliver();

  const std::vector<TaskFilter> filters = {
      {},
      {.statuses = {Status::NotStarted}},
      {.statuses = {Status::Blocked, Status::Completed}},
      {.priorities = {Priority::High}},
      {.assignees = {user_id(1)}},
      {.nobody = true},
      {.assignees = {user_id(2)}, .nobody = true},
      {.tags = {"b", "c"}},
      {.tags = {"a"}},
      {.due_before = at_second(200)},
      {.due_after = at_second(200)},
      {.due_before = at_second(300), .due_after = at_second(100)},
      {.priorities = {Priority::High}, .tags = {"a"}},
  };
  TaskQueries queries = model.queries();
  for (std::size_t i = 0; i < filters.size(); ++i) {
    std::set<std::string> listed;
    for (const auto& item : nlohmann::json::parse("[" + queries.list_tasks({.filter = filters[i]}).items + "]")) {
      listed.insert(item.at("taskId").get<std::string>());
    }
    std::set<std::string> matching;
    for (const events::TaskState& state : states) {
      if (matches(filters[i], state)) matching.insert(state.id.to_string());
    }
    EXPECT_EQ(matching, listed) << "filter " << i;
  }
}

}  // namespace
}  // namespace taskstream::projection::testing
