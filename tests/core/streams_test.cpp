#include "command-service/core/streams.hpp"

#include <gtest/gtest.h>

namespace taskstream::command {
namespace {

using namespace std::chrono_literals;

constexpr events::Instant kStart{events::Instant::duration(1'700'000'000'000'000)};

RememberedCommand command(int number, std::int64_t version, events::Instant log_time) {
  return {.actor = "ann",
          .key = "key-" + std::to_string(number),
          .hash = "hash",
          .version = {version},
          .log_time = log_time};
}

TEST(RememberedCommands, AreFoundByActorAndKey) {
  RememberedCommands commands;
  commands.remember(command(1, 2, kStart));
  ASSERT_NE(commands.find("ann", "key-1"), nullptr);
  EXPECT_EQ(commands.find("ben", "key-1"), nullptr);
  EXPECT_EQ(commands.find("ann", "key-2"), nullptr);
}

TEST(RememberedCommands, KeepTheLastThousandHoweverOld) {
  RememberedCommands commands;
  for (int i = 0; i < 1'001; ++i) commands.remember(command(i, i + 2, kStart + i * 24h));
  EXPECT_EQ(commands.find("ann", "key-0"), nullptr);
  EXPECT_NE(commands.find("ann", "key-1"), nullptr);
}

TEST(RememberedCommands, KeepSevenDaysHoweverMany) {
  RememberedCommands commands;
  for (int i = 0; i < 3'000; ++i) commands.remember(command(i, i + 2, kStart + i * 1min));
  EXPECT_NE(commands.find("ann", "key-0"), nullptr);
}

TEST(RememberedCommands, KeepTheCreatingOneForEver) {
  RememberedCommands commands;
  commands.remember(command(0, 1, kStart));
  for (int i = 1; i < 2'000; ++i) commands.remember(command(i, i + 1, kStart + i * 24h));
  EXPECT_NE(commands.find("ann", "key-0"), nullptr);
}

}  // namespace
}  // namespace taskstream::command
