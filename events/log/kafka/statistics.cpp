#include "events/log/kafka/statistics.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "events/log/kafka/statistics_json.hpp"

namespace taskstream::events::kafka {
namespace {

constexpr std::string_view kBrokerUp = "taskstream_kafka_broker_up";

bool is_same_series(const LogFigure& one, const LogFigure& other) {
  return std::string_view(one.name) == other.name && one.labels == other.labels;
}

}  // namespace

// A client that was made anew knows no broker before it has reached one. An alert on a broker that is away looks at its
// series, so until then none that was shown disappears: of such a broker it says that there is no connection, else what
// it said last. Once one is reached, those are known that there are.
void Statistics::take(const std::string& client, std::string_view json) {
  LogFigures figures = read_statistics(client, json);
  if (figures.empty()) return;
  const std::lock_guard lock(mutex_);
  LogFigures& known = of_clients_[client];
  const bool knows_brokers = std::ranges::any_of(
      figures, [](const LogFigure& one) { return std::string_view(one.name) == kBrokerUp && one.value == 1; });
  for (LogFigure& gone : known) {
    if (knows_brokers) break;
    if (std::ranges::any_of(figures, [&](const LogFigure& one) { return is_same_series(one, gone); })) continue;
    if (std::string_view(gone.name) == kBrokerUp) gone.value = 0;
    figures.push_back(std::move(gone));
  }
  known = std::move(figures);
}

LogFigures Statistics::figures() const {
  const std::lock_guard lock(mutex_);
  LogFigures all;
  for (const auto& [client, figures] : of_clients_) all.insert(all.end(), figures.begin(), figures.end());
  return all;
}

}  // namespace taskstream::events::kafka
