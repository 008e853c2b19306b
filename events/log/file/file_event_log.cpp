#include "events/log/file/file_event_log.hpp"

#include <mutex>
#include <optional>
#include <utility>

#include "events/log/file/file_tail.hpp"
#include "events/log/file/group_writer.hpp"
#include "events/log/file/log_file.hpp"
#include "events/log/worker.hpp"

namespace taskstream::events {
namespace {

class FileEventLog final : public EventLog {
 public:
  FileEventLog(const std::string& path, const LogOptions& options)
      : path_(path),
        access_(options.read_only ? LogFile::Access::ReadOnly : LogFile::Access::ReadWrite),
        reader_(LogFile::open(path, access_)) {
    if (!options.read_only) writer_.emplace(path, options.message_timeout);
  }

  Partition partitions() const override { return 1; }

  void append(Partition partition, Record record, AppendDone done) override {
    if (partition != 0) {
      return done({.status = AppendOutcome::Status::NotAppended, .reason = "a file log has one partition"});
    }
    if (!writer_) return done({.status = AppendOutcome::Status::NotAppended, .reason = kOpenedForReading});
    writer_->append(std::move(record), std::move(done));
  }

  std::unique_ptr<Subscription> follow(const Checkpoint& from, Follower& follower) override {
    return std::make_unique<FileTail>(path_, access_, from, follower);
  }

  void end_of_log(std::vector<Partition>, Deadline deadline, EndDone done) override {
    questions_.post([this, deadline, done = std::move(done)] {
      if (std::chrono::steady_clock::now() > deadline) return done(LogUnavailable{"the deadline had passed"});
      auto end = look([this] { return reader_.end(); });
      if (!end) return done(end.error());
      done(PositionVector({end->next}));
    });
  }

  boost::system::result<std::optional<LogRecord>, LogUnavailable> read(Position position, Deadline) override {
    if (position.partition != 0 || position.offset < 0) return std::optional<LogRecord>();
    auto records = look([&] { return reader_.read(position.offset, 1); });
    if (!records) return records.error();
    if (records->empty() || records->front().position.offset != position.offset) return std::optional<LogRecord>();
    return std::optional(std::move(records->front()));
  }

  bool is_reachable() const override { return !writer_ || writer_->is_working(); }

  LogFigures figures() const override {
    if (!writer_) return {};
    return {{.name = "taskstream_file_log_commit_duration_seconds",
             .help = "How long the embedded log's commits took to reach the disk; one commit carries many appends.",
             .kind = LogFigure::Kind::Durations,
             .durations = writer_->commits()},
            {.name = "taskstream_file_log_appends_waiting",
             .help = "Appends that wait for the embedded log's next commit.",
             .value = static_cast<double>(writer_->waiting())}};
  }

 private:
  template <class Look>
  auto look(Look read) -> boost::system::result<decltype(read()), LogUnavailable> {
    const std::lock_guard lock(reader_mutex_);
    try {
      return read();
    } catch (const SQLite::Exception& error) {
      return LogUnavailable{error.what()};
    }
  }

  const std::string path_;
  const LogFile::Access access_;
  std::mutex reader_mutex_;
  LogFile reader_;
  std::optional<GroupWriter> writer_;  // none when opened for reading alone
  Worker questions_;
};

}  // namespace

std::unique_ptr<EventLog> open_file_log(const FileUrl& url, const LogOptions& options, Deadline deadline) {
  if (options.create) LogFile::create_if_missing(url.path, deadline);
  return std::make_unique<FileEventLog>(url.path, options);
}

}  // namespace taskstream::events
