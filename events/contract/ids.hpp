#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace taskstream::events {

// A UUID (RFC 9562), read in any case, written in lower case.
class Uuid {
 public:
  using Bytes = std::array<std::uint8_t, 16>;

  constexpr Uuid() = default;
  constexpr explicit Uuid(const Bytes& bytes) : bytes_(bytes) {}

  // The 36-character form with hyphens and nothing else; anything else is nullopt.
  static std::optional<Uuid> parse(std::string_view text);

  std::string to_string() const;
  const Bytes& bytes() const { return bytes_; }
  // The version nibble: 4, 7, 8 …
  int version() const { return bytes_[6] >> 4; }
  bool has_rfc_variant() const { return (bytes_[8] & 0xC0) == 0x80; }

  friend constexpr auto operator<=>(const Uuid&, const Uuid&) = default;

 private:
  Bytes bytes_{};
};

// A UUIDv7 (RFC 9562 §5.7): 48 bits of milliseconds since the epoch, then `random`, of which 74 bits are used.
Uuid make_uuid_v7(std::int64_t unix_ms, const Uuid::Bytes& random);

// A UUIDv8 (RFC 9562 §5.8) over the first 16 bytes of a digest.
Uuid make_uuid_v8(const Uuid::Bytes& digest);

// One type for each kind of id, so that a user's id cannot stand where a task's belongs.
template <class Tag>
class Id {
 public:
  constexpr Id() = default;
  constexpr explicit Id(const Uuid& uuid) : uuid_(uuid) {}

  static std::optional<Id> parse(std::string_view text) {
    const auto uuid = Uuid::parse(text);
    return uuid ? std::optional<Id>(Id(*uuid)) : std::nullopt;
  }

  const Uuid& uuid() const { return uuid_; }
  std::string to_string() const { return uuid_.to_string(); }

  friend constexpr auto operator<=>(const Id&, const Id&) = default;

 private:
  Uuid uuid_;
};

using TaskId = Id<struct TaskTag>;
using UserId = Id<struct UserTag>;
using EventId = Id<struct EventTag>;
using LogId = Id<struct LogTag>;

// How many accepted events a stream has; the first makes it 1, and 0 means that nothing is there yet.
struct StreamVersion {
  // The greatest integer that every JSON reader keeps exactly (RFC 8259 §6).
  static constexpr std::int64_t kMax = (std::int64_t{1} << 53) - 1;

  std::int64_t value = 0;

  constexpr StreamVersion next() const { return {value + 1}; }
  friend constexpr auto operator<=>(const StreamVersion&, const StreamVersion&) = default;
};

// `kind/id`: what a record is keyed by. Kind `[a-z][a-z0-9-]{0,31}`, id `[a-z0-9-]{1,64}`.
class StreamId {
 public:
  // Names no stream: no record can have an empty key.
  StreamId() = default;

  static std::optional<StreamId> parse(std::string_view key);
  static StreamId of(const TaskId& id) { return StreamId("task/" + id.to_string()); }
  static StreamId of(const UserId& id) { return StreamId("user/" + id.to_string()); }
  // `hash` is the SHA-256 of the address, lower-cased in ASCII, in hex.
  static StreamId of_email(std::string_view hash) { return StreamId("email/" + std::string(hash)); }
  static StreamId genesis() { return StreamId("log/genesis"); }

  std::string_view kind() const { return std::string_view(key_).substr(0, key_.find('/')); }
  std::string_view id() const { return std::string_view(key_).substr(key_.find('/') + 1); }
  const std::string& to_string() const { return key_; }

  friend auto operator<=>(const StreamId&, const StreamId&) = default;

 private:
  explicit StreamId(std::string key) : key_(std::move(key)) {}

  std::string key_;
};

}  // namespace taskstream::events

template <>
struct std::hash<taskstream::events::Uuid> {
  std::size_t operator()(const taskstream::events::Uuid& uuid) const noexcept;
};

template <class Tag>
struct std::hash<taskstream::events::Id<Tag>> {
  std::size_t operator()(const taskstream::events::Id<Tag>& id) const noexcept {
    return std::hash<taskstream::events::Uuid>()(id.uuid());
  }
};

template <>
struct std::hash<taskstream::events::StreamId> {
  std::size_t operator()(const taskstream::events::StreamId& id) const noexcept {
    return std::hash<std::string>()(id.to_string());
  }
};
