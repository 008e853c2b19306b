#include "events/log/kafka/admin.hpp"

#include <array>
#include <stdexcept>
#include <thread>

#include "events/log/kafka/offsets.hpp"

namespace taskstream::events::kafka {
namespace {

constexpr std::chrono::milliseconds kPause{100};

}  // namespace

AdminOptions Admin::until(rd_kafka_admin_op_t op, Deadline deadline) const {
  AdminOptions options(rd_kafka_AdminOptions_new(client_.get(), op), rd_kafka_AdminOptions_destroy);
  std::array<char, 256> why{};
  rd_kafka_AdminOptions_set_request_timeout(options.get(), ms_until(deadline), why.data(), why.size());
  return options;
}

AdminEvent Admin::await(const Queue& queue, const std::string& what, rd_kafka_event_type_t type,
                        Deadline deadline) const {
  // The request itself ends at the deadline; its event comes a little later.
  AdminEvent event(rd_kafka_queue_poll(queue.get(), ms_until(deadline + std::chrono::seconds(1))),
                   rd_kafka_event_destroy);
  if (!event || rd_kafka_event_type(event.get()) != type) {
    throw std::runtime_error("The Kafka cluster did not answer in time: " + what);
  }
  return event;
}

std::map<std::string, std::string> Admin::settings(rd_kafka_ResourceType_t kind, const std::string& name,
                                                   Deadline deadline, Wanted wanted) const {
  const std::string whose = (kind == RD_KAFKA_RESOURCE_TOPIC ? "topic '" : "broker '") + name + "'";
  for (;;) {
    Described described = describe(kind, name, whose, deadline, wanted);
    if (described.problem.empty()) return std::move(described.settings);
    // Any broker may answer, also one that has not heard yet of a topic that others know.
    const bool may_hear_of_it = described.code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
    if (!may_hear_of_it || std::chrono::steady_clock::now() + kPause >= deadline) {
      throw std::runtime_error("The settings of " + whose + " could not be read: " + described.problem);
    }
    std::this_thread::sleep_for(kPause);
  }
}

Admin::Described Admin::describe(rd_kafka_ResourceType_t kind, const std::string& name, const std::string& whose,
                                 Deadline deadline, Wanted wanted) const {
  const std::unique_ptr<rd_kafka_ConfigResource_t, decltype(&rd_kafka_ConfigResource_destroy)> asked(
      rd_kafka_ConfigResource_new(kind, name.c_str()), rd_kafka_ConfigResource_destroy);
  rd_kafka_ConfigResource_t* resources[] = {asked.get()};
  const Queue queue = new_queue();
  const auto how = until(RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, deadline);
  rd_kafka_DescribeConfigs(client_.get(), resources, 1, how.get(), queue.get());
  const AdminEvent event =
      await(queue, "describing the settings of " + whose, RD_KAFKA_EVENT_DESCRIBECONFIGS_RESULT, deadline);
  Described described;
  if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    described.code = rd_kafka_event_error(event.get());
    described.problem = rd_kafka_event_error_string(event.get());
    return described;
  }
  std::size_t count = 0;
  const auto* result = rd_kafka_event_DescribeConfigs_result(event.get());
  const auto* answers = rd_kafka_DescribeConfigs_result_resources(result, &count);
  for (std::size_t i = 0; i < count; ++i) {
    if (rd_kafka_ConfigResource_error(answers[i]) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      described.code = rd_kafka_ConfigResource_error(answers[i]);
      described.problem = rd_kafka_ConfigResource_error_string(answers[i]);
    }
    std::size_t entries = 0;
    const auto* entry = rd_kafka_ConfigResource_configs(answers[i], &entries);
    for (std::size_t j = 0; j < entries; ++j) {
      if (!wanted(entry[j])) continue;
      const char* value = rd_kafka_ConfigEntry_value(entry[j]);
      described.settings[rd_kafka_ConfigEntry_name(entry[j])] = value != nullptr ? value : "";
    }
  }
  return described;
}

// The request replaces all settings of the topic's own, and 2.0.2 knows no other: so those that it has are sent again.
void Admin::set_topic_setting(const std::string& topic, const std::string& name, const std::string& value,
                              Deadline deadline) const {
  auto own = settings(RD_KAFKA_RESOURCE_TOPIC, topic, deadline, [](const rd_kafka_ConfigEntry_t* entry) {
    return rd_kafka_ConfigEntry_source(entry) == RD_KAFKA_CONFIG_SOURCE_DYNAMIC_TOPIC_CONFIG;
  });
  own[name] = value;
  const std::unique_ptr<rd_kafka_ConfigResource_t, decltype(&rd_kafka_ConfigResource_destroy)> changed(
      rd_kafka_ConfigResource_new(RD_KAFKA_RESOURCE_TOPIC, topic.c_str()), rd_kafka_ConfigResource_destroy);
  for (const auto& [setting, its_value] : own) {
    rd_kafka_ConfigResource_set_config(changed.get(), setting.c_str(), its_value.c_str());
  }
  rd_kafka_ConfigResource_t* resources[] = {changed.get()};
  const Queue queue = new_queue();
  const auto how = until(RD_KAFKA_ADMIN_OP_ALTERCONFIGS, deadline);
  rd_kafka_AlterConfigs(client_.get(), resources, 1, how.get(), queue.get());
  const AdminEvent event =
      await(queue, "changing the settings of topic '" + topic + "'", RD_KAFKA_EVENT_ALTERCONFIGS_RESULT, deadline);
  std::string problem;
  if (rd_kafka_event_error(event.get()) != RD_KAFKA_RESP_ERR_NO_ERROR) {
    problem = rd_kafka_event_error_string(event.get());
  }
  std::size_t count = 0;
  const auto* result = rd_kafka_event_AlterConfigs_result(event.get());
  const auto* answers = problem.empty() ? rd_kafka_AlterConfigs_result_resources(result, &count) : nullptr;
  for (std::size_t i = 0; i < count; ++i) {
    if (rd_kafka_ConfigResource_error(answers[i]) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      problem = rd_kafka_ConfigResource_error_string(answers[i]);
    }
  }
  if (!problem.empty()) {
    throw std::runtime_error("The settings of topic '" + topic + "' could not be changed: " + problem);
  }
}

}  // namespace taskstream::events::kafka
