#include "projection-service/http/task_path.hpp"

namespace taskstream::projection {

boost::system::result<events::TaskId, http::Problem> read_task_id(const http::Request& request) {
  const auto id = events::TaskId::parse(request.path_parameter("id"));
  if (!id)
    return http::malformed("The task's id in the path is not a UUID, e.g. 018f3c1e-7a2b-7c3d-8e4f-5a6b7c8d9e0f.");
  return *id;
}

boost::system::result<events::UserId, http::Problem> read_user_id(const http::Request& request) {
  const auto id = events::UserId::parse(request.path_parameter("id"));
  if (!id)
    return http::malformed("The user's id in the path is not a UUID, e.g. 018f3c1e-7a2b-7c3d-8e4f-5a6b7c8d9e0f.");
  return *id;
}

}  // namespace taskstream::projection
