#include <gtest/gtest.h>

#include "projection-service/projection/project.hpp"
#include "tests/projection/read_model.hpp"

namespace taskstream::projection::testing {
namespace {

using events::Status;
using events::TaskState;

TaskState task(std::optional<events::UserId> assignee, Status status, std::string created_by = "ada") {
  TaskState state{.id = task_id(1), .title = "t", .status = status, .assignee_id = assignee};
  state.created_by = std::move(created_by);
  return state;
}

TEST(SightLost, IsSaidOfWhoSawTheTaskAndDoesNoMore) {
  const auto ann = user_id(1);
  const auto ben = user_id(2);
  const SightLost everybody{};
  const auto open = Status::InProgress;
  const auto closed = Status::Completed;
  EXPECT_EQ(sight_lost(task({}, open), task(ann, open)), everybody);
  EXPECT_EQ(sight_lost(task({}, open), task({}, closed)), everybody);
  EXPECT_EQ(sight_lost(task(ann, open), task(ben, open)), SightLost{ann});
  EXPECT_EQ(sight_lost(task(ann, closed), task({}, closed)), SightLost{ann});
  // Open and nobody's: all see it, the one who had it too.
  EXPECT_EQ(sight_lost(task(ann, open), task({}, open)), std::nullopt);
  EXPECT_EQ(sight_lost(task(ann, open), task(ann, closed)), std::nullopt);
  EXPECT_EQ(sight_lost(task(ann, open, ann.to_string()), task(ben, open, ann.to_string())), std::nullopt);
  EXPECT_EQ(sight_lost(events::State(), task(ann, open)), std::nullopt);
  TaskState deleted = task({}, open);
  deleted.deleted = true;
  EXPECT_EQ(sight_lost(task({}, open), deleted), std::nullopt);
}

}  // namespace
}  // namespace taskstream::projection::testing
