#include "events/fold/fields.hpp"

#include <gtest/gtest.h>

#include <set>

#include "events/fold/state_json.hpp"
#include "tests/support/every_event.hpp"
#include "tests/support/examples.hpp"

namespace taskstream::events {
namespace {

using Fields = std::vector<Field>;

constexpr std::array kEveryField = {Field::Title,    Field::Description,   Field::Status,
                                    Field::Priority, Field::Tags,          Field::AssigneeId,
                                    Field::DueDate,  Field::WarningOffset, Field::Lock};

TEST(TaskFields, AreCalledAsATaskCallsThem) {
  const auto task = nlohmann::json::parse(task_json(TaskState()));
  for (const Field field : kEveryField) EXPECT_TRUE(task.contains(std::string(to_string(field))));
}

TEST(TaskFields, OfAnEditAreThoseThatItNames) {
  EXPECT_EQ(fields_changed_by(TaskEdited()), Fields());
  EXPECT_EQ(fields_changed_by(TaskEdited{{.title = "x", .due_date = std::optional<Instant>()}}),
            (Fields{Field::Title, Field::DueDate}));
  EXPECT_EQ(
      fields_changed_by(TaskEdited{{.title = "x",
                                    .description = "x",
                                    .priority = Priority::Low,
                                    .tags = std::vector<std::string>(),
                                    .due_date = examples::kTomorrow,
                                    .warning_offset_minutes = 5}}),
      (Fields{Field::Title, Field::Description, Field::Priority, Field::Tags, Field::DueDate, Field::WarningOffset}));
}

TEST(TaskFields, OfEveryOtherEventAreItsOwn) {
  EXPECT_EQ(fields_changed_by(TaskStatusChanged()), Fields{Field::Status});
  EXPECT_EQ(fields_changed_by(TaskAssigned()), Fields{Field::AssigneeId});
  EXPECT_EQ(fields_changed_by(TaskUnassigned()), Fields{Field::AssigneeId});
  EXPECT_EQ(fields_changed_by(TaskLocked()), Fields{Field::Lock});
  EXPECT_EQ(fields_changed_by(TaskUnlocked()), Fields{Field::Lock});
  for (const Event& event : examples::one_event_of_each_type()) {
    if (kind_of(event) == "email" || kind_of(event) == "log") {
      EXPECT_EQ(fields_changed_by(event), Fields()) << type_of(event);
    }
  }
}

}  // namespace
}  // namespace taskstream::events
