#include <boost/json.hpp>
#include <utility>

#include "events/contract/event_json.hpp"
#include "events/contract/write_json.hpp"

namespace taskstream::events {
namespace {

using Json = boost::json::value;

bool read_value(const Json& json, std::string& out) {
  if (!json.is_string()) return false;
  out = json.get_string();
  return true;
}

bool read_value(const Json& json, std::int64_t& out) {
  if (!json.is_int64()) return false;
  out = json.get_int64();
  return true;
}

bool read_value(const Json& json, std::int32_t& out) {
  std::int64_t wide = 0;
  if (!read_value(json, wide) || wide < INT32_MIN || wide > INT32_MAX) return false;
  out = static_cast<std::int32_t>(wide);
  return true;
}

bool read_value(const Json& json, StreamVersion& out) {
  return read_value(json, out.value);
}

// For values that travel as text: enumerators, instants, ids.
template <class Value>
bool take(std::optional<Value> parsed, Value& out) {
  if (!parsed) return false;
  out = *parsed;
  return true;
}
std::string_view text_or_empty(const Json& json) {
  return json.is_string() ? std::string_view(json.get_string()) : std::string_view();
}
bool read_value(const Json& json, Status& out) {
  return take(parse_status(text_or_empty(json)), out);
}
bool read_value(const Json& json, Priority& out) {
  return take(parse_priority(text_or_empty(json)), out);
}
bool read_value(const Json& json, Instant& out) {
  return take(parse_instant(text_or_empty(json)), out);
}
bool read_value(const Json& json, Uuid& out) {
  return take(Uuid::parse(text_or_empty(json)), out);
}
template <class Tag>
bool read_value(const Json& json, Id<Tag>& out) {
  return take(Id<Tag>::parse(text_or_empty(json)), out);
}

bool read_value(const Json& json, std::vector<std::string>& out) {
  if (!json.is_array()) return false;
  for (const Json& element : json.get_array()) {
    if (!read_value(element, out.emplace_back())) return false;
  }
  return true;
}

// Takes the members of an object one after another and keeps the first thing that is wrong. Every member must be asked
// for: what is left over is unknown.
class MemberReader {
 public:
  explicit MemberReader(const Json& json) : object_(json.if_object()) {
    if (object_ == nullptr) fail("it is not an object");
  }

  template <class Value>
  void required(const char* name, Value& out) {
    const Json* member = find(name);
    if (member == nullptr) return fail(std::string(name) + " is missing");
    if (!read_value(*member, out)) fail(std::string(name) + " does not fit");
  }

  // Absent and null mean the same.
  template <class Value>
  void optional(const char* name, std::optional<Value>& out) {
    const Json* member = find(name);
    if (member == nullptr || member->is_null()) return;
    if (!read_value(*member, out.emplace())) fail(std::string(name) + " does not fit");
  }

  // Absent: unchanged. There is nothing that null could mean.
  template <class Value>
  void change(const char* name, std::optional<Value>& out) {
    if (find_without_counting(name) != nullptr) required(name, out.emplace());
  }

  // Absent: unchanged. Null: cleared.
  template <class Value>
  void change(const char* name, std::optional<std::optional<Value>>& out) {
    if (find_without_counting(name) == nullptr) return;
    optional(name, out.emplace());
  }

  // Null where there is none, which reads as no object.
  const Json& object(const char* name) {
    static const Json kNone;
    const Json* member = find(name);
    return member != nullptr ? *member : kNone;
  }

  std::optional<Unfoldable> finish() {
    if (!error_ && taken_ != object_->size()) fail("it has members that are unknown");
    return std::move(error_);
  }

  void fail(std::string reason) {
    if (!error_) error_ = Unfoldable{std::move(reason)};
  }

 private:
  const Json* find_without_counting(const char* name) const {
    return object_ != nullptr ? object_->if_contains(name) : nullptr;
  }

  const Json* find(const char* name) {
    const Json* member = find_without_counting(name);
    if (member != nullptr) ++taken_;
    return member;
  }

  const boost::json::object* object_;
  std::size_t taken_ = 0;
  std::optional<Unfoldable> error_;
};

void read_members(MemberReader& read, TaskCreated& e) {
  read.required("title", e.title);
  read.optional("description", e.description);
  read.required("status", e.status);
  read.required("priority", e.priority);
  read.required("tags", e.tags);
  read.optional("assigneeId", e.assignee_id);
  read.optional("dueDate", e.due_date);
  read.optional("warningOffset", e.warning_offset_minutes);
}

void read_members(MemberReader& read, TaskEdited& e) {
  MemberReader changes(read.object("changes"));
  changes.change("title", e.changes.title);
  changes.change("description", e.changes.description);
  changes.change("priority", e.changes.priority);
  changes.change("tags", e.changes.tags);
  changes.change("dueDate", e.changes.due_date);
  changes.change("warningOffset", e.changes.warning_offset_minutes);
  if (auto error = changes.finish()) read.fail("in changes: " + error->reason);
}

void read_members(MemberReader& read, TaskStatusChanged& e) {
  read.required("from", e.from);
  read.required("to", e.to);
  read.optional("reason", e.reason);
}

void read_members(MemberReader& read, TaskAssigned& e) {
  read.required("assigneeId", e.assignee_id);
  read.optional("previousAssigneeId", e.previous_assignee_id);
  read.optional("reason", e.reason);
}

void read_members(MemberReader& read, TaskUnassigned& e) {
  read.required("previousAssigneeId", e.previous_assignee_id);
  read.optional("reason", e.reason);
}

void read_members(MemberReader& read, TaskLocked& e) {
  read.required("holder", e.holder);
  read.required("since", e.since);
  read.required("expiresAt", e.expires_at);
  read.required("fencingToken", e.fencing_token);
}

void read_members(MemberReader& read, TaskUnlocked& e) {
  read.required("holder", e.holder);
  read.required("reason", e.reason);
}

void read_members(MemberReader& read, TaskDeleted& e) {
  read.optional("reason", e.reason);
}

void read_members(MemberReader& read, UserRegistered& e) {
  read.required("firstName", e.first_name);
  read.required("lastName", e.last_name);
  read.required("email", e.email);
}

void read_members(MemberReader& read, UserEdited& e) {
  MemberReader changes(read.object("changes"));
  changes.change("firstName", e.changes.first_name);
  changes.change("lastName", e.changes.last_name);
  changes.change("email", e.changes.email);
  if (auto error = changes.finish()) read.fail("in changes: " + error->reason);
}

void read_members(MemberReader& read, UserDeactivated& e) {
  read.optional("reason", e.reason);
}
void read_members(MemberReader&, UserReactivated&) {}
void read_members(MemberReader& read, UserClaimLapsed& e) {
  read.required("emailHash", e.email_hash);
}

void read_members(MemberReader& read, EmailClaimed& e) {
  read.required("userId", e.user_id);
  read.required("userVersion", e.user_version);
}

void read_members(MemberReader& read, EmailReleased& e) {
  read.required("userId", e.user_id);
  read.required("userVersion", e.user_version);
}

void read_members(MemberReader& read, LogOpened& e) {
  read.required("logId", e.log_id);
  read.required("partitions", e.partitions);
  read.required("idNamespace", e.id_namespace);
  read.required("maxClockSkewMs", e.max_clock_skew_ms);
}

void read_members(MemberReader&, LogBarrier&) {}

template <class E>
boost::system::result<Event, Unfoldable> read_data(const Json& json) {
  E event;
  MemberReader read(json);
  read_members(read, event);
  if (auto error = read.finish()) return *std::move(error);
  return Event(std::move(event));
}

// Finds the alternative of Event that has this type, and reads it.
template <std::size_t I = 0>
boost::system::result<Event, Unfoldable> read_type(std::string_view type, const Json& json) {
  if constexpr (I == std::variant_size_v<Event>) {
    return Unfoldable{"the type " + std::string(type) + " is not known"};
  } else {
    using E = std::variant_alternative_t<I, Event>;
    static const Event kExample = E();
    return type == type_of(kExample) ? read_data<E>(json) : read_type<I + 1>(type, json);
  }
}

std::size_t count_members(const Json& json) {
  std::size_t members = 0;
  if (const auto* object = json.if_object()) {
    members += object->size();
    for (const auto& member : *object) members += count_members(member.value());
  } else if (const auto* array = json.if_array()) {
    for (const Json& element : *array) members += count_members(element);
  }
  return members;
}

// Outside of its texts, JSON has one colon for each member.
std::size_t count_colons(std::string_view json) {
  std::size_t colons = 0;
  bool in_text = false;
  for (std::size_t at = 0; at < json.size(); ++at) {
    if (in_text && json[at] == '\\')
      ++at;  // whatever is escaped ends no text
    else if (json[at] == '"')
      in_text = !in_text;
    else if (json[at] == ':' && !in_text)
      ++colons;
  }
  return colons;
}

}  // namespace

boost::system::result<Event, Unfoldable> from_json(std::string_view type, std::string_view json) {
  // Events nest three deep at most; a bound keeps hostile data from exhausting the stack.
  constexpr std::size_t kMaxDepth = 8;
  boost::json::parse_options options;
  options.max_depth = kMaxDepth;
  JsonMemory memory;
  boost::system::error_code error;
  const Json parsed = boost::json::parse(json, error, memory, options);
  if (error) return Unfoldable{"the data is not JSON of the expected shape"};
  // The parser keeps the last of several members of one name, so a difference here means that a name was repeated.
  if (count_colons(json) != count_members(parsed)) return Unfoldable{"a member is there more than once"};
  return read_type(type, parsed);
}

}  // namespace taskstream::events
