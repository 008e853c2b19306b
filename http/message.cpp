#include "http/message.hpp"

namespace taskstream::http {

std::optional<std::string> Request::header(std::string_view name) const {
  const auto [first, last] = fields.equal_range({name.data(), name.size()});
  if (first == last) return std::nullopt;
  std::string joined;
  for (auto field = first; field != last; ++field) {
    if (field != first) joined += ", ";
    joined += std::string_view{field->value().data(), field->value().size()};
  }
  return joined;
}

std::string_view Request::path_parameter(std::string_view name) const {
  const auto found = path_parameters.find(name);
  return found == path_parameters.end() ? std::string_view{} : found->second;
}

Response& Response::set(Field name, std::string_view value) {
  fields.set(name, {value.data(), value.size()});
  return *this;
}

Response& Response::set(std::string_view name, std::string_view value) {
  fields.set({name.data(), name.size()}, {value.data(), value.size()});
  return *this;
}

Response json_response(Status status, std::string body) {
  Response response{.status = status, .fields = {}, .body = std::move(body)};
  response.set(Field::content_type, "application/json");
  return response;
}

}  // namespace taskstream::http
