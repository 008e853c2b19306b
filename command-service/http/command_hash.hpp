#pragma once

#include <string>
#include <string_view>

#include "events/contract/ids.hpp"
#include "http/message.hpp"

namespace taskstream::command {

// Tells whether two requests with one Idempotency-Key are the same: hex SHA-256 over actor, method, path with query
// (ids in lower case) and the body in canonical form, each behind its length as eight bytes, most significant first.
// Stored with the event, so its making never changes.
std::string command_hash(const http::Request& request);

// The id of what is created with a key: a UUIDv8 over the log's namespace, actor and key, so that a repeated request
// means the same task or user at whatever instance it arrives. A task and a user with the same id are strangers.
events::Uuid id_from_key(const events::Uuid& id_namespace, std::string_view actor, std::string_view key);

}  // namespace taskstream::command
