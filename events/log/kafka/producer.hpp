#pragma once

#include <memory>
#include <mutex>
#include <vector>

#include "events/log/kafka/producer_handle.hpp"

namespace taskstream::events::kafka {

// Appends records through one producer handle at a time, and takes a new one when librdkafka declares the old one dead:
// an idempotent producer can lose track of its sequence for good. Thread-safe.
class Producer {
 public:
  Producer(Cluster cluster, std::chrono::milliseconds message_timeout, Reachability& reachability);
  ~Producer();

  void append(Partition partition, const Record& record, EventLog::AppendDone done);

 private:
  std::unique_ptr<ProducerHandle> open();
  void replace();

  const Cluster cluster_;
  const std::chrono::milliseconds message_timeout_;
  Reachability& reachability_;
  std::mutex mutex_;
  bool closing_ = false;
  std::unique_ptr<ProducerHandle> current_;
  std::vector<std::unique_ptr<ProducerHandle>> retired_;
};

}  // namespace taskstream::events::kafka
