#include "tests/support/specification.hpp"

namespace taskstream::command {
namespace {

using namespace specification;
using events::TaskCreated;
using events::TaskDeleted;

TEST(CreateTask, StoresAllThatWasGiven) {
  Given({})
      .When(CreateTask{.title = "Write the guide",
                       .description = "With examples",
                       .priority = events::Priority::High,
                       .tags = {"docs", "guide"},
                       .assignee_id = kAnn,
                       .due_date = kTomorrow,
                       .warning_offset_minutes = 60})
      .Then(examples::full_task());
}

TEST(CreateTask, BeginsNotStartedWithMediumPriorityUnlessTold) {
  Given({})
      .When(CreateTask{.title = "Write"})
      .Then(TaskCreated{
          .title = "Write", .status = events::Status::NotStarted, .priority = events::Priority::Medium, .tags = {}});
}

TEST(CreateTask, TakesValuesAtTheirLimits) {
  std::vector<std::string> tags;
  for (int i = 0; i < 20; ++i) tags.push_back(std::to_string(10 + i) + times(38, "x"));
  const CreateTask largest{.title = times(80, "x"),
                           .description = times(4'000, "x"),
                           .tags = tags,
                           .due_date = kNow + 1us,
                           .warning_offset_minutes = 64'000};
  Given({}).When(largest).Then(TaskCreated{.title = largest.title,
                                           .description = largest.description,
                                           .tags = tags,
                                           .due_date = largest.due_date,
                                           .warning_offset_minutes = 64'000});
  Given({})
      .When(CreateTask{.title = "x", .description = "", .warning_offset_minutes = 0})
      .Then(TaskCreated{.title = "x", .description = "", .warning_offset_minutes = 0});
}

TEST(CreateTask, CountsCodePointsAndNotBytes) {
  const std::string rockets = times(80, "\xF0\x9F\x9A\x80");
  Given({}).When(CreateTask{.title = rockets}).Then(TaskCreated{.title = rockets});
  Given({}).When(CreateTask{.title = rockets + "\xC3\xA9"}).ThenInvalid({"title"});
}

TEST(CreateTask, IsRejectedWithEveryValueThatIsOutOfBounds) {
  Given({})
      .When(CreateTask{.title = "",
                       .description = times(4'001, "x"),
                       .tags = {"fine", "", times(41, "x"), "a,b", "fine"},
                       .due_date = kNow,
                       .warning_offset_minutes = 64'001})
      .ThenInvalid({"title", "description", "tags/1", "tags/2", "tags/3", "tags/4", "dueDate", "warningOffset"});
}

TEST(CreateTask, IsRejectedWithATitleThatIsBlankOrTooLong) {
  Given({}).When(CreateTask{.title = times(81, "x")}).ThenInvalid({"title"});
  Given({}).When(CreateTask{.title = " \t\n"}).ThenInvalid({"title"});
}

TEST(CreateTask, IsRejectedWithTwentyOneTags) {
  std::vector<std::string> tags;
  for (int i = 0; i < 21; ++i) tags.push_back("tag-" + std::to_string(i));
  Given({}).When(CreateTask{.title = "x", .tags = tags}).ThenInvalid({"tags"});
}

TEST(CreateTask, IsRejectedWithTheCharacterZeroInATextAnywhere) {
  const std::string zero("a\0b", 3);
  Given({})
      .When(CreateTask{.title = zero, .description = zero, .tags = {zero}})
      .ThenInvalid({"title", "description", "tags/0"});
}

TEST(CreateTask, IsRejectedWithANegativeWarningOffset) {
  Given({}).When(CreateTask{.title = "x", .warning_offset_minutes = -1}).ThenInvalid({"warningOffset"});
}

TEST(CreateTask, IsRejectedWithADueDateInThePast) {
  Given({}).When(CreateTask{.title = "x", .due_date = kYesterday}).ThenInvalid({"dueDate"});
}

TEST(CreateTask, IsRejectedForSomebodyWhoIsNoUser) {
  const CreateTask for_ann{.title = "", .assignee_id = kAnn, .due_date = kYesterday};
  Given({}).For(Assignee::Unknown).When(for_ann).ThenInvalid({"title", "assigneeId", "dueDate"});
}

TEST(CreateTask, IsRejectedForAUserWhoIsDeactivatedOnceItsValuesAreFine) {
  const CreateTask for_ann{.title = "x", .assignee_id = kAnn};
  Given({}).For(Assignee::Inactive).When(for_ann).ThenRejectedAs<UserIsInactive>();
  Given({}).For(Assignee::Inactive).When(CreateTask{.assignee_id = kAnn}).ThenInvalid({"title"});
}

TEST(CreateTask, IsRejectedUnderTheIdOfADeletedTask) {
  Given({TaskCreated{.title = "x"}, TaskDeleted{}}).When(CreateTask{.title = "y"}).ThenRejectedAs<TaskIsDeleted>();
}

}  // namespace
}  // namespace taskstream::command
