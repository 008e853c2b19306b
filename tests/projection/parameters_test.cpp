#include "projection-service/http/parameters.hpp"

#include <gtest/gtest.h>

#include "tests/projection/read_model.hpp"

namespace taskstream::projection::testing {
namespace {

http::Request request(std::vector<http::QueryParameter> query) {
  http::Request request;
  request.target = "/v1/tasks?as=sent";
  request.query = std::move(query);
  return request;
}

ListParameters read(std::vector<http::QueryParameter> query) {
  WordCutter cutter;
  return read_list_parameters(request(std::move(query)), cutter, at_second(0));
}

// The parameters that were refused, in order.
std::string refused(std::vector<http::QueryParameter> query) {
  std::string fields;
  for (const auto& error : read(std::move(query)).errors) {
    EXPECT_EQ(error.location, http::FieldError::Location::Query);
    EXPECT_FALSE(error.reason.empty());
    fields += (fields.empty() ? "" : " ") + error.field;
  }
  return fields;
}

TEST(ListParameters, TakeEveryFilter) {
  const auto list = read({{"status", "COMPLETED,NOT_STARTED,COMPLETED"},
                          {"priority", "HIGH"},
                          {"assigneeId", "none," + user_id(1).to_string()},
                          {"createdBy", "ada, the first"},
                          {"tag", "b,a"},
                          {"dueBefore", "2027-01-15T09:00:00+01:00"},
                          {"dueAfter", "2027-01-15T07:00:00Z"},
                          {"overdue", "true"},
                          {"reminderDue", "false"},
                          {"locked", "true"},
                          {"q", "Déjà vu"},
                          {"sort", "-dueDate"},
                          {"limit", "200"},
                          {"include", "total"}});
  ASSERT_TRUE(list.errors.empty());
  const TaskFilter& filter = list.query.filter;
  EXPECT_EQ(filter.statuses, (std::vector{events::Status::NotStarted, events::Status::Completed}));
  EXPECT_EQ(filter.priorities, std::vector{events::Priority::High});
  EXPECT_EQ(filter.assignees, std::vector{user_id(1)});
  EXPECT_TRUE(filter.nobody);
  EXPECT_EQ(filter.created_by, "ada, the first");
  EXPECT_EQ(filter.overdue, true);
  EXPECT_EQ(filter.reminder_due, false);
  EXPECT_EQ(filter.locked, true);
  EXPECT_EQ(filter.words, (std::vector<std::string>{"deja", "vu"}));
  EXPECT_EQ(list.query.now, at_second(0));
  EXPECT_EQ(filter.tags, (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(*filter.due_before - *filter.due_after, std::chrono::hours(1));
  EXPECT_EQ(list.query.sort.key, SortKey::DueDate);
  EXPECT_TRUE(list.query.sort.descending);
  EXPECT_EQ(list.query.limit, 200);
  EXPECT_TRUE(list.query.with_total);
}

TEST(ListParameters, DefaultToTheNewestFifty) {
  const auto list = read({});
  EXPECT_TRUE(list.errors.empty());
  EXPECT_EQ(list.query.limit, 50);
  EXPECT_EQ(list.query.sort.key, SortKey::CreatedAt);
  EXPECT_TRUE(list.query.sort.descending);
}

TEST(ListParameters, NameWhatCannotBeTaken) {
  EXPECT_EQ(refused({{"status", "DONE"}}), "status");
  EXPECT_EQ(refused({{"status", ""}}), "status");
  EXPECT_EQ(refused({{"status", "BLOCKED,"}}), "status");
  EXPECT_EQ(refused({{"priority", "high"}}), "priority");
  EXPECT_EQ(refused({{"assigneeId", "ada"}}), "assigneeId");
  EXPECT_EQ(refused({{"tag", std::string(41, 'x')}}), "tag");
  EXPECT_EQ(refused({{"dueBefore", "tomorrow"}, {"dueAfter", "2026-02-30T00:00:00Z"}}), "dueBefore dueAfter");
  EXPECT_EQ(refused({{"sort", "colour"}}), "sort");
  EXPECT_EQ(refused({{"sort", "--title"}}), "sort");
  for (const char* limit : {"0", "201", "-1", "05", "1.0", "", "ten", "99999999999999999999"})
    EXPECT_EQ(refused({{"limit", limit}}), "limit") << limit;
  EXPECT_EQ(refused({{"include", "everything"}}), "include");
  EXPECT_EQ(refused({{"cursor", "?"}}), "cursor");
  EXPECT_EQ(refused({{"createdBy", ""}}), "createdBy");
  EXPECT_EQ(refused({{"createdBy", std::string(257, 'x')}}), "createdBy");
  for (const char* name : {"overdue", "reminderDue", "locked"}) {
    for (const char* value : {"", "yes", "True", "1", "true,false"}) EXPECT_EQ(refused({{name, value}}), name) << value;
  }
  for (const char* text : {"", "   ", "*", "\"\"", "-"}) EXPECT_EQ(refused({{"q", text}}), "q") << text;
  EXPECT_EQ(refused({{"q", std::string(201, 'x')}}), "q");
  EXPECT_EQ(refused({{"q", "a b c d e f g h i j"}}), "");
  EXPECT_EQ(refused({{"q", "a b c d e f g h i j k"}}), "q");
}

TEST(ListParameters, RefuseUnknownAndRepeatedOnes) {
  EXPECT_EQ(refused({{"colour", "red"}, {"Status", "BLOCKED"}}), "colour Status");
  EXPECT_EQ(refused({{"limit", "5"}, {"limit", "5"}}), "limit");
}

TEST(ListParameters, TakeACursorOnlyWithTheQueryThatItBelongsTo) {
  const auto first = read({{"status", "BLOCKED,COMPLETED"}, {"sort", "title"}});
  const std::string cursor =
      encode_cursor({.key = std::string("x"), .id = task_id(1).uuid()}, spelling_of(first.query));
  EXPECT_EQ(refused({{"status", "COMPLETED,BLOCKED"}, {"sort", "title"}, {"cursor", cursor}, {"limit", "7"}}), "");
  EXPECT_EQ(refused({{"status", "COMPLETED"}, {"sort", "title"}, {"cursor", cursor}}), "cursor");
  EXPECT_EQ(refused({{"status", "COMPLETED,BLOCKED"}, {"sort", "-title"}, {"cursor", cursor}}), "cursor");
  EXPECT_EQ(refused({{"sort", "title"}, {"tag", "BLOCKED,COMPLETED"}, {"cursor", cursor}}), "cursor");
  EXPECT_EQ(refused({{"status", "COMPLETED,BLOCKED"}, {"sort", "title"}, {"cursor", cursor.substr(1)}}), "cursor");
}

TEST(UserTasksParameters, TakeTheSameFiltersOfOneUsersTasks) {
  WordCutter cutter;
  const auto list = read_user_tasks_parameters(request({{"status", "BLOCKED"}, {"assigneeId", "none"}}), user_id(1),
                                               cutter, at_second(0));
  EXPECT_TRUE(list.errors.empty());
  EXPECT_EQ(list.query.filter.assigned_to, user_id(1));
  EXPECT_TRUE(list.query.filter.nobody);
  // A cursor of one user's tasks is none of another's.
  const std::string cursor = encode_cursor({.key = std::int64_t{1}, .id = task_id(1).uuid()}, spelling_of(list.query));
  const auto read_again = [&](const events::UserId& user) {
    const auto again = request({{"status", "BLOCKED"}, {"assigneeId", "none"}, {"cursor", cursor}});
    return read_user_tasks_parameters(again, user, cutter, at_second(0)).errors.size();
  };
  EXPECT_EQ(read_again(user_id(1)), 0U);
  EXPECT_EQ(read_again(user_id(2)), 1U);
}

TEST(UserListParameters, TakeWordsAndWhetherUsersAreActive) {
  WordCutter cutter;
  const auto list = read_user_list_parameters(
      request({{"q", "Zoë"}, {"active", "false"}, {"limit", "7"}, {"include", "total"}}), cutter);
  EXPECT_TRUE(list.errors.empty());
  EXPECT_EQ(list.query.words, std::vector<std::string>{"zoe"});
  EXPECT_EQ(list.query.active, false);
  EXPECT_EQ(list.query.limit, 7);
  EXPECT_TRUE(list.query.with_total);
  for (const http::QueryParameter& bad : std::vector<http::QueryParameter>{
           {"q", "!"}, {"active", "yes"}, {"limit", "0"}, {"include", "x"}, {"cursor", "x"}, {"sort", "name"}}) {
    const auto errors = read_user_list_parameters(request({bad}), cutter).errors;
    ASSERT_EQ(errors.size(), 1U) << bad.name;
    EXPECT_EQ(errors.front().field, bad.name);
  }
}

TEST(HistoryParameters, TakeACursorOnlyOfTheirTask) {
  const std::string cursor = history_cursor(task_id(1), 50);
  EXPECT_EQ(read_history_parameters(request({{"cursor", cursor}}), task_id(1)).after_version, 50);
  EXPECT_EQ(read_history_parameters(request({{"cursor", cursor}}), task_id(2)).errors.size(), 1U);
  EXPECT_EQ(read_history_parameters(request({{"sort", "title"}}), task_id(2)).errors.size(), 1U);
}

TEST(NextLink, RepeatsTheRequestWithTheCursorInPlaceOfItsOwn) {
  EXPECT_EQ(next_link(request({{"tag", "a b&c"}, {"cursor", "old"}, {"limit", "2"}}), "new"),
            "</v1/tasks?tag=a%20b%26c&limit=2&cursor=new>; rel=\"next\"");
}

}  // namespace
}  // namespace taskstream::projection::testing
