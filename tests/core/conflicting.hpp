#pragma once

#include <string>
#include <vector>

#include "tests/core/replicas.hpp"

// Requests that meet others' changes, and what is told of these.
namespace taskstream::command {

using events::Field;
using Fields = std::vector<Field>;

inline const events::UserId kBen = *events::UserId::parse("7d444840-9dc0-41d1-b245-5ffdce74fad2");
inline const Expectation kAny{.kind = Expectation::Kind::Any};

inline EditTask describe(std::string description) {
  return {.changes = {.description = std::move(description)}};
}
inline CommandRequest merging(EditTask edit, std::int64_t version) {
  return {.stream = events::StreamId::of(kTask),
          .command = std::move(edit),
          .expectation = at_version(version),
          .merge_conflicts = true,
          .asker = anybody("ann")};
}
inline Fields fields_of(const std::vector<FieldChange>& changes) {
  Fields fields;
  for (const FieldChange& change : changes) fields.push_back(change.field);
  return fields;
}

}  // namespace taskstream::command
