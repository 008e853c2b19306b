#include "events/fold/task_fields.hpp"

#include <gtest/gtest.h>

#include <set>

#include "events/fold/state_json.hpp"
#include "tests/support/every_event.hpp"
#include "tests/support/examples.hpp"

namespace taskstream::events {
namespace {

using Fields = std::vector<TaskField>;

constexpr std::array kEveryField = {TaskField::Title,    TaskField::Description,   TaskField::Status,
                                    TaskField::Priority, TaskField::Tags,          TaskField::AssigneeId,
                                    TaskField::DueDate,  TaskField::WarningOffset, TaskField::Lock};

TEST(TaskFields, AreCalledAsATaskCallsThem) {
  const auto task = nlohmann::json::parse(task_json(TaskState()));
  for (const TaskField field : kEveryField) EXPECT_TRUE(task.contains(std::string(to_string(field))));
}

TEST(TaskFields, OfAnEditAreThoseThatItNames) {
  EXPECT_EQ(fields_changed_by(TaskEdited()), Fields());
  EXPECT_EQ(fields_changed_by(TaskEdited{{.title = "x", .due_date = std::optional<Instant>()}}),
            (Fields{TaskField::Title, TaskField::DueDate}));
  EXPECT_EQ(fields_changed_by(TaskEdited{{.title = "x",
                                          .description = "x",
                                          .priority = Priority::Low,
                                          .tags = std::vector<std::string>(),
                                          .due_date = examples::kTomorrow,
                                          .warning_offset_minutes = 5}}),
            (Fields{TaskField::Title, TaskField::Description, TaskField::Priority, TaskField::Tags, TaskField::DueDate,
                    TaskField::WarningOffset}));
}

TEST(TaskFields, OfEveryOtherEventAreItsOwn) {
  EXPECT_EQ(fields_changed_by(TaskStatusChanged()), Fields{TaskField::Status});
  EXPECT_EQ(fields_changed_by(TaskAssigned()), Fields{TaskField::AssigneeId});
  EXPECT_EQ(fields_changed_by(TaskUnassigned()), Fields{TaskField::AssigneeId});
  EXPECT_EQ(fields_changed_by(TaskLocked()), Fields{TaskField::Lock});
  EXPECT_EQ(fields_changed_by(TaskUnlocked()), Fields{TaskField::Lock});
  for (const Event& event : examples::one_event_of_each_type()) {
    if (kind_of(event) != "task") {
      EXPECT_EQ(fields_changed_by(event), Fields()) << type_of(event);
    }
  }
}

}  // namespace
}  // namespace taskstream::events
