#include "tests/kafka/support.hpp"

#include <sys/types.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <random>
#include <stdexcept>
#include <thread>

namespace taskstream::events {
namespace {

void must(bool done, const std::string& what) {
  if (!done) throw std::runtime_error(what);
}

void run(const std::string& command) {
  must(std::system(command.c_str()) == 0, "failed: " + command);
}

bool is_stopped(const std::filesystem::path& thread) {
  std::ifstream file(thread / "stat");
  std::string stat;
  std::getline(file, stat);
  const std::size_t name_end = stat.rfind(')');  // behind it a blank and the state
  return name_end == std::string::npos || stat.substr(name_end + 2, 1) == "T";
}

void wait_until_stopped(pid_t pid) {
  const std::filesystem::directory_iterator threads("/proc/" + std::to_string(pid) + "/task");
  for (const auto& thread : threads) {
    for (const Deadline deadline = in(10s); !is_stopped(thread.path()); std::this_thread::sleep_for(1ms)) {
      must(in(0s) < deadline, "the test's broker does not stop");
    }
  }
}

}  // namespace

std::string test_brokers() {
  const char* brokers = std::getenv("TASKSTREAM_TEST_KAFKA");
  must(brokers != nullptr && *brokers != '\0',
       "TASKSTREAM_TEST_KAFKA names no broker. Start one with `compose/kafka start --port 19092 --dir DIR` and set it "
       "to "
       "127.0.0.1:19092.");
  return brokers;
}

std::string fresh_topic() {
  static std::atomic<int> count = 0;
  return "test-" + std::to_string(getpid()) + "-" +
         std::to_string(std::chrono::system_clock::now().time_since_epoch().count()) + "-" + std::to_string(++count);
}

Deadline in(std::chrono::milliseconds duration) {
  return std::chrono::steady_clock::now() + duration;
}

std::unique_ptr<EventLog> open_fresh_log(const std::string& topic, Partition partitions) {
  return open_kafka_log({.bootstrap_servers = test_brokers(), .topic = topic},
                        {.create = true, .partitions = partitions, .replication_factor = {}, .kafka_config = {}},
                        in(20s));
}

Record record_named(const std::string& id) {
  return {.key = "task/1", .headers = {{"ce_id", id}, {"empty", ""}}, .value = "{\"title\":\"" + id + "\"}"};
}

AppendOutcome append_and_wait(EventLog& log, Partition partition, const std::string& id,
                              std::chrono::milliseconds at_most) {
  auto outcome = std::make_shared<std::promise<AppendOutcome>>();
  auto future = outcome->get_future();
  log.append(partition, record_named(id), [outcome](AppendOutcome got) { outcome->set_value(std::move(got)); });
  must(future.wait_for(at_most) == std::future_status::ready, "no outcome of " + id);
  return future.get();
}

void Witness::on_records(std::vector<LogRecord> batch) {
  {
    const std::lock_guard lock(mutex_);
    std::move(batch.begin(), batch.end(), std::back_inserter(records));
  }
  changed_.notify_all();
}

void Witness::on_partition_end(Position end) {
  {
    const std::lock_guard lock(mutex_);
    ends[end.partition] = end.offset;
  }
  changed_.notify_all();
}

void Witness::on_log_damaged(std::string message) {
  {
    const std::lock_guard lock(mutex_);
    damage = std::move(message);
  }
  changed_.notify_all();
}

bool Witness::wait_until(const std::function<bool(const Witness&)>& fact, std::chrono::milliseconds at_most) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, at_most, [&] { return fact(*this); });
}

Admin::Admin() {
  std::array<char, 256> why{};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  rd_kafka_conf_set(conf, "bootstrap.servers", test_brokers().c_str(), why.data(), why.size());
  client_ = rd_kafka_new(RD_KAFKA_CONSUMER, conf, why.data(), why.size());
  must(client_ != nullptr, why.data());
  queue_ = rd_kafka_queue_new(client_);
}

Admin::~Admin() {
  rd_kafka_queue_destroy(queue_);
  rd_kafka_destroy(client_);
}

void Admin::finish(rd_kafka_event_type_t type) {
  rd_kafka_event_t* event = rd_kafka_queue_poll(queue_, 15'000);
  must(event != nullptr && rd_kafka_event_type(event) == type, "the cluster did not answer");
  const rd_kafka_topic_result_t** results = nullptr;
  std::size_t count = 0;
  if (type == RD_KAFKA_EVENT_CREATETOPICS_RESULT) {
    results = rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event), &count);
  } else {
    results = rd_kafka_DeleteTopics_result_topics(rd_kafka_event_DeleteTopics_result(event), &count);
  }
  const auto code = count == 1 ? rd_kafka_topic_result_error(results[0]) : rd_kafka_event_error(event);
  rd_kafka_event_destroy(event);
  must(code == RD_KAFKA_RESP_ERR_NO_ERROR, rd_kafka_err2str(code));
}

void Admin::create(const std::string& topic, Partition partitions, const std::map<std::string, std::string>& settings) {
  std::array<char, 256> why{};
  rd_kafka_NewTopic_t* fresh = rd_kafka_NewTopic_new(topic.c_str(), partitions, 1, why.data(), why.size());
  for (const auto& [name, value] : settings) rd_kafka_NewTopic_set_config(fresh, name.c_str(), value.c_str());
  rd_kafka_CreateTopics(client_, &fresh, 1, nullptr, queue_);
  rd_kafka_NewTopic_destroy(fresh);
  finish(RD_KAFKA_EVENT_CREATETOPICS_RESULT);
}

void Admin::remove(const std::string& topic) {
  rd_kafka_DeleteTopic_t* doomed = rd_kafka_DeleteTopic_new(topic.c_str());
  rd_kafka_DeleteTopics(client_, &doomed, 1, nullptr, queue_);
  rd_kafka_DeleteTopic_destroy(doomed);
  finish(RD_KAFKA_EVENT_DELETETOPICS_RESULT);
}

std::map<std::string, std::string> good_settings() {
  return {{"cleanup.policy", "delete"},
          {"retention.ms", "-1"},
          {"retention.bytes", "-1"},
          {"message.timestamp.type", "LogAppendTime"}};
}

OwnBroker::OwnBroker() : dir_(std::filesystem::temp_directory_path() / fresh_topic()) {
  // Below the range from which the kernel takes the ports of outgoing connections. Whether one is free its start tells.
  constexpr int kPortsToTry = 10;
  std::random_device device;
  std::uniform_int_distribution port(12'000, 32'000);
  for (int i = 0; i < kPortsToTry; ++i) {
    const std::string tried = std::to_string(port(device));
    address_ = "127.0.0.1:" + tried;
    if (std::system((TASKSTREAM_COMPOSE_KAFKA " start --dir " + dir_ + " --port " + tried + " >/dev/null").c_str()) ==
        0) {
      return;
    }
  }
  throw std::runtime_error("no Kafka broker of the test's own could be started");
}

OwnBroker::~OwnBroker() {
  std::system((TASKSTREAM_COMPOSE_KAFKA " stop --dir " + dir_).c_str());
  std::filesystem::remove_all(dir_);
}

void OwnBroker::signal(int number) const {
  pid_t pid = 0;
  std::ifstream(dir_ + "/node-1.pid") >> pid;
  must(pid > 0 && kill(pid, number) == 0, "the test's broker does not run");
  // Its threads stop one after another; until the last one has, it may still answer.
  if (number == SIGSTOP) wait_until_stopped(pid);
}

void OwnBroker::start_again() const {
  run(TASKSTREAM_COMPOSE_KAFKA " start-node --node 1 --dir " + dir_ + " >/dev/null");
}

}  // namespace taskstream::events
