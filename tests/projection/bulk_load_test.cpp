#include "projection-service/projection/bulk_load.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <future>

#include "events/log/memory/memory_event_log.hpp"
#include "projection-service/projection/handover.hpp"
#include "projection-service/readmodel/model_name.hpp"
#include "projection-service/readmodel/schema_parts.hpp"
#include "tests/projection/dice.hpp"
#include "tests/projection/failing_writes.hpp"
#include "tests/projection/random_history.hpp"
#include "tests/projection/read_model.hpp"

namespace taskstream::projection::testing {
namespace {

constexpr events::Partition kPartitions = 3;

// A log, a model that has followed it, and a name under which to build another one.
struct Stage {
  explicit Stage(std::uint64_t seed, int records) : model({}, kPartitions) {
    RandomHistory history(seed);
    for (int i = 0; i < records; ++i) {
      events::Record record = history.next();
      const auto partition = events::partition_of(*record.key, kPartitions);
      log.append(partition, record, [](events::AppendOutcome) {});
      model.append(std::move(record), partition);
    }
    model.deliver();
  }

  std::unique_ptr<ModelFile> begin(int memory_kib) { return name.begin_next(model.identity, memory_kib, stop); }
  void load(ModelFile& file, std::size_t bytes) {
    bulk_load(file, log, model.identity, {.total_bytes = bytes}, desk, stop);
  }

  events::MemoryEventLog log{kPartitions};
  ReadModel model;
  ModelName name{model.folder / "built.db"};
  RebuildDesk desk;
  std::atomic<bool> stop = false;
};

std::string schema_of(sqlite::Database& database) {
  std::string text;
  SQLite::Statement select = database.prepare("SELECT type, name, sql FROM sqlite_master ORDER BY type, name");
  while (select.executeStep()) text += select.getColumn(0).getString() + " " + select.getColumn(1).getString() + "\n";
  return text;
}

TEST(BulkLoad, ComesToTheRowsThatFollowingComesTo) {
  const std::uint64_t seed = seed_of_this_run();
  SCOPED_TRACE("TASKSTREAM_SEED=" + std::to_string(seed));
  Stage stage(seed, 10'000);
  // Memory for everything, and for so few streams that most are written more than once.
  for (const std::size_t bytes : {std::size_t{64} << 20, std::size_t{200'000}}) {
    auto file = stage.begin(1'000);
    stage.load(*file, bytes);
    EXPECT_EQ(dump_of(file->path()), stage.model.dump()) << bytes;
    EXPECT_EQ(schema_of(file->writer()), schema_of(stage.model.file().writer()));
    EXPECT_EQ(file->writer().connection().execAndGet("PRAGMA journal_mode").getString(), "wal");
    EXPECT_EQ(file->writer().connection().execAndGet("PRAGMA integrity_check").getString(), "ok");
    file->adopt(stage.model.identity);
    Writer writer(*file, stage.model.identity.log_id);
    EXPECT_EQ(writer.load_checkpoint().positions(), stage.model.committed());
  }
}

TEST(BulkLoad, FindsEachKindOfRowThatIsNotAsItWasWritten) {
  constexpr const char* kDamages[] = {
      "UPDATE tasks SET title = title || 'x' WHERE stream_no = (SELECT min(stream_no) FROM tasks)",
      "UPDATE tasks SET body = replace(body, 'status', 'stat0s') WHERE stream_no = (SELECT max(stream_no) FROM tasks)",
      "UPDATE tasks SET assignee = NULL WHERE stream_no = (SELECT min(stream_no) FROM tasks WHERE assignee IS NOT NULL)",
      "UPDATE streams SET version = version + 1 WHERE stream_no = (SELECT min(stream_no) FROM streams)",
      "DELETE FROM tasks WHERE stream_no = (SELECT min(stream_no) FROM tasks)",
      "DELETE FROM streams WHERE stream_no = (SELECT min(stream_no) FROM streams)",
      "DELETE FROM task_tags WHERE rowid_of IS NULL",
      "INSERT INTO task_tags VALUES ('another', 1)",
      "UPDATE history SET time = time + 1 WHERE rowid = 7",
      "UPDATE history SET item = item || ' ' WHERE rowid = 8",
      "UPDATE history SET state = NULL WHERE rowid = (SELECT min(rowid) FROM history WHERE state IS NOT NULL)",
      "DELETE FROM history WHERE rowid = 9",
      "UPDATE parked_records SET value = x'00' WHERE rowid_of IS NULL",
      "DELETE FROM parked_records",
      "UPDATE tasks SET change_offset = change_offset + 1 WHERE stream_no = (SELECT min(stream_no) FROM tasks)",
      "UPDATE users SET name = name || 'x' WHERE stream_no = (SELECT min(stream_no) FROM users)",
      "UPDATE sight_lost SET change_offset = change_offset + 1 WHERE stream_no = (SELECT min(stream_no) FROM sight_lost)",
      "DELETE FROM users WHERE stream_no = (SELECT max(stream_no) FROM users)",
  };
  const std::uint64_t seed = seed_of_this_run();
  SCOPED_TRACE("TASKSTREAM_SEED=" + std::to_string(seed));
  ModelDigests digests;
  ReadModel model({.batch_records = 64, .cache_bytes = 20'000, .digests = &digests});
  RandomHistory history(seed);
  for (int i = 0; i < 3'000; ++i) {
    events::Record record = history.next(true);
    const auto partition = events::partition_of(*record.key, model.identity.partitions);
    model.append(std::move(record), partition);
  }
  model.append(events::Record{.key = "no stream", .headers = {}, .value = "raw"}, 0);
  model.deliver();
  verify_rows(model.file(), digests);
  auto& connection = model.file().writer().connection();
  for (std::string damage : kDamages) {
    // Tables without a rowid: any one row.
    if (const auto at = damage.find("rowid_of IS NULL"); at != std::string::npos) {
      const std::string table = damage.find("task_tags") != std::string::npos ? "(tag, stream_no) = (SELECT tag, stream_no FROM task_tags LIMIT 1)"
                                                                              : "(partition, record_offset) = (SELECT partition, record_offset FROM parked_records LIMIT 1)";
      damage.replace(at, std::string("rowid_of IS NULL").size(), table);
    }
    SQLite::Transaction transaction(connection);
    ASSERT_GT(connection.exec(damage), 0) << damage;
    EXPECT_THROW(verify_rows(model.file(), digests), BulkLoadFailed) << damage;
  }
  verify_rows(model.file(), digests);
}

TEST(BulkLoad, ThatIsStoppedLeavesNoReadModel) {
  Stage stage(1, 2'000);
  auto file = stage.begin(1'000);
  const auto path = file->path();
  stage.stop = true;
  EXPECT_ANY_THROW(stage.load(*file, 1 << 20));
  file.reset();
  EXPECT_THROW(ModelFile{path}, ReadModelRefused);
}

bool is_read_model(const std::filesystem::path& path) {
  if (path.empty()) return false;
  try {
    ModelFile file(path);
    return file.writer().connection().tableExists("meta");
  } catch (const ReadModelRefused&) {
    return false;
  }
}

TEST(BulkLoad, FailsWhicheverWriteFailsOrComesToTheRightRows) {
  install_failing_writes();
  Stage stage(7, 400);
  int failed = 0;
  for (int number = 1;; number += 7) {
    bool complete = false;
    std::filesystem::path path;
    fail_write(number);
    try {
      auto file = stage.begin(1'000);
      path = file->path();
      stage.load(*file, 100'000);
      complete = true;
      file.reset();
    } catch (const std::exception&) {
    }
    const bool has_failed = stop_failing();
    failed += has_failed;
    // What fails after the schema number was written, the last thing of all, fails on a file that is whole.
    const bool is_whole = complete || is_read_model(path);
    if (is_whole) ASSERT_EQ(dump_of(path), stage.model.dump()) << number;
    if (!has_failed) {
      EXPECT_TRUE(complete);
      break;
    }
  }
  EXPECT_GT(failed, 10);
}

TEST(BulkLoad, FailsWhenTheLogDoesNotAnswer) {
  Stage stage(1, 10);
  auto file = stage.begin(1'000);
  stage.log.set_reachable(false);
  EXPECT_THROW(stage.load(*file, 1 << 20), BulkLoadFailed);
}

TEST(Handover, HoldsTheLogUntilWhatItGaveIsTaken) {
  Handover handover(1'000);
  const auto records = [] { return Handover::Records(1, {.position = {}, .log_time = {}, .record = {.key = {}, .headers = {}, .value = std::string(900, 'x')}}); };
  handover.on_records(records());
  auto second = std::async(std::launch::async, [&] {
    handover.on_records(records());
    return true;
  });
  EXPECT_EQ(second.wait_for(std::chrono::milliseconds(20)), std::future_status::timeout);
  EXPECT_TRUE(handover.take(std::chrono::seconds(10)));
  EXPECT_TRUE(second.get());
  handover.close();
  handover.on_records(records());
  EXPECT_FALSE(handover.take(std::chrono::milliseconds(0)));
}

TEST(SchemaParts, KeepIndexesApartWhateverElseThereIs) {
  const SchemaParts parts = split_schema(
      "-- Words.\nCREATE TABLE a (\n  x INTEGER, -- of it\n  y TEXT\n);\nCREATE INDEX i ON a (x);\n\nCREATE TRIGGER t AFTER "
      "INSERT ON a BEGIN\n  DELETE FROM a;\n  DELETE FROM a;\nEND;\nCREATE UNIQUE INDEX u ON a\n  (y);\nCREATE VIRTUAL "
      "TABLE f USING fts5 (x);\n");
  EXPECT_EQ(parts.indexes, "CREATE INDEX i ON a (x);\nCREATE UNIQUE INDEX u ON a\n  (y);\n");
  EXPECT_EQ(parts.tables,
            "CREATE TABLE a (\n  x INTEGER, -- of it\n  y TEXT\n);\nCREATE TRIGGER t AFTER INSERT ON a BEGIN\n  DELETE FROM "
            "a;\n  DELETE FROM a;\nEND;\nCREATE VIRTUAL TABLE f USING fts5 (x);\n");
}

class TheName : public ::testing::Test {
 protected:
  std::filesystem::path made(const std::string& suffix) {
    const auto path = name.path().string() + suffix;
    std::ofstream(path) << suffix;
    return path;
  }
  bool is_there(const std::string& suffix) { return std::filesystem::exists(name.path().string() + suffix); }

  ReadModel model;  // for its folder and its log's identity
  ModelName name{model.folder / "name.db"};
  std::atomic<bool> stop = false;
};

TEST_F(TheName, LeadsNowhereThenToAFileAndThenToTheNext) {
  EXPECT_EQ(name.target(), std::nullopt);
  const auto first = name.begin_next(model.identity, 100, stop);
  EXPECT_EQ(first->path(), name.path().string() + ".1");
  name.lead_to(first->path());
  EXPECT_EQ(name.target(), first->path());
  const auto second = name.begin_next(model.identity, 100, stop);
  EXPECT_EQ(second->path(), name.path().string() + ".2");
  EXPECT_EQ(name.target(), first->path());
  name.lead_to(second->path());
  EXPECT_EQ(name.target(), second->path());
}

TEST_F(TheName, OfAFileLeadsToItself) {
  made("");
  EXPECT_EQ(name.target(), name.path());
  made("-wal");
  const auto first = name.begin_next(model.identity, 100, stop);
  name.lead_to(first->path());
  EXPECT_EQ(name.target(), first->path());
  name.remove_leftovers();
  EXPECT_FALSE(is_there("-wal"));
}

TEST_F(TheName, LosesWhatNobodyHoldsAndNothingElse) {
  auto served = name.begin_next(model.identity, 100, stop);
  const auto held = name.begin_next(model.identity, 100, stop);
  name.lead_to(served->path());
  for (const char* suffix : {".3", ".3-wal", ".4.lock", ".5-shm", ".backup", ".6.old", "x.7", ".rebuild.lock"}) made(suffix);
  name.remove_leftovers();
  for (const char* suffix : {".1", ".2", ".backup", ".6.old", "x.7", ".rebuild.lock"}) EXPECT_TRUE(is_there(suffix)) << suffix;
  for (const char* suffix : {".3", ".3-wal", ".4.lock", ".5-shm"}) EXPECT_FALSE(is_there(suffix)) << suffix;
}

TEST_F(TheName, IsBuiltForByOneAtATime) {
  const auto building = name.hold_for_building();
  EXPECT_TRUE(building);
  EXPECT_FALSE(name.hold_for_building());
}

TEST(RebuildDesk, TakesOneRebuildAtATime) {
  RebuildDesk desk;
  EXPECT_FALSE(desk.progress());
  EXPECT_TRUE(desk.request());
  EXPECT_TRUE(desk.is_requested());
  EXPECT_FALSE(desk.request());
  desk.begin(events::PositionVector({3, 4}));
  EXPECT_FALSE(desk.is_requested());
  EXPECT_FALSE(desk.request());
  EXPECT_EQ(desk.progress()->total, 7);
  desk.report(5, 9);
  EXPECT_EQ(desk.progress()->done, 5);
  desk.end();
  EXPECT_FALSE(desk.progress());
  EXPECT_TRUE(desk.request());
}

}  // namespace
}  // namespace taskstream::projection::testing
