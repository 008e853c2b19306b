#include "events/log/kafka/tail.hpp"

#include <poll.h>
#include <spdlog/spdlog.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>
#include <map>
#include <stdexcept>
#include <utility>

#include "events/log/kafka/message.hpp"

namespace taskstream::events::kafka {
namespace {

constexpr std::size_t kBatch = 2'048;
// The bell can be trusted; this bounds what a lost ring would cost.
constexpr int kLookAnywayMs = 250;

// `fetch.error.backoff.ms` is also how long librdkafka leaves a full queue alone, so a long one stalls a busy tail.
const Settings kTailSettings = {{"fetch.error.backoff.ms", "20"},
                                {"fetch.wait.max.ms", "500"},
                                {"queued.min.messages", "20000"},
                                {"queued.max.messages.kbytes", "32768"}};

}  // namespace

Tail::Bell::Bell() : descriptor_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  if (descriptor_ < 0) throw std::runtime_error("no file descriptor is left for following the log");
}

Tail::Bell::~Bell() {
  close(descriptor_);
}

void Tail::Bell::ring() const {
  const std::uint64_t one = 1;
  static_cast<void>(!::write(descriptor_, &one, sizeof one));
}

void Tail::Bell::wait() const {
  pollfd waiting{.fd = descriptor_, .events = POLLIN, .revents = 0};
  poll(&waiting, 1, kLookAnywayMs);
  std::uint64_t rings = 0;
  static_cast<void>(!read(descriptor_, &rings, sizeof rings));
}

void Tail::Bell::be_rung_by(rd_kafka_queue_t* queue) const {
  const std::uint64_t one = 1;
  rd_kafka_queue_io_event_enable(queue, descriptor_, &one, sizeof one);
}

Tail::Tail(const Cluster& cluster, Partition partitions, const Checkpoint& from, Follower& follower,
           Reachability& reachability)
    : partitions_(partitions),
      follower_(follower),
      watch_(cluster, partitions, from, reachability, [this] { bell_.ring(); }),
      client_(Client::consumer(
          cluster, kTailSettings,
          [this, &reachability](rd_kafka_resp_err_t code, const std::string&) {
            reachability.suspect(code);
            watch_.suspect();
          },
          "tail")),
      queue_(rd_kafka_queue_new(client_->get())) {
  for (Partition p = 0; p < partitions; ++p) {
    read_.push_back(from.at(p));
    standing_still_.insert(p);
  }
  bell_.be_rung_by(queue_.get());
  const Queue errors(rd_kafka_queue_get_main(client_->get()));
  bell_.be_rung_by(errors.get());
  thread_ = std::thread([this] { run(); });
}

Tail::~Tail() {
  closing_ = true;
  bell_.ring();
  thread_.join();
}

void Tail::run() {
  while (!closing_) {
    bell_.wait();
    rd_kafka_poll(client_->get(), 0);
    if (closing_) break;
    if (auto damage = watch_.damage()) {
      follower_.on_log_damaged(std::move(*damage));
      break;
    }
    // Nothing is read before the first look at the log, nor from a partition that stopped until a look has cleared it.
    const std::uint64_t cleared = watch_.cleared();
    if (cleared != std::exchange(cleared_, cleared)) start_what_stands_still();
    drain();
  }
  for (Partition p = 0; p < partitions_; ++p) {
    if (!standing_still_.contains(p)) rd_kafka_consume_stop(client_->topic(), p);
  }
  queue_.reset();
  client_.reset();
}

void Tail::start_what_stands_still() {
  for (const Partition partition : std::exchange(standing_still_, {})) {
    const Offset next = read_[static_cast<std::size_t>(partition)].next;
    if (rd_kafka_consume_start_queue(client_->topic(), partition, next, queue_.get()) == 0) continue;
    spdlog::error("Partition {} cannot be followed yet: {}", partition, rd_kafka_err2str(rd_kafka_last_error()));
    standing_still_.insert(partition);
    watch_.suspect();
  }
}

void Tail::drain() {
  std::array<rd_kafka_message_t*, kBatch> raw{};
  std::vector<Message> messages;
  while (!closing_) {
    // Without a timeout: with one, librdkafka would wait until the whole batch is full.
    const ssize_t count = rd_kafka_consume_batch_queue(queue_.get(), 0, raw.data(), raw.size());
    if (count <= 0) return;
    messages.clear();
    for (ssize_t i = 0; i < count; ++i) messages.emplace_back(raw[static_cast<std::size_t>(i)]);
    deliver(messages);
  }
}

void Tail::deliver(const std::vector<Message>& messages) {
  std::vector<LogRecord> records;
  records.reserve(messages.size());
  std::map<Partition, Offset> ends;
  std::map<Partition, std::size_t> last;
  for (const Message& message : messages) {
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      last[message->partition] = records.size();
      records.push_back(to_log_record(*message));
    } else if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      ends[message->partition] = message->offset;
    } else {
      take_error(*message);
    }
  }
  std::map<Partition, PartitionCheckpoint> progress;
  for (const auto& [partition, index] : last) {
    const Offset offset = records[index].position.offset;
    progress[partition] = {.next = offset + 1, .last_offset = offset, .last_id = identity_of(records[index].record)};
  }
  if (!records.empty()) follower_.on_records(std::move(records));
  for (const auto& [partition, end] : ends) {
    PartitionCheckpoint& at = progress.try_emplace(partition, read_[static_cast<std::size_t>(partition)]).first->second;
    at.next = std::max(at.next, end);
    if (!closing_) follower_.on_partition_end({.partition = partition, .offset = end});
  }
  for (const auto& [partition, checkpoint] : progress) read_[static_cast<std::size_t>(partition)] = checkpoint;
  watch_.advance({progress.begin(), progress.end()});
}

void Tail::take_error(const rd_kafka_message_t& message) {
  spdlog::warn("Following partition {}: {}", message.partition, rd_kafka_message_errstr(&message));
  if (message.err == RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET && message.partition >= 0 &&
      message.partition < partitions_) {
    // librdkafka has let go of the partition, because its offset is not there.
    rd_kafka_consume_stop(client_->topic(), message.partition);
    standing_still_.insert(message.partition);
  }
  watch_.suspect();
}

}  // namespace taskstream::events::kafka
