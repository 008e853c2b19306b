#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "command-service/http/parsed_command.hpp"

// How tests look at what was parsed.
namespace taskstream::command {

inline constexpr std::size_t kDepth = 32;

template <class One>
const One& task_command(const Command& command) {
  return std::get<One>(std::get<TaskCommand>(command));
}
template <class One>
const One& user_command(const Command& command) {
  return std::get<One>(std::get<UserCommand>(command));
}

using Fields = std::vector<std::string>;

// `place:field` of everything that was found wrong.
inline Fields invalid(const ParseResult& parsed) {
  using http::FieldError;
  if (!parsed) return {"malformed: " + parsed.error().detail};
  Fields fields;
  for (const FieldError& error : parsed->invalid) {
    EXPECT_FALSE(error.reason.empty());
    const bool is_in_body = error.location == FieldError::Location::Body;
    const bool is_in_query = error.location == FieldError::Location::Query;
    fields.push_back((is_in_body ? "body:" : is_in_query ? "query:" : "path:") + error.field);
  }
  return fields;
}

}  // namespace taskstream::command
