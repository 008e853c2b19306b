#pragma once

#include <map>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "http/router.hpp"

namespace taskstream::http {

// Why a service should not be sent requests yet, by the part that says so. Any thread may use it.
class Readiness {
 public:
  void set(std::string_view name, std::string reason);
  void clear(std::string_view name);
  bool ready() const;
  // `name: reason`, sorted by name; empty = ready.
  std::vector<std::string> reasons() const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, std::string, std::less<>> reasons_;
};

// GET /health/live and /health/ready. `readiness` outlives the routes.
std::vector<Route> health_routes(const Readiness& readiness);

// What both services serve beside their own paths: health, /v1/me, and /openapi.yaml, whose text is
// given.
std::vector<Route> system_routes(const Readiness& readiness, std::string openapi);

}  // namespace taskstream::http
