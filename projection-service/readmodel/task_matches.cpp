#include "projection-service/readmodel/task_matches.hpp"

#include "projection-service/readmodel/list_page.hpp"

namespace taskstream::projection {

Narrowing TaskMatches::of(const std::vector<std::string>& words, QueryConnection& connection) {
  // Changes with every commit of another connection, and this one makes none.
  const std::int64_t data_version = connection.number({.text = "PRAGMA data_version", .values = {}});
  const bool marks_hold = !narrowing_.words_marked || markings_ == connection.markings();
  if (words == words_ && data_version == data_version_ && marks_hold) return narrowing_;

  words_.clear();
  const std::vector<std::int64_t> matches = numbers_of(connection, streams_with(words));
  narrowing_ = {};
  if (matches.size() <= few_) {
    narrowing_.few = json_array_of(matches);
  } else {
    connection.mark(matches);
    narrowing_.words_marked = true;
  }
  words_ = words;
  data_version_ = data_version;
  markings_ = connection.markings();
  return narrowing_;
}

}  // namespace taskstream::projection
