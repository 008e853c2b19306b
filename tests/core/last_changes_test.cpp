#include "command-service/core/last_changes.hpp"

#include <gtest/gtest.h>

namespace taskstream::command {
namespace {

using namespace std::chrono_literals;
using events::Field;
using Changes = std::vector<FieldChange>;

constexpr events::Instant kStart{events::Instant::duration(1'700'000'000'000'000)};

TEST(LastChanges, KeepTheLastOfEachField) {
  LastChanges changes;
  changes.note({Field::Title, Field::Tags}, {2}, "ann", kStart);
  changes.note({Field::Title}, {3}, "ben", kStart + 1s);
  EXPECT_EQ(changes.since({1}), (Changes{{Field::Title, {3}, "ben", kStart + 1s}, {Field::Tags, {2}, "ann", kStart}}));
}

TEST(LastChanges, TellOnlyWhatCameAfterTheVersion) {
  LastChanges changes;
  changes.note({Field::Title}, {2}, "ann", kStart);
  changes.note({Field::Status}, {3}, "ann", kStart);
  EXPECT_EQ(changes.since({2}), (Changes{{Field::Status, {3}, "ann", kStart}}));
  EXPECT_EQ(changes.since({3}), Changes());
}

TEST(LastChanges, TellFieldsInTheOrderOfATask) {
  LastChanges changes;
  changes.note({Field::Lock}, {2}, "ann", kStart);
  changes.note({Field::DueDate}, {3}, "ann", kStart);
  changes.note({Field::Title}, {4}, "ann", kStart);
  std::vector<Field> fields;
  for (const FieldChange& change : changes.since({1})) fields.push_back(change.field);
  EXPECT_EQ(fields, (std::vector<Field>{Field::Title, Field::DueDate, Field::Lock}));
}

}  // namespace
}  // namespace taskstream::command
