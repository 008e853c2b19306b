#pragma once

#include <librdkafka/rdkafka.h>

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "events/log/kafka/statistics.hpp"

namespace taskstream::events::kafka {

// Which topic of which cluster is the log, and how the operator wants it spoken to.
struct Cluster {
  std::string bootstrap_servers;
  std::string topic;
  std::map<std::string, std::string> operator_settings;  // librdkafka's names
  std::shared_ptr<Statistics> statistics = {};           // where its clients tell of themselves; none = nowhere
};

// Throws LogRefused when the operator's settings touch what the log's guarantees rest on.
void check_operator_settings(const std::map<std::string, std::string>& settings);

using Settings = std::vector<std::pair<const char*, std::string>>;

struct TopicDeleter {
  void operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
};
struct QueueDeleter {
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
};
struct MetadataDeleter {
  void operator()(const rd_kafka_metadata_t* metadata) const { rd_kafka_metadata_destroy(metadata); }
};
struct MessageDeleter {
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
};
using Topic = std::unique_ptr<rd_kafka_topic_t, TopicDeleter>;
using Queue = std::unique_ptr<rd_kafka_queue_t, QueueDeleter>;
using Metadata = std::unique_ptr<const rd_kafka_metadata_t, MetadataDeleter>;
using Message = std::unique_ptr<rd_kafka_message_t, MessageDeleter>;

// One librdkafka client with its topic. What librdkafka logs goes to spdlog; its errors go to `on_error`, from whoever
// polls. Thread-safe as librdkafka is.
class Client {
 public:
  using OnError = std::function<void(rd_kafka_resp_err_t code, const std::string& reason)>;
  using OnDelivery = std::function<void(const rd_kafka_message_t& message)>;

  // `own_defaults` give way to the operator's settings. `shown_as` names the client among the cluster's statistics; one
  // that has no name tells nothing, and need not be polled for it. Throws std::runtime_error.
  static std::unique_ptr<Client> consumer(const Cluster& cluster, const Settings& own_defaults, OnError on_error,
                                          std::string shown_as = {});
  static std::unique_ptr<Client> producer(const Cluster& cluster, const Settings& fixed, OnError on_error,
                                          OnDelivery on_delivery, std::string shown_as = {});
  ~Client();
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  rd_kafka_t* get() const { return handle_; }
  rd_kafka_topic_t* topic() const { return topic_.get(); }
  // The last error librdkafka told, for messages to the operator; empty when there was none.
  std::string last_error() const;

 private:
  Client(const Cluster& cluster, OnError on_error, OnDelivery on_delivery, std::string shown_as);
  void open(rd_kafka_type_t type, const Cluster& cluster, const Settings& defaults, const Settings& fixed);
  static void error_callback(rd_kafka_t*, int code, const char* reason, void* self);
  static int statistics_callback(rd_kafka_t*, char* json, std::size_t length, void* self);
  static void delivery_callback(rd_kafka_t*, const rd_kafka_message_t* message, void* self);

  OnError on_error_;
  OnDelivery on_delivery_;
  const std::shared_ptr<Statistics> statistics_;  // null unless it has a name there
  const std::string shown_as_;
  mutable std::mutex mutex_;
  std::string last_error_;
  rd_kafka_t* handle_ = nullptr;
  Topic topic_;
};

}  // namespace taskstream::events::kafka
