#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "projection-service/readmodel/list_page.hpp"

namespace taskstream::projection {

struct FoundUser {
  std::string token;
  bool known = false;
  bool quarantined = false;
  std::int64_t version = 0;
  std::string body;
};

// By last name, first name and id; every condition that is there must hold.
struct UserListQuery {
  std::vector<std::string> words;  // each begins a word of name or address; as WordCutter cuts them
  std::optional<bool> active;
  std::int64_t limit = 50;
  std::optional<Cursor> after;
  bool with_total = false;
};

// The part of a query that a cursor is bound to, in one spelling.
std::string spelling_of(const UserListQuery& query);

// The statement that walks the list in its order, as fill_page() takes it. `few`: the streams that can fit, as a JSON
// array; none = the connection has marked those in which the words occur, if there are any.
BoundSql user_page_statement(const UserListQuery& query, const std::optional<std::string>& few);

// No more matches of a full text query than `few` are sorted one by one; of more, the list is walked.
ListPage list_users(QueryConnection& connection, const UserListQuery& query, std::size_t few);
FoundUser find_user(QueryConnection& connection, const events::UserId& id);

}  // namespace taskstream::projection
