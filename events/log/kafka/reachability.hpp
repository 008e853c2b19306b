#pragma once

#include <atomic>

#include "events/log/kafka/client.hpp"

namespace taskstream::events::kafka {

// Whether the cluster answers, as far as all clients of a log have noticed. A lost connection is only a suspicion:
// brokers close idle ones. Whoever probes turns it into knowledge. Thread-safe.
class Reachability {
 public:
  bool is_reachable() const { return reachable_.load(std::memory_order_relaxed); }
  bool is_in_doubt() const { return in_doubt_.load(std::memory_order_relaxed); }

  void suspect() { in_doubt_ = true; }
  // Suspects where the error says that brokers are away.
  void suspect(rd_kafka_resp_err_t code);
  void confirm();
  void deny(const std::string& reason);

 private:
  std::atomic<bool> reachable_ = true;
  std::atomic<bool> in_doubt_ = false;
};

}  // namespace taskstream::events::kafka
