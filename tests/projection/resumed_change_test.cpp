#include "projection-service/http/resumed_change.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "projection-service/readmodel/task_match.hpp"
#include "tests/projection/read_model.hpp"

namespace taskstream::projection::testing {
namespace {

using events::Priority;
using events::Status;
using nlohmann::json;

// The one task that changed since `since`.
ResumedChange resume(ReadModel& model, const events::ChangeToken& since) {
  const ChangePage page = model.queries().changes({.since = since, .with_spans = true});
  EXPECT_EQ(page.items.size(), 1U);
  return resumed_change(page.items.at(0), "c.id");
}

TEST(ResumedChange, IsOneChangeFromThenToNow) {
  ReadModel model;
  model.append(recorded(task_id(1), 1, events::TaskCreated{.title = "a", .tags = {"x"}, .assignee_id = user_id(1)}));
  model.deliver();
  const events::ChangeToken then = model.queries().changes({}).next;
  model.append(recorded(task_id(1), 2, events::TaskEdited{.changes = {.title = "b", .priority = Priority::High}}));
  model.append(recorded(task_id(1), 3, events::TaskEdited{.changes = {.title = "a", .tags = {{"y", "z"}}}}));
  model.append(recorded(task_id(1), 4, events::TaskUnassigned{.previous_assignee_id = user_id(1)}));
  model.deliver();

  const ResumedChange change = resume(model, then);
  // The title has come back, so it has not changed.
  EXPECT_EQ(json::parse(change.text.changes),
            (json{{"priority", {{"from", "MEDIUM"}, {"to", "HIGH"}}},
                  {"tags", {{"from", {"x"}}, {"to", {"y", "z"}}}},
                  {"assigneeId", {{"from", user_id(1).to_string()}, {"to", nullptr}}}}));
  const json event = json::parse(change.text.event);
  EXPECT_EQ(event.at("version"), 4);
  EXPECT_EQ(event.at("type"), "taskstream.task.unassigned.v1");
  EXPECT_EQ(event.at("actor"), "ada");
  ASSERT_TRUE(change.before);
  EXPECT_EQ(change.before->tags, std::vector<std::string>{"x"});
  EXPECT_EQ(change.before->assignee_id, user_id(1));
  EXPECT_TRUE(matches({.tags = {"x"}}, *change.before));
  EXPECT_FALSE(matches({.tags = {"x"}}, change.after));
}

TEST(ResumedChange, HasNoBeforeWhenTheTaskIsYoungerThanThat) {
  ReadModel model;
  model.append(recorded(task_id(1), 1, events::TaskCreated{.title = "a"}));
  model.append(recorded(task_id(1), 2, events::TaskStatusChanged{.from = Status::NotStarted, .to = Status::Blocked}));
  model.deliver();
  const ResumedChange change = resume(model, {});
  EXPECT_FALSE(change.before);
  const json changes = json::parse(change.text.changes);
  EXPECT_EQ(changes.at("title"), (json{{"from", nullptr}, {"to", "a"}}));
  EXPECT_EQ(changes.at("status"), (json{{"from", nullptr}, {"to", "BLOCKED"}}));
}

TEST(ResumedChange, OfADeletedTaskMatchesNothingAnyMore) {
  ReadModel model;
  model.append(recorded(task_id(1), 1, events::TaskCreated{.title = "a"}));
  model.deliver();
  const events::ChangeToken then = model.queries().changes({}).next;
  model.append(recorded(task_id(1), 2, events::TaskDeleted{}));
  model.deliver();
  const ResumedChange change = resume(model, then);
  EXPECT_TRUE(matches({}, *change.before));
  EXPECT_FALSE(matches({}, change.after));
}

}  // namespace
}  // namespace taskstream::projection::testing
