#pragma once

#include <optional>
#include <string>

#include "events/fold/evolve.hpp"

// What rows keep beside a state, so that it can be filtered, sorted and searched by. Pure.
namespace taskstream::projection {

// When the task's reminder is due.
std::optional<events::Instant> reminder_of(const events::TaskState& task);

std::optional<events::Instant> lock_end_of(const events::TaskState& task);

// By what users are sorted: last name, U+0001, first name.
std::string sort_name_of(const events::UserState& user);

// The text under whose words lists find a task or a user; none for what is in no list.
std::optional<std::string> searched_text(const events::State& state);

// Whether the two are found under the same words, told without making their texts.
bool have_same_text(const events::State& one, const events::State& other);

}  // namespace taskstream::projection
