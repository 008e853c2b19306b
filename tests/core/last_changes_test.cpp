#include "command-service/core/last_changes.hpp"

#include <gtest/gtest.h>

namespace taskstream::command {
namespace {

using namespace std::chrono_literals;
using events::TaskField;
using Changes = std::vector<FieldChange>;

constexpr events::Instant kStart{events::Instant::duration(1'700'000'000'000'000)};

TEST(LastChanges, KeepTheLastOfEachField) {
  LastChanges changes;
  changes.note({TaskField::Title, TaskField::Tags}, {2}, "ann", kStart);
  changes.note({TaskField::Title}, {3}, "ben", kStart + 1s);
  EXPECT_EQ(changes.since({1}),
            (Changes{{TaskField::Title, {3}, "ben", kStart + 1s}, {TaskField::Tags, {2}, "ann", kStart}}));
}

TEST(LastChanges, TellOnlyWhatCameAfterTheVersion) {
  LastChanges changes;
  changes.note({TaskField::Title}, {2}, "ann", kStart);
  changes.note({TaskField::Status}, {3}, "ann", kStart);
  EXPECT_EQ(changes.since({2}), (Changes{{TaskField::Status, {3}, "ann", kStart}}));
  EXPECT_EQ(changes.since({3}), Changes());
}

TEST(LastChanges, TellFieldsInTheOrderOfATask) {
  LastChanges changes;
  changes.note({TaskField::Lock}, {2}, "ann", kStart);
  changes.note({TaskField::DueDate}, {3}, "ann", kStart);
  changes.note({TaskField::Title}, {4}, "ann", kStart);
  std::vector<TaskField> fields;
  for (const FieldChange& change : changes.since({1})) fields.push_back(change.field);
  EXPECT_EQ(fields, (std::vector<TaskField>{TaskField::Title, TaskField::DueDate, TaskField::Lock}));
}

}  // namespace
}  // namespace taskstream::command
