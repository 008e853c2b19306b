#pragma once

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "events/log/checkpoint.hpp"
#include "events/log/kafka/kafka_event_log.hpp"

namespace taskstream::events {

using namespace std::chrono_literals;

// host:port of the real broker that these tests need. Throws with the command that starts one.
std::string test_brokers();
// A name that no other run has used.
std::string fresh_topic();
Deadline in(std::chrono::milliseconds duration);
std::unique_ptr<EventLog> open_fresh_log(const std::string& topic, Partition partitions = 1);

// A record that is recognised by its `ce_id`.
Record record_named(const std::string& id);

AppendOutcome append_and_wait(EventLog& log, Partition partition, const std::string& id,
                              std::chrono::milliseconds at_most = 10s);

// Keeps what a log says, and waits for facts.
class Witness final : public Follower {
 public:
  void on_records(std::vector<LogRecord> records) override;
  void on_partition_end(Position end) override;
  void on_log_damaged(std::string message) override;

  bool wait_until(const std::function<bool(const Witness&)>& fact, std::chrono::milliseconds at_most = 20s);

  // To be looked at within a fact, or after the subscription ended.
  std::vector<LogRecord> records;
  std::map<Partition, Offset> ends;
  std::string damage;

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
};

// The topic tool that the adapter does not have: creates and deletes topics, with any settings.
class Admin {
 public:
  Admin();
  ~Admin();
  void create(const std::string& topic, Partition partitions, const std::map<std::string, std::string>& settings);
  void remove(const std::string& topic);

 private:
  void finish(rd_kafka_event_type_t type);

  rd_kafka_t* client_;
  rd_kafka_queue_t* queue_;
};

std::map<std::string, std::string> good_settings();

// A broker of the test's own, which it may pause and kill.
class OwnBroker {
 public:
  OwnBroker();
  ~OwnBroker();
  void signal(int number) const;
  void start_again() const;
  const std::string& address() const { return address_; }

 private:
  std::string dir_;
  std::string address_;
};

}  // namespace taskstream::events
