#include "projection-service/readmodel/past_versions.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <functional>
#include <map>
#include <nlohmann/json.hpp>

#include "events/fold/state_json.hpp"
#include "events/fold/stream_fold.hpp"
#include "projection-service/readmodel/parked_rows.hpp"
#include "tests/projection/dice.hpp"
#include "tests/projection/random_history.hpp"
#include "tests/projection/read_model.hpp"

namespace taskstream::projection::testing {
namespace {

using Kind = FoundVersion::Kind;

struct Version {
  std::string body;
  events::Instant time;  // the latest of the stream up to here
  bool deletes = false;
};

// Every version of every task, as the fold comes to it.
class AllVersions {
 public:
  void apply(const events::Record& record, events::Partition partition, events::Partition partitions) {
    const auto envelope = events::read_envelope(record, partition, partitions);
    if (!envelope) return;
    events::Stream& stream = streams_[envelope->stream.to_string()];
    const bool folded = events::apply(stream, *envelope, record).event.has_value();
    const auto* task = std::get_if<events::TaskState>(&stream.state);
    if (!folded || task == nullptr) return;
    versions[task->id].push_back(
        {.body = events::task_json(*task), .time = *stream.last_time, .deletes = task->deleted && !was_deleted(*task)});
  }

  std::map<events::TaskId, std::vector<Version>> versions;

 private:
  bool was_deleted(const events::TaskState& task) { return !deleted_.insert(task.id).second; }

  std::map<std::string, events::Stream> streams_;
  std::set<events::TaskId> deleted_;
};

TEST(PastVersions, AreWhatTheFoldCameTo) {
  const std::uint64_t seed = seed_of_this_run();
  SCOPED_TRACE("TASKSTREAM_SEED=" + std::to_string(seed));
  RandomHistory history(seed, 20);
  ReadModel model;
  AllVersions all;
  for (int i = 0; i < 4'000; ++i) {
    events::Record record = history.next(true);
    const auto partition = events::partition_of(*record.key, model.identity.partitions);
    all.apply(record, partition, model.identity.partitions);
    model.append(std::move(record), partition);
  }
  model.deliver(100);
  ASSERT_TRUE(model.failures.empty()) << model.failures.front();

  TaskQueries queries = model.queries();
  for (const auto& [id, versions] : all.versions) {
    const auto newest = static_cast<std::int64_t>(versions.size());
    const bool deleted = queries.find_task(id, Sight::everything()).deleted;
    for (std::int64_t n = 1; n <= newest; ++n) {
      const Version& version = versions[static_cast<std::size_t>(n - 1)];
      const FoundVersion found = find_version(queries.connection(), id, Sight::everything(), n);
      ASSERT_EQ(found.kind, n == newest && deleted ? Kind::Deleted : Kind::Found) << n;
      ASSERT_EQ(found.body, n == newest && deleted ? "" : version.body) << n;
      ASSERT_FALSE(found.quarantined);
      // The highest version whose time is not later.
      std::int64_t last = n;
      while (last < newest && versions[static_cast<std::size_t>(last)].time == version.time) ++last;
      ASSERT_EQ(find_at(queries.connection(), id, Sight::everything(), version.time).version, last);
      ASSERT_EQ(
          find_at(queries.connection(), id, Sight::everything(), version.time - std::chrono::microseconds(1)).version,
          std::ranges::lower_bound(versions, version.time, {}, &Version::time) - versions.begin());
    }
    EXPECT_EQ(find_version(queries.connection(), id, Sight::everything(), newest + 1).kind, Kind::Unknown);
    EXPECT_EQ(find_at(queries.connection(), id, Sight::everything(), at_second(1'000'000)).version, newest);
    EXPECT_EQ(find_at(queries.connection(), id, Sight::everything(), at_second(-1)).kind, Kind::Unknown);
  }
}

TEST(PastVersions, KeepEverySixtyFourthWhole) {
  ReadModel model;
  for (std::int64_t n = 1; n <= 200; ++n) {
    model.append(recorded(task_id(1), n,
                          n == 1 ? events::Event(events::TaskCreated{.title = "t"})
                                 : events::Event(events::TaskEdited{.changes = {.title = std::to_string(n)}}),
                          n));
  }
  model.deliver();
  EXPECT_EQ(model.number("SELECT count(*) FROM history WHERE state IS NOT NULL"), 3);
  EXPECT_EQ(model.number("SELECT min(version) FROM history WHERE state IS NOT NULL"), 64);
  for (const std::int64_t n : {1, 63, 64, 65, 127, 128, 199}) {
    const auto body =
        nlohmann::json::parse(find_version(model.queries().connection(), task_id(1), Sight::everything(), n).body);
    EXPECT_EQ(body.at("version"), n);
    EXPECT_EQ(body.at("title"), n == 1 ? "t" : std::to_string(n));
  }
}

// What the database's machine does for a query, step by step.
int steps_of(TaskQueries& queries, const std::function<void()>& query) {
  int steps = 0;
  sqlite3* handle = queries.connection().database().connection().getHandle();
  sqlite3_progress_handler(handle, 1, [](void* count) { return ++*static_cast<int*>(count), 0; }, &steps);
  query();
  sqlite3_progress_handler(handle, 0, nullptr, nullptr);
  return steps;
}

TEST(PastVersions, OfATaskWithManyTakeFewSteps) {
  ReadModel model;
  constexpr std::int64_t kVersions = 20'000;
  model.append(recorded(task_id(1), 1, events::TaskCreated{.title = "t"}, 1));
  for (std::int64_t n = 2; n <= kVersions; ++n) {
    model.append(recorded(task_id(1), n, events::TaskEdited{.changes = {.title = std::to_string(n)}}, n));
  }
  model.deliver();
  TaskQueries queries = model.queries();
  for (const std::int64_t n : {1L, 63L, 9'999L, 10'047L, kVersions - 1}) {
    EXPECT_LT(steps_of(queries, [&] { find_version(queries.connection(), task_id(1), Sight::everything(), n); }), 2'000)
        << n;
    EXPECT_LT(steps_of(queries, [&] { find_at(queries.connection(), task_id(1), Sight::everything(), at_second(n)); }),
              3'000)
        << n;
  }
}

TEST(PastVersions, ThatAreParkedAreNeitherShownNorDenied) {
  ReadModel model;
  model.append(recorded(task_id(1), 1, events::TaskCreated{.title = "a"}, 1));
  model.append(recorded(task_id(1), 2, events::TaskEdited{.changes = {.title = "b"}}, 2));
  events::Record unknown = events::to_record(recorded(task_id(1), 3, events::TaskDeleted{}, 3));
  for (events::Header& header : unknown.headers) {
    if (header.name == "ce_type") header.value = "taskstream.task.painted.v1";
  }
  model.append(std::move(unknown), events::partition_of(events::StreamId::of(task_id(1)).to_string(), 3));
  model.append(recorded(task_id(1), 4, events::TaskEdited{.changes = {.title = "d"}}, 4));
  model.deliver();

  TaskQueries queries = model.queries();
  for (const std::int64_t n : {1, 2}) {
    const FoundVersion found = find_version(queries.connection(), task_id(1), Sight::everything(), n);
    EXPECT_EQ(found.kind, Kind::Found);
    EXPECT_TRUE(found.quarantined);
    EXPECT_EQ(nlohmann::json::parse(found.body).at("quarantined").at("version"), 3);
  }
  EXPECT_EQ(find_version(queries.connection(), task_id(1), Sight::everything(), 3).kind, Kind::Parked);
  EXPECT_EQ(find_version(queries.connection(), task_id(1), Sight::everything(), 4).kind, Kind::Parked);
  EXPECT_EQ(find_version(queries.connection(), task_id(1), Sight::everything(), 5).kind, Kind::Unknown);
  // When a parked version was made cannot be known for sure, so the last good state stands, marked.
  const FoundVersion late = find_at(queries.connection(), task_id(1), Sight::everything(), at_second(100));
  EXPECT_EQ(late.version, 2);
  EXPECT_TRUE(late.quarantined);
}

TEST(PastVersions, OfTasksThatNeverWereAreUnknown) {
  ReadModel model;
  model.deliver();
  EXPECT_EQ(find_version(model.queries().connection(), task_id(1), Sight::everything(), 1).kind, Kind::Unknown);
  EXPECT_EQ(find_at(model.queries().connection(), task_id(1), Sight::everything(), at_second(1)).kind, Kind::Unknown);
}

TEST(ParkedRecords, ComeInPagesByteForByte) {
  ReadModel model;
  const std::string bytes("\0\xff\n", 3);
  for (int i = 0; i < 5; ++i) {
    model.append(events::Record{.key = i % 2 == 0 ? std::optional<std::string>() : bytes,
                                .headers = {{"h", bytes}, {"h", ""}},
                                .value = bytes + std::to_string(i)},
                 i % 3);
  }
  model.deliver();
  TaskQueries queries = model.queries();
  std::vector<ParkedRow> rows;
  std::optional<events::Position> after;
  while (true) {
    const ParkedPage page = list_parked(queries.connection(), after, 2);
    rows.insert(rows.end(), page.rows.begin(), page.rows.end());
    if (!page.more) break;
    after = page.rows.back().record.position;
  }
  ASSERT_EQ(rows.size(), 5U);
  EXPECT_EQ(rows[1].record.position, (events::Position{.partition = 0, .offset = 1}));
  EXPECT_EQ(rows[1].record.record.value, bytes + "3");
  EXPECT_EQ(rows[1].record.record.key, bytes);
  EXPECT_EQ(rows[0].record.record.key, std::nullopt);
  EXPECT_EQ(rows[0].record.record.headers, (std::vector<events::Header>{{"h", bytes}, {"h", ""}}));
  EXPECT_FALSE(rows[0].reason.empty());
}

TEST(ParkedRecords, EndAPageWhenTheirBytesAreMany) {
  ReadModel model;
  for (int i = 0; i < 5; ++i)
    model.append(events::Record{.key = {}, .headers = {}, .value = std::string(3'000'000, 'x')}, 0);
  model.deliver();
  const ParkedPage page = list_parked(model.queries().connection(), std::nullopt, 100);
  EXPECT_EQ(page.rows.size(), 2U);
  EXPECT_TRUE(page.more);
}

}  // namespace
}  // namespace taskstream::projection::testing
