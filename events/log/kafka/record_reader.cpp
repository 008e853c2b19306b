#include "events/log/kafka/record_reader.hpp"

#include <algorithm>
#include <stdexcept>

#include "events/log/kafka/message.hpp"

namespace taskstream::events::kafka {
namespace {

// Only the first record of each fetch is wanted, and an empty one should come back soon.
const Settings kSmallFetches = {{"fetch.wait.max.ms", "10"},
                                {"fetch.error.backoff.ms", "20"},
                                {"queued.min.messages", "1"},
                                {"fetch.message.max.bytes", "65536"},
                                {"queued.max.messages.kbytes", "1024"}};

// Fetches these positions into one queue while it lives.
class Fetch {
 public:
  Fetch(Client& client, const std::vector<Position>& from)
      : client_(client), from_(from), queue_(rd_kafka_queue_new(client.get())) {
    for (const Position position : from_) {
      rd_kafka_consume_start_queue(client_.topic(), position.partition, position.offset, queue_.get());
    }
  }
  ~Fetch() {
    for (const Position position : from_) rd_kafka_consume_stop(client_.topic(), position.partition);
  }
  Fetch(const Fetch&) = delete;
  Fetch& operator=(const Fetch&) = delete;

  Message next(Deadline deadline) { return Message(rd_kafka_consume_queue(queue_.get(), ms_until(deadline))); }

 private:
  Client& client_;
  const std::vector<Position>& from_;
  Queue queue_;
};

boost::system::result<void, AskError> fetch(Client& client, const std::vector<Position>& wanted,
                                            RecordReader::Records& into, Deadline deadline) {
  if (wanted.empty()) return {};
  Fetch fetching(client, wanted);
  std::vector<bool> settled(wanted.size(), false);
  while (std::ranges::find(settled, false) != settled.end()) {
    if (std::chrono::steady_clock::now() >= deadline) {
      return AskError{.code = RD_KAFKA_RESP_ERR__TIMED_OUT, .reason = "no record came in time"};
    }
    rd_kafka_poll(client.get(), 0);
    const Message message =
        fetching.next(std::min(deadline, std::chrono::steady_clock::now() + std::chrono::milliseconds(100)));
    if (!message) continue;
    const auto at = std::ranges::find(wanted, message->partition, &Position::partition);
    if (at == wanted.end()) continue;
    const auto index = static_cast<std::size_t>(at - wanted.begin());
    if (settled[index]) continue;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && message->offset < at->offset) continue;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR && message->offset == at->offset)
      into[index] = to_log_record(*message);
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR || message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      settled[index] = true;
      continue;
    }
    const AskError error{.code = message->err, .reason = rd_kafka_message_errstr(message.get())};
    if (!error.is_passing()) return error;
  }
  return {};
}

}  // namespace

boost::system::result<RecordReader::Records, AskError> RecordReader::read(const std::vector<Position>& positions,
                                                                          Deadline deadline) const {
  if (positions.empty()) return Records();
  std::unique_ptr<Client> client;
  try {
    client = Client::consumer(cluster_, kSmallFetches, nullptr);
  } catch (const std::runtime_error& error) {  // out of threads or descriptors
    return AskError{.code = RD_KAFKA_RESP_ERR__CRIT_SYS_RESOURCE, .reason = error.what()};
  }
  Records records(positions.size());
  std::vector<Partition> partitions;
  for (const Position position : positions) partitions.push_back(position.partition);
  const auto starts = ask_offsets(*client, partitions, Edge::Start, deadline);
  if (starts.has_error()) return starts.error();
  const auto ends = ask_offsets(*client, partitions, Edge::End, deadline);
  if (ends.has_error()) return ends.error();

  std::vector<Position> inside;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    if (positions[i].offset >= (*starts)[i] && positions[i].offset < (*ends)[i]) inside.push_back(positions[i]);
  }
  Records found(inside.size());
  const auto fetched = fetch(*client, inside, found, deadline);
  if (fetched.has_error()) return fetched.error();
  for (std::size_t i = 0, next = 0; i < positions.size() && next < inside.size(); ++i) {
    if (positions[i] == inside[next]) records[i] = std::move(found[next++]);
  }
  return records;
}

}  // namespace taskstream::events::kafka
