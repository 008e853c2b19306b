#pragma once

#include <array>
#include <boost/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "events/contract/ids.hpp"
#include "events/contract/instant.hpp"
#include "events/contract/task_names.hpp"

// How values of the contract look in JSON, in events and in answers alike.
namespace taskstream::events {

// Where one document lives until it is text: on the stack while it is small, for documents are made and thrown away
// with every record. Must outlive what is made in it.
class JsonMemory {
 public:
  JsonMemory() : resource_(buffer_.data(), buffer_.size()) {}

  operator boost::json::storage_ptr() { return &resource_; }

 private:
  std::array<unsigned char, 4096> buffer_;
  boost::json::monotonic_resource resource_;
};

inline boost::json::value json_of(std::string_view text, boost::json::storage_ptr memory) {
  return boost::json::value(text, std::move(memory));
}
inline boost::json::value json_of(std::int32_t number, boost::json::storage_ptr memory) {
  return boost::json::value(number, std::move(memory));
}
inline boost::json::value json_of(std::int64_t number, boost::json::storage_ptr memory) {
  return boost::json::value(number, std::move(memory));
}
inline boost::json::value json_of(bool truth, boost::json::storage_ptr memory) {
  return boost::json::value(truth, std::move(memory));
}
inline boost::json::value json_of(Status status, boost::json::storage_ptr memory) {
  return json_of(to_string(status), std::move(memory));
}
inline boost::json::value json_of(Priority priority, boost::json::storage_ptr memory) {
  return json_of(to_string(priority), std::move(memory));
}
inline boost::json::value json_of(Instant instant, boost::json::storage_ptr memory) {
  return json_of(format_instant(instant), std::move(memory));
}
inline boost::json::value json_of(StreamVersion version, boost::json::storage_ptr memory) {
  return json_of(version.value, std::move(memory));
}
inline boost::json::value json_of(const Uuid& id, boost::json::storage_ptr memory) {
  return json_of(id.to_string(), std::move(memory));
}
template <class Tag>
boost::json::value json_of(const Id<Tag>& id, boost::json::storage_ptr memory) {
  return json_of(id.uuid(), std::move(memory));
}
inline boost::json::value json_of(const std::vector<std::string>& texts, boost::json::storage_ptr memory) {
  boost::json::array array(memory);
  array.reserve(texts.size());
  for (const std::string& text : texts) array.emplace_back(text);
  return array;
}

// The members of an object, in the order in which they are put.
class JsonMembers {
 public:
  explicit JsonMembers(boost::json::storage_ptr memory) : object_(16, std::move(memory)) {}

  template <class Value>
  JsonMembers& put(std::string_view name, const Value& value) {
    object_.emplace(name, json_of(value, object_.storage()));
    return *this;
  }
  template <class Value>
  JsonMembers& put(std::string_view name, const std::optional<Value>& value) {
    if (value) return put(name, *value);
    object_.emplace(name, nullptr);
    return *this;
  }
  JsonMembers& put(std::string_view name, JsonMembers members) {
    object_.emplace(name, std::move(members.object_));
    return *this;
  }
  // Leaves out what is absent.
  template <class Value>
  JsonMembers& put_if(std::string_view name, const std::optional<Value>& value) {
    return value ? put(name, *value) : *this;
  }

  // An object to be filled and put into this one.
  JsonMembers make_object() const { return JsonMembers(object_.storage()); }

  boost::json::value take() { return std::move(object_); }
  std::string to_text() const { return boost::json::serialize(object_); }

 private:
  boost::json::object object_;
};

}  // namespace taskstream::events
