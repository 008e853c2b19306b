#include "tests/bench/naive_loop.hpp"

#include <future>
#include <optional>
#include <unordered_map>
#include <utility>

#include "events/log/end_of_all.hpp"
#include "events/log/genesis.hpp"
#include "events/log/open_log.hpp"
#include "projection-service/projection/project.hpp"
#include "projection-service/readmodel/derived_columns.hpp"
#include "projection-service/readmodel/writer.hpp"
#include "tests/bench/clock.hpp"

namespace taskstream::bench {
namespace {

using namespace projection;

constexpr std::int64_t kTransaction = 1'000;

class NaiveLoop final : public events::Follower {
 public:
  NaiveLoop(Writer& writer, events::Partition partitions, events::PositionVector end)
      : writer_(writer), partitions_(partitions), end_(std::move(end)) {}

  // How many records there were, once all of them are committed.
  std::int64_t wait() { return done_.get_future().get(); }

  void on_records(std::vector<events::LogRecord> records) override {
    for (const events::LogRecord& record : records) {
      if (read_ % kTransaction == 0) writer_.begin();
      ++read_;
      checkpoint_.advance(record);
      apply(record);
      const bool is_last = record.position == last();
      if (read_ % kTransaction != 0 && !is_last) continue;
      writer_.commit(checkpoint_);
      writer_.checkpoint_when_over(1'000);
      if (is_last) done_.set_value(read_);
    }
  }
  void on_partition_end(events::Position) override {}
  void on_log_damaged(std::string message) override {
    done_.set_exception(std::make_exception_ptr(std::runtime_error(message)));
  }

 private:
  struct Known {
    StreamNo no;
    events::Stream stream;
  };

  // The embedded log has one partition.
  events::Position last() const { return {.partition = 0, .offset = end_.next(0) - 1}; }

  void apply(const events::LogRecord& record) {
    const auto envelope = events::read_envelope(record.record, record.position.partition, partitions_);
    if (!envelope) return;
    const std::string key = envelope->stream.to_string();
    const auto [found, is_new] = streams_.try_emplace(key);
    auto& [no, stream] = found->second;
    if (is_new) no = {static_cast<std::int64_t>(streams_.size())};
    const events::State before = stream.state;
    const events::Applied applied = events::apply(stream, *envelope, record.record);
    if (applied.verdict != events::Verdict::Accepted || applied.parked) return;
    is_new ? writer_.add_stream(no, key, stream) : writer_.update_stream(no, stream);
    const auto* after = std::get_if<events::TaskState>(&stream.state);
    if (after == nullptr) return;
    is_new ? writer_.add_task(no, stream, record.position)
           : writer_.update_task(no, stream, TaskColumns::kAll, record.position);
    writer_.replace_tags(no, listed_tags(before), listed_tags(stream.state));
    if (!have_same_text(before, stream.state)) {
      writer_.replace_words(Words::OfTasks, no, searched_text(before), searched_text(stream.state));
    }
    writer_.add_history({.stream = no,
                         .version = stream.version,
                         .time = *stream.last_time,
                         .item = history_item(*applied.event, before, *after, *stream.last_time, record.position),
                         .state = std::nullopt});
  }

  Writer& writer_;
  const events::Partition partitions_;
  const events::PositionVector end_;
  std::unordered_map<std::string, Known> streams_;
  events::Checkpoint checkpoint_;
  std::int64_t read_ = 0;
  std::promise<std::int64_t> done_;
};

}  // namespace

double measure_naive_loop(const std::string& log_url, const std::string& into) {
  const Stopwatch took;
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  const auto log = events::open_log(*events::parse_log_url(log_url), {.read_only = true}, deadline);
  const auto identity = events::read_genesis(*log, deadline);
  ModelFile file(into);
  file.adopt(*identity);
  Writer writer(file, identity->log_id);
  NaiveLoop loop(writer, log->partitions(), events::end_of_all(*log, deadline));
  const auto following = log->follow({}, loop);
  const auto records = static_cast<double>(loop.wait());
  return records / took.seconds();
}

}  // namespace taskstream::bench
