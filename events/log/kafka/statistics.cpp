#include "events/log/kafka/statistics.hpp"

#include <utility>

#include "events/log/kafka/statistics_json.hpp"

namespace taskstream::events::kafka {

void Statistics::take(const std::string& client, std::string_view json) {
  LogFigures figures = read_statistics(client, json);
  const std::lock_guard lock(mutex_);
  of_clients_[client] = std::move(figures);
}

LogFigures Statistics::figures() const {
  const std::lock_guard lock(mutex_);
  LogFigures all;
  for (const auto& [client, figures] : of_clients_) all.insert(all.end(), figures.begin(), figures.end());
  return all;
}

}  // namespace taskstream::events::kafka
