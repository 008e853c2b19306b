#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "projection-service/readmodel/sql_builder.hpp"
#include "projection-service/readmodel/task_list.hpp"

// Along which indexes a list of tasks is walked, and what is asked of each row on the way. Pure.
namespace taskstream::projection {

std::string_view column_of(SortKey key);
std::int64_t micros(events::Instant instant);

// The condition that the walks are made for; the others are asked of each row.
enum class WalkedFor { Nothing, FewStreams, Assignees, Creator, Sight, Statuses };

// One walk: an index that has the list's order among the rows of a condition.
struct Walk {
  std::string index;
  BoundSql condition;
};

// Together they meet every row that can fit, each in the list's order, so that merging them is all that is left to do.
struct Walks {
  WalkedFor made_for = WalkedFor::Nothing;
  std::vector<Walk> all;
  bool overlap = false;  // a row may be met by several
};
Walks walks_of(const TaskListQuery& query, const Narrowing& narrowing);

// `FROM … WHERE …` of one of the walks, with everything that the query asks of a row but its place.
void add_walk(SqlBuilder& sql, const TaskListQuery& query, const Narrowing& narrowing, const Walks& walks,
              const Walk& walk);

// The same of all rows that fit, in no order.
void add_whole_list(SqlBuilder& sql, const TaskListQuery& query, const Narrowing& narrowing);

}  // namespace taskstream::projection
