#include "http/openapi.hpp"

#include <memory>

namespace taskstream::http {
namespace {

boost::asio::awaitable<Outcome> answer(std::shared_ptr<const std::string> text) {
  Response response{.status = Status::ok, .fields = {}, .body = *text};
  response.set(Field::content_type, "application/yaml").set(Field::cache_control, "no-cache");
  co_return response;
}

}  // namespace

Route openapi_route(std::string text) {
  return {.verb = Verb::get,
          .pattern = "/openapi.yaml",
          .handler = [shared = std::make_shared<const std::string>(std::move(text))](
                         const Request&) { return answer(shared); },
          .access = Access::Public};
}

}  // namespace taskstream::http
