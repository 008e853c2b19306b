#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "command-service/http/batch_items.hpp"
#include "tests/support/request.hpp"

namespace taskstream::command {

inline const std::string kTaskPath = "/v1/tasks/" + examples::kTask.to_string();

inline http::Request batch_request(std::string body) {
  http::Request request = examples::request_for_new_task(std::move(body));
  request.target = request.path = "/v1/batch";
  return request;
}

// `commands` is the list as JSON.
inline http::Request batch_of(const std::string& commands) {
  return batch_request(R"({"commands": )" + commands + "}");
}

// An edit of the one task, with further members of the item.
inline std::string edit(const std::string& command_id, const std::string& more = R"("expectedVersion": 7)",
                        const std::string& path = kTaskPath) {
  return R"({"commandId": ")" + command_id + R"(", "method": "PATCH", "path": ")" + path + R"(", "body": {"title": ")" +
         command_id + R"("}, )" + more + "}";
}

}  // namespace taskstream::command
