#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "events/contract/envelope.hpp"
#include "projection-service/projection/projector.hpp"
#include "projection-service/readmodel/task_queries.hpp"

namespace taskstream::projection::testing {

events::Instant at_second(std::int64_t second);
events::TaskId task_id(std::uint8_t number);
events::UserId user_id(std::uint8_t number);

// An event as a command service would write it. Ids and times follow from stream and version.
events::RecordedEvent recorded(const events::StreamId& stream, std::int64_t version, events::Event event,
                               std::int64_t second = 0);
events::RecordedEvent recorded(const events::TaskId& task, std::int64_t version, events::Event event,
                               std::int64_t second = 0);

// All rows of all tables of a file, in a fixed order, with streams named by their keys: the queries, and what they find.
std::span<const char* const> dump_queries();
std::string dump_of(const std::filesystem::path& file);

// A read model on a real file in a folder of its own, and a log of records to feed it with, by hand and on this thread.
class ReadModel : public ProjectorListener {
 public:
  explicit ReadModel(Projector::Options options = {}, events::Partition partitions = 3);
  ~ReadModel() override;

  events::Position append(const events::RecordedEvent& event);
  events::Position append(events::Record record, events::Partition partition);
  const std::vector<events::LogRecord>& log() const { return log_; }
  // Everything appended and not delivered yet, in batches of this size.
  void deliver(std::size_t batch = 1'000);
  // The next ones alone, as one batch.
  void deliver_some(std::size_t count);
  // Everything from the positions on, again.
  void deliver_from(const events::PositionVector& from, std::size_t batch = 1'000);

  // Everything that was appended to another one's log.
  void follow(const ReadModel& other);

  void reopen();
  TaskQueries queries() const { return {path(), std::chrono::milliseconds(0)}; }
  std::string dump() const { return dump_of(path()); }
  std::int64_t number(const std::string& sql) const;

  std::filesystem::path path() const { return folder / "model.db"; }
  Projector& projector() { return *projector_; }
  ModelFile& file() { return *file_; }
  events::PositionVector committed() const {
    return commits.empty() ? events::PositionVector() : commits.back().positions;
  }

  std::filesystem::path folder;
  events::LogIdentity identity;
  std::vector<Committed> commits;
  std::vector<std::string> failures;
  bool collects_changes = false;

 private:
  void on_committed(Committed committed) override { commits.push_back(std::move(committed)); }
  bool wants_changes() override { return collects_changes; }
  void on_write_failed(std::string reason, bool) override { failures.push_back(std::move(reason)); }
  void on_log_damaged(std::string) override {}

  Projector::Options options_;
  std::vector<events::LogRecord> log_;
  std::vector<events::Offset> ends_;
  std::size_t delivered_ = 0;
  std::unique_ptr<ModelFile> file_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<Projector> projector_;
};

}  // namespace taskstream::projection::testing
