#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <string>

#include "http/query_string.hpp"
#include "projection-service/http/parameters.hpp"
#include "projection-service/readmodel/task_list.hpp"
#include "tests/fuzzers/fuzzing.hpp"
#include "tests/support/examples.hpp"

// The parameters of lists, from the query to the SQL: nothing is ignored, limits hold, a query has one spelling, the
// link to the next page asks for the same, and what a user typed is never read as SQL or as an operator of the full
// text.
namespace taskstream::projection {
namespace {

using fuzzing::claim;

http::Request request_for(std::string target) {
  http::Request request;
  request.target = std::move(target);
  if (auto query = http::read_query(request.target)) request.query = *std::move(query);
  return request;
}

template <class Value>
void check_values(const std::vector<Value>& values) {
  claim(values.size() <= 50, "a filter has 50 values at most");
  claim(std::ranges::is_sorted(values) && std::ranges::adjacent_find(values) == values.end(),
        "values are sorted and different");
}

void check_limits(const TaskListQuery& query) {
  check_values(query.filter.statuses);
  check_values(query.filter.priorities);
  check_values(query.filter.assignees);
  check_values(query.filter.tags);
  claim(query.limit >= 1 && query.limit <= 200, "a page has 1 to 200 items");
  claim(query.filter.words.size() <= 10, "a text has 10 words at most");
}

std::size_t places_in(const std::string& sql) {
  return static_cast<std::size_t>(std::ranges::count(sql, '?'));
}

void check_statements(const TaskListQuery& query) {
  // Texts are bound, so that the statement's own text is made of ours alone; the last place is for the number of rows.
  for (const BoundSql& sql : page_statements(query)) {
    claim(places_in(sql.text) == sql.values.size() + 1, "every value of a page is bound");
  }
  for (const BoundSql& sql : selective_conditions(query)) {
    claim(places_in(sql.text) == sql.values.size(), "every value of a condition is bound");
  }
}

void check_full_text(const std::vector<std::string>& words) {
  static SQLite::Database database(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  static const bool made = [] {
    database.exec("CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = 'unicode61 remove_diacritics 2')");
    return true;
  }();
  if (!made || words.empty()) return;
  std::string text;
  for (const std::string& word : words) text += word + "x ";  // each begins a word here
  SQLite::Statement insert(database, "INSERT INTO words (rowid, text) VALUES (1, ?)");
  insert.bind(1, text);
  insert.exec();
  SQLite::Statement select(database, "SELECT rowid FROM words WHERE words MATCH ?");
  select.bind(1, match_expression(words));
  claim(select.executeStep(), "a text in which every word begins a word is found");
  database.exec("DELETE FROM words");
}

void check_next_page(const http::Request& request, const TaskListQuery& query, WordCutter& cutter) {
  const std::string spelling = spelling_of(query);
  Cursor last{.key = {}, .id = examples::kTask.uuid()};
  switch (query.sort.key) {
    case SortKey::Title:
      last.key = std::string("t");
      break;
    case SortKey::DueDate:
      break;
    case SortKey::CreatedAt:
    case SortKey::UpdatedAt:
    case SortKey::Priority:
      last.key = std::int64_t{7};
  }
  const std::string link = next_link(request, encode_cursor(last, spelling));
  claim(link.starts_with("<") && link.ends_with(">; rel=\"next\""), "a link is one");
  const auto next = request_for(link.substr(1, link.find('>') - 1));
  const auto again = read_list_parameters(next, cutter, examples::kNow);
  claim(again.errors.empty() && again.query.after == last, "the link to the next page can be followed");
  claim(spelling_of(again.query) == spelling && again.query.limit == query.limit, "it asks for the same");
}

}  // namespace
}  // namespace taskstream::projection

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace taskstream;
  using namespace taskstream::projection;
  static WordCutter cutter;
  const auto request = request_for("/v1/tasks?" + fuzzing::as_target({reinterpret_cast<const char*>(data), size}));
  const auto list = read_list_parameters(request, cutter, examples::kNow);
  for (const auto& error : list.errors) {
    fuzzing::claim(std::ranges::any_of(request.query, [&](const auto& sent) { return sent.name == error.field; }),
                   "only what was sent is refused");
  }
  if (!list.errors.empty()) return 0;
  check_limits(list.query);
  check_statements(list.query);
  check_full_text(list.query.filter.words);
  check_next_page(request, list.query, cutter);
  return 0;
}
