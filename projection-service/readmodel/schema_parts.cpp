#include "projection-service/readmodel/schema_parts.hpp"

#include <sqlite3.h>

#include <sstream>

#include "projection-service/schema_sql.hpp"

namespace taskstream::projection {
namespace {

bool makes_an_index(const std::string& statement) {
  return statement.starts_with("CREATE INDEX ") || statement.starts_with("CREATE UNIQUE INDEX ");
}

}  // namespace

SchemaParts split_schema(const std::string& text) {
  SchemaParts parts;
  std::istringstream lines(text);
  std::string statement;
  for (std::string line; std::getline(lines, line);) {
    if (statement.empty() && (line.empty() || line.starts_with("--"))) continue;
    statement += line + "\n";
    // A trigger has semicolons within, so a line that ends with one need not end the statement.
    if (sqlite3_complete(statement.c_str()) == 0) continue;
    (makes_an_index(statement) ? parts.indexes : parts.tables) += statement;
    statement.clear();
  }
  parts.tables += statement;  // what is cut off is SQLite's to complain about
  return parts;
}

const SchemaParts& schema_parts() {
  static const SchemaParts parts = split_schema(kSchemaSql);
  return parts;
}

}  // namespace taskstream::projection
