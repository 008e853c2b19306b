#include "command-service/core/stream_entry.hpp"

#include <concepts>
#include <type_traits>
#include <variant>

#include "command-service/core/heap_bytes.hpp"
#include "command-service/state/state_store.hpp"
#include "events/contract/event.hpp"

namespace taskstream::command {
namespace {

// To be counted up when the members below change, or the meaning of one of them.
constexpr int kShape = 1;

template <class T, class U>
concept Of = std::same_as<std::remove_const_t<T>, U>;

// The members of each type, in their order, for reading and writing alike. A member that is added to a type and not
// here does not compile.
void members(auto& bytes, Of<events::TaskLock> auto& lock) {
  auto& [holder, since, expires_at, fencing_token] = lock;
  bytes(holder, since, expires_at, fencing_token);
}
void members(auto& bytes, Of<events::TaskState> auto& task) {
  auto& [id, title, description, status, priority, tags, assignee, due, warning, lock, deleted, version, created_at,
         created_by, updated_at, updated_by] = task;
  bytes(id, title, description, status, priority, tags, assignee, due, warning, lock, deleted, version, created_at,
        created_by, updated_at, updated_by);
}
void members(auto& bytes, Of<events::UserState> auto& user) {
  auto& [id, first_name, last_name, email, active, version, created_at, updated_at] = user;
  bytes(id, first_name, last_name, email, active, version, created_at, updated_at);
}
void members(auto& bytes, Of<events::EmailState> auto& email) {
  auto& [claimed_by, user_version] = email;
  bytes(claimed_by, user_version);
}
void members(auto&, Of<std::monostate> auto&) {}
void members(auto& bytes, Of<events::Quarantine> auto& quarantine) {
  auto& [version, reason] = quarantine;
  bytes(version, reason);
}
void members(auto& bytes, Of<events::Stream> auto& stream) {
  auto& [version, last_time, state, quarantine] = stream;
  bytes(version, last_time, state, quarantine);
}
void members(auto& bytes, Of<FieldChange> auto& change) {
  auto& [field, version, actor, time] = change;
  bytes(field, version, actor, time);
}

// Whole numbers in groups of seven bits, the lowest first; everything else is made of them and of texts.
class Writer {
 public:
  template <class... Values>
  void operator()(const Values&... values) {
    (one(values), ...);
  }

  std::string bytes;

 private:
  void natural(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes.push_back(static_cast<char>(value | 0x80));
    bytes.push_back(static_cast<char>(value));
  }
  // Small ones on either side of nought are short.
  void one(std::int64_t value) {
    natural(static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
  }
  void one(std::int32_t value) { one(std::int64_t{value}); }
  void one(bool value) { natural(value ? 1 : 0); }
  void one(const std::string& text) {
    natural(text.size());
    bytes += text;
  }
  void one(const events::Uuid& id) {
    bytes.append(reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size());
  }
  void one(events::Instant instant) { one(std::int64_t{instant.time_since_epoch().count()}); }
  void one(events::StreamVersion version) { one(version.value); }
  template <class Tag>
  void one(const events::Id<Tag>& id) {
    one(id.uuid());
  }
  template <class Value>
  void one(const std::optional<Value>& value) {
    one(value.has_value());
    if (value) one(*value);
  }
  template <class Value>
  void one(const std::vector<Value>& values) {
    natural(values.size());
    for (const Value& value : values) one(value);
  }
  void one(const events::State& state) {
    natural(state.index());
    std::visit([this](const auto& alternative) { members(*this, alternative); }, state);
  }
  template <class Value>
  void one(const Value& value) {
    if constexpr (std::is_enum_v<Value>) {
      natural(static_cast<std::uint64_t>(value));
    } else {
      members(*this, value);
    }
  }
};

class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <class... Values>
  void operator()(Values&... values) {
    (one(values), ...);
  }
  void expect_end() const {
    if (!rest_.empty()) fail();
  }

 private:
  [[noreturn]] static void fail() { throw StateDamaged("the state file is damaged: an entry cannot be read"); }

  std::string_view take(std::uint64_t length) {
    if (length > rest_.size()) fail();
    const std::string_view taken = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return taken;
  }
  std::uint64_t natural() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1).front());
      value |= std::uint64_t{byte & 0x7FU} << shift;
      if ((byte & 0x80) == 0) return value;
    }
    fail();
  }
  void one(std::int64_t& value) {
    const std::uint64_t folded = natural();
    value = static_cast<std::int64_t>(folded >> 1 ^ (0 - (folded & 1)));
  }
  void one(std::int32_t& value) {
    std::int64_t wide = 0;
    one(wide);
    value = static_cast<std::int32_t>(wide);
  }
  void one(bool& value) { value = natural() != 0; }
  void one(std::string& text) { text = take(natural()); }
  void one(events::Uuid& id) {
    events::Uuid::Bytes bytes{};
    const std::string_view taken = take(bytes.size());
    std::copy(taken.begin(), taken.end(), bytes.begin());
    id = events::Uuid(bytes);
  }
  void one(events::Instant& instant) {
    std::int64_t micros = 0;
    one(micros);
    instant = events::Instant(events::Instant::duration(micros));
  }
  void one(events::StreamVersion& version) { one(version.value); }
  template <class Tag>
  void one(events::Id<Tag>& id) {
    events::Uuid uuid;
    one(uuid);
    id = events::Id<Tag>(uuid);
  }
  template <class Value>
  void one(std::optional<Value>& value) {
    if (natural() != 0) one(value.emplace());
  }
  template <class Value>
  void one(std::vector<Value>& values) {
    for (std::uint64_t left = natural(); left > 0; --left) one(values.emplace_back());
  }
  template <std::size_t I = 0>
  void alternative(events::State& state, std::uint64_t index) {
    if constexpr (I < std::variant_size_v<events::State>) {
      if (index != I) return alternative<I + 1>(state, index);
      members(*this, state.emplace<I>());
    } else {
      fail();
    }
  }
  void one(events::State& state) { alternative(state, natural()); }
  template <class Value>
  void one(Value& value) {
    if constexpr (std::is_enum_v<Value>) {
      value = static_cast<Value>(natural());
    } else {
      members(*this, value);
    }
  }

  std::string_view rest_;
};

std::size_t heap_bytes_of(const events::TaskState& task) {
  std::size_t bytes = heap_bytes(task.title) + heap_bytes(task.created_by) + heap_bytes(task.updated_by);
  if (task.description) bytes += heap_bytes(*task.description);
  if (task.lock) bytes += heap_bytes(task.lock->holder);
  if (task.tags.capacity() > 0) bytes += kAllocation + task.tags.capacity() * sizeof(std::string);
  for (const std::string& tag : task.tags) bytes += heap_bytes(tag);
  return bytes;
}
std::size_t heap_bytes_of(const events::UserState& user) {
  return heap_bytes(user.first_name) + heap_bytes(user.last_name) + heap_bytes(user.email);
}
std::size_t heap_bytes_of(const events::EmailState&) {
  return 0;
}
std::size_t heap_bytes_of(std::monostate) {
  return 0;
}

}  // namespace

std::size_t heap_bytes(const StreamEntry& entry) {
  std::size_t bytes = std::visit([](const auto& state) { return heap_bytes_of(state); }, entry.stream.state);
  if (entry.stream.quarantine) bytes += heap_bytes(entry.stream.quarantine->reason);
  for (const FieldChange& change : entry.last_changes.all()) bytes += sizeof(change) + heap_bytes(change.actor);
  return bytes + entry.commands.bytes() + 2 * kAllocation;
}

std::string write_entry(const StreamEntry& entry) {
  Writer writer;
  writer.bytes.reserve(256);
  writer(entry.stream, entry.last_event_id, entry.last_changes.all());
  return std::move(writer.bytes);
}

StreamEntry read_entry(std::string_view bytes) {
  StreamEntry entry;
  std::vector<FieldChange> changes;
  Reader reader(bytes);
  reader(entry.stream, entry.last_event_id, changes);
  reader.expect_end();
  for (const FieldChange& change : changes) {
    entry.last_changes.note({change.field}, change.version, change.actor, change.time);
  }
  entry.commands.note_more();
  return entry;
}

std::string entry_format() {
  return "shape " + std::to_string(kShape) + " of " + std::to_string(std::variant_size_v<events::Event>) + " events";
}

}  // namespace taskstream::command
