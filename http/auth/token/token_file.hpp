#pragma once

#include <filesystem>
#include <functional>

#include "http/auth/auth_file.hpp"

namespace taskstream::http::token {

// What the process ends with.
enum ExitCode : int {
  kFine = 0,
  kNotThere = 1,  // there is no token of that name
  kUsage = 2,
  kCannotUse = 3,  // the file
};

// Reads the auth file, has it changed, and puts the result in its place; one process after the other. Without a file it
// begins with an empty one where `may_begin` says so. `change` answers whether there is anything to write. Throws
// std::runtime_error when the file cannot be used.
void change_auth_file(const std::filesystem::path& path, bool may_begin, const std::function<bool(AuthFile&)>& change);

}  // namespace taskstream::http::token
