#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "projection-service/readmodel/task_list.hpp"

namespace taskstream::projection {

// Which tasks hold the words that were asked for last. Remembered until the read model changes, so that the pages of
// one search do not search again each. Belongs to one connection.
class TaskMatches {
 public:
  // No more matches than `few` are a list; more are marked in the connection.
  explicit TaskMatches(std::size_t few) : few_(few) {}

  // Within a snapshot.
  Narrowing of(const std::vector<std::string>& words, QueryConnection& connection);

 private:
  std::size_t few_;
  std::vector<std::string> words_;  // none = nothing is remembered
  std::int64_t data_version_ = 0;
  std::uint64_t markings_ = 0;
  Narrowing narrowing_;
};

}  // namespace taskstream::projection
