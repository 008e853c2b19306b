#include "events/log/file/file_event_log.hpp"

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "events/log/checkpoint.hpp"
#include "events/log/file/doorbell.hpp"
#include "events/log/file/group_writer.hpp"
#include "events/log/file/log_file.hpp"

namespace taskstream::events {
namespace {

constexpr int kBatch = 1'000;
constexpr std::chrono::milliseconds kLookAgain{1'000};

// Follows the file on a thread of its own.
class FileTail final : public Subscription {
 public:
  FileTail(const std::string& path, Checkpoint from, Follower& follower)
      : path_(path),
        waiter_(path),
        file_(LogFile::open(path)),
        checkpoint_(std::move(from)),
        thread_([this, &follower] { run(follower); }) {}

  ~FileTail() override {
    over_ = true;
    waiter_.stop();
    thread_.join();
  }

 private:
  void run(Follower& follower) {
    try {
      follow(follower);
    } catch (const std::exception& error) {
      follower.on_log_damaged("The log file:" + path_ + " cannot be read any more: " + error.what());
    }
  }

  void follow(Follower& follower) {
    if (auto damage = find_damage()) return follower.on_log_damaged(*std::move(damage));
    auto last_check = std::chrono::steady_clock::now();
    bool told_end = false;
    while (!over_) {
      std::vector<LogRecord> records = file_.read(checkpoint_.at(0).next, kBatch);
      if (!records.empty()) {
        for (const LogRecord& record : records) checkpoint_.advance(record);
        follower.on_records(std::move(records));
        told_end = false;
        continue;
      }
      if (!std::exchange(told_end, true)) follower.on_partition_end({.partition = 0, .offset = checkpoint_.at(0).next});
      waiter_.wait(kLookAgain);
      if (std::chrono::steady_clock::now() - last_check < kLookAgain) continue;
      last_check = std::chrono::steady_clock::now();
      if (auto damage = find_damage()) return follower.on_log_damaged(*std::move(damage));
    }
  }

  std::optional<std::string> find_damage() {
    const std::string log = "The log file:" + path_;
    if (!file_.is_in_place()) return log + " was deleted or replaced while it was in use. Restart on the right file.";
    const PartitionCheckpoint at = checkpoint_.at(0);
    if (at.next > file_.end()) {
      return log +
             " ends before what was read of it: it was replaced by an older copy. Rebuild from it only if that is "
             "wanted.";
    }
    if (at.last_offset < 0) return std::nullopt;
    const std::vector<LogRecord> last = file_.read(at.last_offset, 1);
    if (last.empty() || last.front().position.offset != at.last_offset ||
        identity_of(last.front().record) != at.last_id) {
      return log + " holds another record at offset " + std::to_string(at.last_offset) +
             " than was read there: it is not the log that was followed.";
    }
    return std::nullopt;
  }

  const std::string path_;
  DoorbellWaiter waiter_;  // armed before the first look
  LogFile file_;
  Checkpoint checkpoint_;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

// Runs one question after another on a thread of its own, so that nobody who asks is blocked by the disk.
class Questions {
 public:
  Questions() : thread_([this] { run(); }) {}
  ~Questions() {
    {
      const std::lock_guard lock(mutex_);
      over_ = true;
      wake_.notify_one();
    }
    thread_.join();
  }

  void ask(std::function<void()> question) {
    const std::lock_guard lock(mutex_);
    waiting_.push_back(std::move(question));
    wake_.notify_one();
  }

 private:
  void run() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return over_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      const std::function<void()> question = std::move(waiting_.front());
      waiting_.pop_front();
      lock.unlock();
      question();
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable wake_;
  std::deque<std::function<void()>> waiting_;
  bool over_ = false;
  std::thread thread_;
};

class FileEventLog final : public EventLog {
 public:
  FileEventLog(const std::string& path, const LogOptions& options)
      : path_(path), reader_(LogFile::open(path)), writer_(path, options.message_timeout) {}

  Partition partitions() const override { return 1; }

  void append(Partition, Record record, AppendDone done) override {
    writer_.append(std::move(record), std::move(done));
  }

  std::unique_ptr<Subscription> follow(const Checkpoint& from, Follower& follower) override {
    return std::make_unique<FileTail>(path_, from, follower);
  }

  void end_of_log(std::vector<Partition>, Deadline, EndDone done) override {
    questions_.ask([this, done = std::move(done)] {
      auto end = look([this] { return reader_.end(); });
      if (!end) return done(end.error());
      done(PositionVector({*end}));
    });
  }

  boost::system::result<std::optional<LogRecord>, LogUnavailable> read(Position position, Deadline) override {
    auto records = look([&] { return reader_.read(position.offset, 1); });
    if (!records) return records.error();
    if (records->empty() || records->front().position.offset != position.offset) return std::optional<LogRecord>();
    return std::optional(std::move(records->front()));
  }

  bool is_reachable() const override { return writer_.is_working(); }

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
  std::mutex reader_mutex_;
  LogFile reader_;
  GroupWriter writer_;
  Questions questions_;
};

}  // namespace

std::unique_ptr<EventLog> open_file_log(const FileUrl& url, const LogOptions& options) {
  if (options.create) LogFile::create_or_open(url.path);
  return std::make_unique<FileEventLog>(url.path, options);
}

}  // namespace taskstream::events
