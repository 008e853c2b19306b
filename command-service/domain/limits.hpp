#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "command-service/domain/decision.hpp"
#include "events/contract/instant.hpp"

// How long, how many, how far: the limits of the values of tasks and users. Lengths count Unicode code points.
namespace taskstream::command {

// Gathers what is wrong with the values of one command.
class ValueCheck {
 public:
  explicit ValueCheck(events::Instant now) : now_(now) {}

  void title(const std::string& title);
  void description(const std::string& description);
  void tags(const std::vector<std::string>& tags);
  void due_date(events::Instant due_date);
  void warning_offset(std::int32_t minutes);
  void reason(const std::optional<std::string>& reason);
  // By how much a due date is moved, and the one that it is moved from, if there is one.
  void postponement(std::chrono::seconds by, const std::optional<events::Instant>& from);
  void lock_ttl(std::int32_t seconds);
  void assignee(const std::string& field, Assignee assignee);
  void name(const std::string& field, const std::string& name);
  void email(const std::string& address);

  bool ok() const { return invalid_.empty(); }
  ValuesAreInvalid take() { return {std::move(invalid_)}; }

 private:
  void visible_text(const std::string& field, std::string_view value, std::size_t at_most);
  void text(const std::string& field, std::string_view text, std::size_t at_least, std::size_t at_most);
  void fail(std::string field, std::string reason);

  events::Instant now_;
  std::vector<InvalidValue> invalid_;
};

}  // namespace taskstream::command
