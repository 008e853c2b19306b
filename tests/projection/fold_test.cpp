// The read model is the fold of the log, bit for bit, whatever happens on the way.

#include <gtest/gtest.h>

#include <set>
#include <thread>

#include "events/log/consistency_token.hpp"
#include "events/log/memory/memory_event_log.hpp"
#include "tests/projection/dice.hpp"
#include "tests/projection/failing_writes.hpp"
#include "tests/projection/naive_rows.hpp"
#include "tests/projection/random_history.hpp"
#include "tests/projection/read_model.hpp"

namespace taskstream::projection::testing {
namespace {

// The first lines in which they differ, since a whole dump would fill the screen.
::testing::AssertionResult same_rows(const std::string& is, const std::string& should) {
  if (is == should) return ::testing::AssertionSuccess();
  std::size_t at = 0;
  while (at < std::min(is.size(), should.size()) && is[at] == should[at]) ++at;
  const std::size_t begin = at < 300 ? 0 : at - 300;
  return ::testing::AssertionFailure() << "is\n" << is.substr(begin, 900) << "\nand should be\n" << should.substr(begin, 900);
}

// Appends so many random records, and says what the rows must be.
std::string append_random(ReadModel& model, RandomHistory& history, int records) {
  const std::size_t before = model.log().size();
  for (int i = 0; i < records; ++i) {
    events::Record record = history.next();
    const auto partition = events::partition_of(*record.key, model.identity.partitions);
    model.append(std::move(record), partition);
  }
  EXPECT_EQ(model.log().size(), before + static_cast<std::size_t>(records));
  NaiveRows rows(model.identity);
  for (const events::LogRecord& record : model.log()) rows.apply(record);
  return rows.dump();
}

TEST(ReadModelIsTheFold, OfAHundredThousandRandomRecordsThroughALog) {
  const std::uint64_t seed = seed_of_this_run();
  SCOPED_TRACE("TASKSTREAM_SEED=" + std::to_string(seed));
  constexpr events::Partition kPartitions = 3;
  ReadModel model({.batch_records = 1'000, .cache_bytes = 200'000}, kPartitions);
  events::MemoryEventLog log(kPartitions);
  NaiveRows rows(model.identity);
  RandomHistory history(seed);
  std::vector<events::Offset> ends(kPartitions);
  const auto append = [&](int records) {
    for (int i = 0; i < records; ++i) {
      events::Record record = history.next();
      const auto partition = events::partition_of(*record.key, kPartitions);
      const events::Position position{.partition = partition, .offset = ends[static_cast<std::size_t>(partition)]++};
      rows.apply({.position = position, .log_time = {}, .record = record});
      log.append(partition, std::move(record), [](events::AppendOutcome) {});
    }
  };
  append(60'000);
  const auto subscription = log.follow(model.projector().checkpoint(), model.projector());
  for (int i = 0; i < 40; ++i) append(1'000);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(120);
  while (!model.projector().checkpoint().positions().covers(events::PositionVector(ends)) &&
         std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  ASSERT_TRUE(model.failures.empty()) << model.failures.front();
  EXPECT_TRUE(same_rows(model.dump(), rows.dump()));
}

TEST(ReadModelIsTheFold, WhenRecordsComeAgainFromAnyEarlierPosition) {
  const std::uint64_t seed = seed_of_this_run();
  SCOPED_TRACE("TASKSTREAM_SEED=" + std::to_string(seed));
  RandomHistory history(seed);
  ReadModel model({.cache_bytes = 50'000});
  for (int round = 0; round < 30; ++round) {
    const std::string should = append_random(model, history, 200);
    std::vector<events::Offset> from;
    for (events::Partition p = 0; p < model.identity.partitions; ++p) {
      from.push_back(history.below(static_cast<int>(model.committed().next(p)) + 1));
    }
    if (history.one_in(3)) model.reopen();
    model.deliver_from(events::PositionVector(std::move(from)), static_cast<std::size_t>(1 + history.below(100)));
    ASSERT_TRUE(same_rows(model.dump(), should)) << round;
  }
}

// Whole states only, whichever write fails: what is there is what some position of a batch's end explains, and once the
// disk takes writes again it becomes what it should be.
class FailingWrites : public ::testing::TestWithParam<bool> {};

TEST_P(FailingWrites, LeaveTheFoldOfAPrefix) {
  install_failing_writes();
  const std::uint64_t seed = seed_of_this_run();
  SCOPED_TRACE("TASKSTREAM_SEED=" + std::to_string(seed));
  constexpr int kRecords = 60;
  constexpr std::size_t kBatch = 10;
  std::set<std::string> whole;
  std::string should;
  {
    RandomHistory history(seed, 10);
    ReadModel model;
    should = append_random(model, history, kRecords);
    NaiveRows rows(model.identity);
    whole.insert(rows.dump());
    for (std::size_t i = 0; i < model.log().size(); ++i) {
      rows.apply(model.log()[i]);
      if ((i + 1) % kBatch == 0) whole.insert(rows.dump());
    }
  }
  int failed_at = 0;
  for (int number = 1; failed_at == number - 1; ++number) {
    RandomHistory history(seed, 10);
    ReadModel model;
    append_random(model, history, kRecords);
    fail_write(number, GetParam());
    model.deliver(kBatch);
    model.file().writer().checkpoint();
    if (!stop_failing()) break;
    failed_at = number;
    const std::string after = model.dump();
    ASSERT_EQ(whole.count(after), 1U) << number << "\n" << after;
    if (number % 2 == 0) model.reopen();
    model.projector().start_over();
    model.deliver_from(model.projector().checkpoint().positions(), kBatch);
    ASSERT_TRUE(same_rows(model.dump(), should)) << number;
  }
  EXPECT_GT(failed_at, 100);
}

INSTANTIATE_TEST_SUITE_P(ReadModelIsTheFold, FailingWrites, ::testing::Bool(), [](const auto& full) {
  return full.param ? "WhileTheDiskStaysFull" : "Once";
});

}  // namespace
}  // namespace taskstream::projection::testing
