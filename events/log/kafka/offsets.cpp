#include "events/log/kafka/offsets.hpp"

#include <algorithm>
#include <memory>

namespace taskstream::events::kafka {
namespace {

AskError error_of(const Client& client, rd_kafka_resp_err_t code) {
  std::string reason = rd_kafka_err2str(code);
  // "Local: Broker transport failure" says little; what librdkafka last complained of says which broker and why.
  const std::string last = client.last_error();
  if (code < 0 && !last.empty()) reason += " (" + last + ")";
  return {.code = code, .reason = std::move(reason)};
}

}  // namespace

bool AskError::is_passing() const {
  switch (code) {
    case RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION:
    case RD_KAFKA_RESP_ERR_BROKER_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_REPLICA_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_OFFSET_NOT_AVAILABLE:
    case RD_KAFKA_RESP_ERR_FENCED_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR_UNKNOWN_LEADER_EPOCH:
    case RD_KAFKA_RESP_ERR_KAFKA_STORAGE_ERROR:
    case RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT:
    case RD_KAFKA_RESP_ERR_NETWORK_EXCEPTION:
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__TIMED_OUT_QUEUE:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__WAIT_COORD:
      return true;
    default:  // of the hundreds of codes librdkafka has, the rest will not pass by waiting
      return false;
  }
}

bool AskError::says_topic_is_unknown() const {
  return code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART || code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
         code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION;
}

int ms_until(Deadline deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
  return static_cast<int>(std::clamp<std::int64_t>(left.count(), 1, 3'600'000));
}

boost::system::result<std::vector<Offset>, AskError> ask_offsets(Client& client, const std::vector<Partition>& of,
                                                                 Edge edge, Deadline deadline) {
  std::vector<Offset> offsets;
  if (of.empty()) return offsets;
  const std::unique_ptr<rd_kafka_topic_partition_list_t, decltype(&rd_kafka_topic_partition_list_destroy)> list(
      rd_kafka_topic_partition_list_new(static_cast<int>(of.size())), rd_kafka_topic_partition_list_destroy);
  const char* topic = rd_kafka_topic_name(client.topic());
  for (const Partition partition : of) {
    rd_kafka_topic_partition_list_add(list.get(), topic, partition)->offset =
        edge == Edge::Start ? RD_KAFKA_OFFSET_BEGINNING : RD_KAFKA_OFFSET_END;
  }
  const auto code = rd_kafka_offsets_for_times(client.get(), list.get(), ms_until(deadline));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return error_of(client, code);
  // Success means that somebody answered, not that every partition did.
  offsets.reserve(of.size());
  for (const Partition partition : of) {
    const auto* answer = rd_kafka_topic_partition_list_find(list.get(), topic, partition);
    if (answer == nullptr) return error_of(client, RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION);
    if (answer->err != RD_KAFKA_RESP_ERR_NO_ERROR) return error_of(client, answer->err);
    if (answer->offset < 0) return error_of(client, RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE);
    offsets.push_back(answer->offset);
  }
  return offsets;
}

boost::system::result<std::vector<std::int32_t>, AskError> ask_leaders(Client& client, Deadline deadline) {
  const rd_kafka_metadata_t* raw = nullptr;
  const auto code = rd_kafka_metadata(client.get(), 0, client.topic(), &raw, ms_until(deadline));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return error_of(client, code);
  const Metadata metadata(raw);
  if (metadata->topic_cnt != 1) return error_of(client, RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC);
  const rd_kafka_metadata_topic_t& topic = metadata->topics[0];
  if (topic.err != RD_KAFKA_RESP_ERR_NO_ERROR) return error_of(client, topic.err);
  std::vector<std::int32_t> leaders(static_cast<std::size_t>(topic.partition_cnt), -1);
  for (int i = 0; i < topic.partition_cnt; ++i) {
    const rd_kafka_metadata_partition_t& partition = topic.partitions[i];
    if (partition.id >= 0 && partition.id < topic.partition_cnt && partition.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      leaders[static_cast<std::size_t>(partition.id)] = partition.leader;
    }
  }
  return leaders;
}

}  // namespace taskstream::events::kafka
