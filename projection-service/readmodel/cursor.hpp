#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "events/contract/ids.hpp"

namespace taskstream::projection {

// The last row of a page, by what the next page goes on after: its sort key (none = the key is null) and its id.
struct Cursor {
  std::variant<std::monostate, std::int64_t, std::string> key;
  events::Uuid id;

  friend bool operator==(const Cursor&, const Cursor&) = default;
};

// A cursor as clients carry it, bound to the query that it goes on with: under another one it is not readable.
std::string encode_cursor(const Cursor& cursor, std::string_view query);
std::optional<Cursor> decode_cursor(std::string_view text, std::string_view query);

}  // namespace taskstream::projection
