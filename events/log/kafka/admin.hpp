#pragma once

#include <map>
#include <memory>
#include <string>

#include "events/log/event_log.hpp"
#include "events/log/kafka/client.hpp"

namespace taskstream::events::kafka {

using AdminEvent = std::unique_ptr<rd_kafka_event_t, decltype(&rd_kafka_event_destroy)>;
using AdminOptions = std::unique_ptr<rd_kafka_AdminOptions_t, decltype(&rd_kafka_AdminOptions_destroy)>;

// The admin API of a client: one request at a time, each awaited.
class Admin {
 public:
  explicit Admin(const Client& client) : client_(client) {}

  // The settings of one topic that is there, or of one broker by its id. Throws std::runtime_error when they are not
  // told by the deadline.
  std::map<std::string, std::string> settings(rd_kafka_ResourceType_t kind, const std::string& name,
                                              Deadline deadline) const {
    return settings(kind, name, deadline, [](const rd_kafka_ConfigEntry_t*) { return true; });
  }

  // Sets one setting of a topic and leaves its others as they are. Throws as settings() does, and where it is refused.
  void set_topic_setting(const std::string& topic, const std::string& name, const std::string& value,
                         Deadline deadline) const;

  // ---- for a request of the caller's own
  AdminOptions until(rd_kafka_admin_op_t op, Deadline deadline) const;
  // For one request alone: the answer to one that was given up must not be taken for the next one's.
  Queue new_queue() const { return Queue(rd_kafka_queue_new(client_.get())); }
  // Throws std::runtime_error when another answer comes, or none.
  AdminEvent await(const Queue& queue, const std::string& what, rd_kafka_event_type_t type, Deadline deadline) const;

 private:
  using Wanted = bool (*)(const rd_kafka_ConfigEntry_t* entry);
  std::map<std::string, std::string> settings(rd_kafka_ResourceType_t kind, const std::string& name, Deadline deadline,
                                              Wanted wanted) const;

  struct Described {
    std::map<std::string, std::string> settings;
    rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
    std::string problem;
  };
  Described describe(rd_kafka_ResourceType_t kind, const std::string& name, const std::string& whose, Deadline deadline,
                     Wanted wanted) const;

  const Client& client_;
};

}  // namespace taskstream::events::kafka
