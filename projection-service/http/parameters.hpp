#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"
#include "http/problem.hpp"
#include "projection-service/readmodel/task_list.hpp"
#include "projection-service/readmodel/user_queries.hpp"
#include "projection-service/readmodel/word_cutter.hpp"

namespace taskstream::projection {

// A request's query parameters, each taken by its name. What is unknown, repeated or cannot be read becomes an error
// that names the parameter: nothing is ignored.
class Parameters {
 public:
  explicit Parameters(const http::Request& request);

  const std::string* take(std::string_view name);
  void refuse(std::string_view name, std::string reason);
  // 1–200, 50 when absent.
  std::int64_t take_limit();
  std::optional<events::Instant> take_instant(std::string_view name);
  std::optional<bool> take_flag(std::string_view name);
  // `include=total`.
  bool take_total();
  // `q`, cut into words; there must be one.
  std::vector<std::string> take_words(WordCutter& cutter);
  // `cursor` of the query that is spelled so, whose key `fits`.
  std::optional<Cursor> take_cursor(std::string_view spelling, const std::function<bool(const Cursor&)>& fits);

  // To be asked once everything known has been taken.
  std::vector<http::FieldError> errors() &&;

 private:
  struct Parameter {
    const std::string* name;
    const std::string* value;
    bool taken = false;
  };
  std::vector<Parameter> parameters_;
  std::vector<http::FieldError> errors_;
};

// The conditions of a list of tasks that only an event makes true or untrue.
void take_event_filter(Parameters& parameters, TaskFilter& filter);

struct ListParameters {
  TaskListQuery query;
  std::vector<http::FieldError> errors;
};
ListParameters read_list_parameters(const http::Request& request, WordCutter& cutter, events::Instant now);
// The same where only this user's tasks are asked for.
ListParameters read_user_tasks_parameters(const http::Request& request, const events::UserId& user, WordCutter& cutter,
                                          events::Instant now);

struct UserListParameters {
  UserListQuery query;
  std::vector<http::FieldError> errors;
};
UserListParameters read_user_list_parameters(const http::Request& request, WordCutter& cutter);

struct HistoryParameters {
  std::int64_t after_version = 0;
  std::int64_t limit = 0;
  std::vector<http::FieldError> errors;
};
HistoryParameters read_history_parameters(const http::Request& request, const events::TaskId& task);
std::string history_cursor(const events::TaskId& task, std::int64_t last_version);

// `<target>; rel="next"`: the request's own target with this cursor.
std::string next_link(const http::Request& request, const std::string& cursor);

}  // namespace taskstream::projection
