#pragma once

#include <memory>
#include <string_view>

#include "http/auth/token/token_file.hpp"
#include "http/config.hpp"

namespace taskstream::http::token {

// One subcommand: its flags, and what it does with them. Used once.
class Subcommand {
 public:
  virtual ~Subcommand() = default;

  virtual void declare(Settings& settings) = 0;
  // Throws std::runtime_error when the file cannot be used.
  virtual ExitCode run() = 0;
};

std::unique_ptr<Subcommand> make_make();
std::unique_ptr<Subcommand> make_list();
std::unique_ptr<Subcommand> make_revoke();

// Declares --auth, which all have and need.
void declare_auth_file(Settings& settings, std::string& path);

}  // namespace taskstream::http::token
