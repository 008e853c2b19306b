#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"
#include "http/problem.hpp"
#include "projection-service/readmodel/task_list.hpp"

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

struct ListParameters {
  TaskListQuery query;
  std::vector<http::FieldError> errors;
};
ListParameters read_list_parameters(const http::Request& request);

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
