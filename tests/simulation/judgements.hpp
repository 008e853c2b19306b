#pragma once

#include <optional>
#include <span>
#include <string>

#include "tests/simulation/history.hpp"
#include "tests/simulation/truth.hpp"

namespace taskstream::simulation {

// Each looks at one property of one operation, given what the log means. A sentence when the property does not hold.
using Judgement = std::optional<std::string>;
using Judge = Judgement (*)(const Operation&, const Truth&);

std::span<const Judge> all_judges();

// True of answers that nothing newer can change, so that they may rest on a state that is not the newest any more: a
// replayed key, an expected version that has been passed, a stream that is quarantined.
bool is_true_for_ever(const Operation& operation);

// How many appends of one command may lose before it is told so.
inline constexpr int kAttempts = 3;

}  // namespace taskstream::simulation
