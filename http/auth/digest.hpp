#pragma once

#include <optional>
#include <string_view>

#include "events/contract/sha256.hpp"

namespace taskstream::http {

// Of a token: all that is kept of it.
using Digest = events::Sha256Digest;

// Takes as long for digests that differ at once as for those that differ at the end.
bool equals_in_constant_time(const Digest& a, const Digest& b);

// Of 64 hexadecimal digits in lower case; nullopt for anything else.
std::optional<Digest> read_digest(std::string_view hex);

}  // namespace taskstream::http
