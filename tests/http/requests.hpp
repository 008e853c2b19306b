#pragma once

#include <initializer_list>
#include <string_view>
#include <utility>

#include "http/message.hpp"

namespace taskstream::http {

inline Request request_with(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  Request request;
  for (const auto& [name, value] : fields)
    request.fields.insert({name.data(), name.size()}, {value.data(), value.size()});
  return request;
}

}  // namespace taskstream::http
