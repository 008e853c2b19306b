#include "command-service/core/remembered_commands.hpp"

#include <gtest/gtest.h>

namespace taskstream::command {
namespace {

RememberedCommand command(int number) {
  return {.actor = "ann", .key = "key-" + std::to_string(number), .hash = "hash", .version = {number}};
}

class RememberedCommandsTest : public testing::Test {
 protected:
  bool has(int number) const { return commands.find("ann", "key-" + std::to_string(number)) != nullptr; }
  void save() {
    commands.take_unsaved();
    commands.note_saved();
  }

  RememberedCommands commands;
};

TEST_F(RememberedCommandsTest, AreFoundByActorAndKey) {
  commands.remember(command(1));
  ASSERT_NE(commands.find("ann", "key-1"), nullptr);
  EXPECT_EQ(commands.find("ben", "key-1"), nullptr);
  EXPECT_EQ(commands.find("ann", "key-2"), nullptr);
}

TEST_F(RememberedCommandsTest, StayUntilTheyAreSaved) {
  for (int i = 1; i <= 20; ++i) commands.remember(command(i));
  EXPECT_EQ(commands.take_unsaved().size(), 20U);
  for (int i = 21; i <= 30; ++i) commands.remember(command(i));
  EXPECT_TRUE(has(1) && has(20) && has(30));
  EXPECT_FALSE(commands.has_more());
  commands.note_saved();
  EXPECT_FALSE(has(20));
  EXPECT_TRUE(has(21));
  EXPECT_TRUE(commands.has_more());
  const auto unsaved = commands.take_unsaved();
  EXPECT_EQ(unsaved.size(), 10U);
  EXPECT_EQ(unsaved.front(), command(21));
}

TEST_F(RememberedCommandsTest, AreAFewOnceTheyAreSaved) {
  for (int i = 1; i <= 20; ++i) commands.remember(command(i));
  save();
  EXPECT_TRUE(has(17) && has(20));
  EXPECT_FALSE(has(16));
  const std::size_t bytes = commands.bytes();
  for (int i = 21; i <= 29; ++i) {
    commands.remember(command(i));
    save();
  }
  EXPECT_EQ(commands.bytes(), bytes);
}

TEST_F(RememberedCommandsTest, TakeInWhatTheStoreRemembers) {
  for (int i = 11; i <= 20; ++i) commands.remember(command(i));
  save();
  for (int i = 1; i <= 9; ++i) {
    commands.recall(command(i));
    EXPECT_TRUE(has(i));
  }
  EXPECT_FALSE(has(1));
  EXPECT_TRUE(commands.take_unsaved().empty());
}

}  // namespace
}  // namespace taskstream::command
