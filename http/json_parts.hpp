#pragma once

#include <string_view>
#include <vector>

namespace taskstream::http {

// The elements of an array in canonical JSON, each as it is written there.
std::vector<std::string_view> elements_of(std::string_view canonical_array);

// The value of a member of an object in canonical JSON, as it is written there; empty when there is no such member.
// `name` is a plain one, which has no escapes.
std::string_view member_of(std::string_view canonical_object, std::string_view name);

}  // namespace taskstream::http
