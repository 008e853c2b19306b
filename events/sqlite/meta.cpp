#include "events/sqlite/meta.hpp"

namespace taskstream::sqlite {

std::string read_meta(Database& database, std::string_view name) {
  SQLite::Statement select = database.prepare("SELECT value FROM meta WHERE name = ?");
  select.bind(1, std::string(name));
  return select.executeStep() ? select.getColumn(0).getString() : std::string();
}

void write_meta(Database& database, std::string_view name, std::string_view value) {
  SQLite::Statement insert = database.prepare("INSERT INTO meta (name, value) VALUES (?, ?)");
  insert.bind(1, std::string(name));
  insert.bind(2, std::string(value));
  insert.exec();
}

}  // namespace taskstream::sqlite
