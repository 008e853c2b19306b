#include "projection-service/readmodel/user_queries.hpp"

#include "projection-service/readmodel/sql_builder.hpp"
#include "projection-service/readmodel/word_cutter.hpp"

namespace taskstream::projection {
namespace {

void add_list(SqlBuilder& sql, const UserListQuery& query, const std::optional<std::string>& few) {
  if (few) {
    sql.add(" FROM (SELECT value AS hit FROM json_each(?)) CROSS JOIN users ON stream_no = hit WHERE true", *few);
  } else {
    sql.add(" FROM users INDEXED BY ").add(query.active ? "users_of_active_by_name" : "users_by_name");
    sql.add(" WHERE ").add(query.words.empty() ? "true" : "is_marked(stream_no)");
  }
  if (query.active) sql.add(" AND active = ?", std::int64_t{*query.active});
}

BoundSql total_statement(const UserListQuery& query, const std::optional<std::string>& few) {
  SqlBuilder sql;
  sql.add("SELECT count(*)");
  add_list(sql, query, few);
  return sql.take();
}

}  // namespace

std::string spelling_of(const UserListQuery& query) {
  std::string text = "users";
  if (query.active) text += *query.active ? " active" : " inactive";
  for (const std::string& word : query.words) text += " q" + std::to_string(word.size()) + ":" + word;
  return text;
}

BoundSql user_page_statement(const UserListQuery& query, const std::optional<std::string>& few) {
  SqlBuilder sql;
  sql.add("SELECT body, id, name");
  add_list(sql, query, few);
  if (query.after) {
    sql.add(" AND (name, id) > (?, ?)", std::get<std::string>(query.after->key), query.after->id);
  }
  return sql.add(" ORDER BY name, id LIMIT ?").take();
}

ListPage list_users(QueryConnection& connection, const UserListQuery& query, std::size_t few) {
  return connection.in_snapshot([&](std::string token) {
    ListPage page{.token = std::move(token), .items = {}, .next = {}, .total = {}};
    std::optional<std::string> matches;
    if (!query.words.empty()) {
      const auto numbers = numbers_of(connection, {.text = "SELECT rowid FROM user_words WHERE user_words MATCH ?",
                                                   .values = {match_expression(query.words)}});
      if (numbers.size() <= few) matches = json_array_of(numbers);
      connection.mark(numbers);
    }
    fill_page(page, connection, {user_page_statement(query, matches)}, query.limit);
    if (query.with_total) page.total = connection.number(total_statement(query, matches));
    return page;
  });
}

FoundUser find_user(QueryConnection& connection, const events::UserId& id) {
  // One statement is one snapshot; the token is there even when the user is not.
  const BoundSql sql{
      .text =
          "SELECT snapshot.token, users.version, users.quarantined, users.body FROM snapshot LEFT JOIN streams ON "
          "streams.key = ? LEFT JOIN users ON users.stream_no = streams.stream_no",
      .values = {events::StreamId::of(id).to_string()}};
  return connection.in_time([&] {
    FoundUser found;
    connection.each_row(sql, [&](SQLite::Statement& row) {
      found.token = text_of(row.getColumn(0));
      found.known = !row.getColumn(1).isNull();
      if (!found.known) return false;
      found.version = row.getColumn(1).getInt64();
      found.quarantined = row.getColumn(2).getInt() != 0;
      found.body = text_of(row.getColumn(3));
      return false;
    });
    return found;
  });
}

}  // namespace taskstream::projection
