#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "events/log/kafka/admin.hpp"

namespace taskstream::events::kafka {

enum class BrokerAge { Enough, TooOld, NotTold };

// Whether a broker that describes itself by these settings runs Kafka 3.7 or newer. librdkafka does not show which
// versions of which requests a broker speaks, so the setting that came with 3.7 must tell.
BrokerAge age_of(const std::map<std::string, std::string>& settings);

// Throws LogRefused when one of the brokers is too old. One that does not tell (its settings may be hidden from this
// client) is taken as it is, with a warning.
void refuse_old_brokers(const Cluster& cluster, const Admin& admin, const std::vector<std::int32_t>& brokers,
                        Deadline deadline);

}  // namespace taskstream::events::kafka
