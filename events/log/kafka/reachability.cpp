#include "events/log/kafka/reachability.hpp"

#include <spdlog/spdlog.h>

namespace taskstream::events::kafka {

void Reachability::suspect(rd_kafka_resp_err_t code) {
  if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || code == RD_KAFKA_RESP_ERR__TIMED_OUT) suspect();
}

void Reachability::confirm() {
  if (is_in_doubt()) in_doubt_ = false;
  if (!is_reachable() && !reachable_.exchange(true)) spdlog::info("The Kafka cluster answers again");
}

void Reachability::deny(const std::string& reason) {
  const bool is_news = reachable_.exchange(false);
  in_doubt_ = true;  // or nobody would ask again. Last: whoever confirms meanwhile clears it, and sees the other one.
  if (is_news) spdlog::warn("The Kafka cluster does not answer: {}", reason);
}

}  // namespace taskstream::events::kafka
