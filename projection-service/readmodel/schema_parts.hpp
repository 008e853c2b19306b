#pragma once

#include <string>

namespace taskstream::projection {

// The schema, in the two steps in which a rebuild makes it: tables before their rows, and indexes after them, which is
// much cheaper than keeping them up to date row by row.
struct SchemaParts {
  std::string tables;   // and whatever else is not an index with a statement of its own
  std::string indexes;  // CREATE INDEX and CREATE UNIQUE INDEX
};

const SchemaParts& schema_parts();

// Splits the text of a schema; for tests.
SchemaParts split_schema(const std::string& text);

}  // namespace taskstream::projection
