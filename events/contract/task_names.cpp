#include "events/contract/task_names.hpp"

#include <array>
#include <cstdlib>
#include <utility>

namespace taskstream::events {
namespace {

constexpr std::array<std::pair<Status, std::string_view>, 6> kStatusNames = {{{Status::NotStarted, "NOT_STARTED"},
                                                                              {Status::InProgress, "IN_PROGRESS"},
                                                                              {Status::Blocked, "BLOCKED"},
                                                                              {Status::Deferred, "DEFERRED"},
                                                                              {Status::Completed, "COMPLETED"},
                                                                              {Status::Cancelled, "CANCELLED"}}};
constexpr std::array<std::pair<Priority, std::string_view>, 4> kPriorityNames = {
    {{Priority::Low, "LOW"}, {Priority::Medium, "MEDIUM"}, {Priority::High, "HIGH"}, {Priority::Urgent, "URGENT"}}};

template <class Value, std::size_t N>
std::string_view name_of(const std::array<std::pair<Value, std::string_view>, N>& names, Value value) {
  for (const auto& [candidate, name] : names) {
    if (candidate == value) return name;
  }
  std::abort();  // an enumerator without a name: the tables above are wrong
}

template <class Value, std::size_t N>
std::optional<Value> value_of(const std::array<std::pair<Value, std::string_view>, N>& names, std::string_view text) {
  for (const auto& [value, name] : names) {
    if (name == text) return value;
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_string(Status status) {
  return name_of(kStatusNames, status);
}
std::string_view to_string(Priority priority) {
  return name_of(kPriorityNames, priority);
}
std::optional<Status> parse_status(std::string_view text) {
  return value_of(kStatusNames, text);
}
std::optional<Priority> parse_priority(std::string_view text) {
  return value_of(kPriorityNames, text);
}

}  // namespace taskstream::events
