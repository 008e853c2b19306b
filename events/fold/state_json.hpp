#pragma once

#include <boost/json/storage_ptr.hpp>
#include <boost/json/value.hpp>
#include <string>

#include "events/fold/stream_fold.hpp"

namespace taskstream::events {

// A task as both services answer it: every member there, null where it is empty, `quarantined` only while it is.
std::string task_json(const TaskState& task, const std::optional<Quarantine>& quarantine = std::nullopt);

boost::json::value json_of(const TaskLock& lock, boost::json::storage_ptr memory);

std::string user_json(const UserState& user, const std::optional<Quarantine>& quarantine = std::nullopt);

// Of a task or a user, whichever it is; `null` for every other state.
std::string state_json(const State& state);

}  // namespace taskstream::events
