#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/principal.hpp"

// How roles, scopes and subjects are written in files, tokens and answers.
namespace taskstream::http {

std::string_view name_of(Role role);
std::optional<Role> read_role(std::string_view name);

// Those that are there, in the order in which the docs list them.
std::vector<std::string_view> names_of(const Scopes& scopes);
// Adds the scope of this name; false when there is none.
bool add_scope(Scopes& scopes, std::string_view name);
// The scope that a route of this access asks for.
std::string_view scope_for(Access access);

// The lower-case spelling where `text` is a UUID in any case.
std::optional<std::string> read_uuid(std::string_view text);

// What a principal may be called: 1 to 128 printable ASCII characters, and not a name of the services' own.
bool is_subject(std::string_view text);

}  // namespace taskstream::http
