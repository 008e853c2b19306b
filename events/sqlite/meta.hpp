#pragma once

#include <string>
#include <string_view>

#include "events/sqlite/database.hpp"

namespace taskstream::sqlite {

// What a file says of itself, in its table `meta (name, value)`. Throws SQLite::Exception.

// Empty where it says nothing.
std::string read_meta(Database& database, std::string_view name);

// Of a name that is not there yet.
void write_meta(Database& database, std::string_view name, std::string_view value);

}  // namespace taskstream::sqlite
