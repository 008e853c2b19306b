#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <unordered_map>

#include "events/log/event_log.hpp"
#include "events/log/kafka/client.hpp"
#include "events/log/kafka/reachability.hpp"

namespace taskstream::events::kafka {

// One idempotent librdkafka producer with the thread that polls it. It lives until librdkafka declares it dead.
class ProducerHandle {
 public:
  // `on_dead` is called on the handle's thread, again and again until the handle is retired.
  ProducerHandle(const Cluster& cluster, std::chrono::milliseconds message_timeout, Reachability& reachability,
                 std::function<void()> on_dead);
  // Gives what is under way a moment; what is then left is reported Unknown.
  ~ProducerHandle();
  ProducerHandle(const ProducerHandle&) = delete;
  ProducerHandle& operator=(const ProducerHandle&) = delete;

  // nullopt: taken, and `done` will run on the handle's thread. Otherwise why it was refused, and `done` is untouched.
  std::optional<std::string> produce(Partition partition, const Record& record, EventLog::AppendDone& done);

  // Nothing more will be produced. The thread polls until every message is settled or past its deadline, reports what
  // is left as Unknown and destroys the producer: all of it off the caller's thread.
  void retire();
  bool is_finished() const { return finished_; }

 private:
  using Ticket = std::uintptr_t;
  using Clock = std::chrono::steady_clock;

  void run();
  void settle(const rd_kafka_message_t& message);
  void give_up_on_the_rest();
  std::size_t under_way() const;
  EventLog::AppendDone take(Ticket ticket);
  void end_by(Clock::time_point deadline);

  const std::chrono::milliseconds message_timeout_;
  Reachability& reachability_;
  const std::function<void()> on_dead_;
  std::atomic<bool> dead_ = false;
  std::atomic<bool> ending_ = false;
  std::atomic<bool> finished_ = false;
  std::atomic<Clock::rep> end_by_{0};
  mutable std::mutex mutex_;
  Ticket last_ticket_ = 0;
  std::unordered_map<Ticket, EventLog::AppendDone> under_way_;
  std::unique_ptr<Client> client_;
  std::thread thread_;
};

}  // namespace taskstream::events::kafka
