#include "events/log/kafka/record_reader.hpp"

#include <algorithm>
#include <stdexcept>

#include "events/log/kafka/message.hpp"

namespace taskstream::events::kafka {
namespace {

// Only the first record of each fetch is wanted, and an empty one should come back soon. What a partition may have
// queued is bounded by its bytes: a small `queued.min.messages` makes librdkafka 2.0 overlook partitions for a second
// at a time.
const Settings kSmallFetches = {{"fetch.wait.max.ms", "10"},
                                {"fetch.error.backoff.ms", "20"},
                                {"queued.min.messages", "1000"},
                                {"fetch.message.max.bytes", "65536"},
                                {"queued.max.messages.kbytes", "64"}};

// Fetches these positions while it lives, each into a queue of its own: the bounds of a common one would hold for
// all of them together, and what lies behind one position would keep the others waiting.
class Fetch {
 public:
  Fetch(Client& client, const std::vector<Position>& from) : client_(client), from_(from) {
    for (const Position position : from_) {
      rd_kafka_consume_start(client_.topic(), position.partition, position.offset);
    }
  }
  ~Fetch() {
    for (const Position position : from_) rd_kafka_consume_stop(client_.topic(), position.partition);
  }
  Fetch(const Fetch&) = delete;
  Fetch& operator=(const Fetch&) = delete;

  Message next(Partition partition, Deadline deadline) {
    return Message(rd_kafka_consume(client_.topic(), partition, ms_until(deadline)));
  }

 private:
  Client& client_;
  const std::vector<Position>& from_;
};

// What stands there, or nullopt where that offset carries nothing.
boost::system::result<std::optional<LogRecord>, AskError> first_of(Fetch& fetching, Client& client, Position wanted,
                                                                   Deadline deadline) {
  while (std::chrono::steady_clock::now() < deadline) {
    rd_kafka_poll(client.get(), 0);
    const auto look_again = std::chrono::steady_clock::now() + std::chrono::milliseconds(100);
    const Message message = fetching.next(wanted.partition, std::min(deadline, look_again));
    if (!message) {
      const auto why = rd_kafka_last_error();  // of this thread's last call
      if (why == RD_KAFKA_RESP_ERR__TIMED_OUT) continue;
      return AskError{.code = why, .reason = rd_kafka_err2str(why)};
    }
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) return std::nullopt;
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      if (message->offset < wanted.offset) continue;
      if (message->offset > wanted.offset) return std::nullopt;
      return to_log_record(*message);
    }
    const AskError error{.code = message->err, .reason = rd_kafka_message_errstr(message.get())};
    if (!error.is_passing()) return error;
  }
  return AskError{.code = RD_KAFKA_RESP_ERR__TIMED_OUT, .reason = "no record came in time"};
}

boost::system::result<void, AskError> fetch(Client& client, const std::vector<Position>& wanted,
                                            RecordReader::Records& into, Deadline deadline) {
  Fetch fetching(client, wanted);
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    auto record = first_of(fetching, client, wanted[i], deadline);
    if (record.has_error()) return record.error();
    into[i] = *std::move(record);
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
