#pragma once

#include <chrono>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/contract/ids.hpp"
#include "events/contract/instant.hpp"
#include "events/contract/task_event.hpp"
#include "http/problem.hpp"

namespace taskstream::command {

// Takes the members of a request's body one after another, gathers what is wrong with them, and knows which were never
// asked for.
class BodyReader {
 public:
  explicit BodyReader(const nlohmann::json& body) : body_(body) {}

  // Must be there, and not null.
  template <class Value>
  void required(std::string_view name, Value& out) {
    const nlohmann::json* member = take(name);
    if (member == nullptr || member->is_null()) return fail(name, "is required");
    read(name, *member, out);
  }

  // May be absent; null means the same.
  template <class Value>
  void optional(std::string_view name, std::optional<Value>& out) {
    const nlohmann::json* member = take(name);
    if (member != nullptr && !member->is_null()) read(name, *member, out.emplace());
  }
  // May be absent or null: then the default stays.
  template <class Value>
  void optional(std::string_view name, Value& out) {
    const nlohmann::json* member = take(name);
    if (member != nullptr && !member->is_null()) read(name, *member, out);
  }

  // A change to a value that can be cleared: null clears it.
  template <class Value>
  void change(std::string_view name, std::optional<std::optional<Value>>& out) {
    const nlohmann::json* member = take(name);
    if (member == nullptr) return;
    out.emplace();
    if (!member->is_null()) read(name, *member, out->emplace());
  }
  // A change to a value that is always there: null is refused.
  template <class Value>
  void change(std::string_view name, std::optional<Value>& out) {
    const nlohmann::json* member = take(name);
    if (member == nullptr) return;
    if (member->is_null()) return fail(name, "cannot be cleared");
    read(name, *member, out.emplace());
  }
  // null empties.
  void change(std::string_view name, std::optional<std::vector<std::string>>& out);

  // A member that exists, but is not changed this way.
  void refuse(std::string_view name, std::string_view why);

  // Of a member that was taken: its value is of the right type, and wrong all the same.
  void fail(std::string_view name, std::string reason);

  // Everything that is wrong, unknown members included.
  std::vector<http::FieldError> finish();

 private:
  const nlohmann::json* take(std::string_view name);

  void read(std::string_view name, const nlohmann::json& value, std::string& out);
  void read(std::string_view name, const nlohmann::json& value, std::int32_t& out);
  void read(std::string_view name, const nlohmann::json& value, events::Status& out);
  void read(std::string_view name, const nlohmann::json& value, events::Priority& out);
  void read(std::string_view name, const nlohmann::json& value, events::Instant& out);
  void read(std::string_view name, const nlohmann::json& value, events::UserId& out);
  void read(std::string_view name, const nlohmann::json& value, std::chrono::seconds& out);
  void read(std::string_view name, const nlohmann::json& value, std::vector<std::string>& out);

  const nlohmann::json& body_;
  std::vector<std::string_view> taken_;
  std::vector<http::FieldError> errors_;
};

}  // namespace taskstream::command
