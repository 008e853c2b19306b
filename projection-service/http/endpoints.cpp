#include "projection-service/http/endpoints.hpp"

#include "projection-service/http/changes.hpp"
#include "projection-service/http/get_task.hpp"
#include "projection-service/http/get_user.hpp"
#include "projection-service/http/list_tasks.hpp"
#include "projection-service/http/list_users.hpp"
#include "projection-service/http/parked.hpp"
#include "projection-service/http/projection_status.hpp"
#include "projection-service/http/rebuild.hpp"
#include "projection-service/http/stats.hpp"
#include "projection-service/http/stream.hpp"
#include "projection-service/http/task_history.hpp"
#include "projection-service/http/user_tasks.hpp"

namespace taskstream::projection {
namespace {

using Answer = boost::asio::awaitable<http::Outcome> (*)(Reader&, http::Request);

http::Route route(http::Verb verb, const char* pattern, Reader& reader, Answer answer, http::Access access) {
  return {.verb = verb,
          .pattern = pattern,
          .handler = [&reader, answer](http::Request request) { return answer(reader, std::move(request)); },
          .access = access};
}

http::Route get(const char* pattern, Reader& reader, Answer answer, http::Access access = http::Access::TasksRead) {
  return route(http::Verb::get, pattern, reader, answer, access);
}

}  // namespace

std::vector<http::Route> endpoints(Reader& reader) {
  return {
      get("/v1/tasks", reader, list_tasks),
      get("/v1/tasks/{id}", reader, get_task),
      get("/v1/tasks/{id}/history", reader, task_history),
      get("/v1/users", reader, list_users),
      get("/v1/users/{id}", reader, get_user),
      get("/v1/users/{id}/tasks", reader, user_tasks),
      get("/v1/stats", reader, stats),
      get("/v1/changes", reader, changes),
      get("/v1/stream", reader, stream),
      get("/v1/projection", reader, projection_status),
      route(http::Verb::post, "/v1/projection/rebuild", reader, request_rebuild, http::Access::Admin),
      get("/v1/parked", reader, list_parked, http::Access::Admin),
  };
}

}  // namespace taskstream::projection
