#pragma once

#include <filesystem>
#include <fstream>
#include <string>
#include <string_view>

#include "http/auth/auth_file.hpp"
#include "http/auth/private_file.hpp"
#include "tests/contract/scratch_folder.hpp"

namespace taskstream::http {

inline constexpr const char* kMemberId = "0198c5a2-0000-7000-8000-000000000001";

inline Scopes scopes_of(std::initializer_list<bool Scopes::*> all) {
  Scopes scopes{};
  for (auto scope : all) scopes.*scope = true;
  return scopes;
}

// A token that the test knows whole: its text is its id.
inline TokenRecord token_of(const std::string& text, const std::string& subject, Role role, Scopes scopes) {
  return {.id = text, .sha256 = events::sha256(text), .subject = subject, .role = role, .scopes = scopes};
}

// A folder with an auth file in it.
class AuthFolder {
 public:
  std::filesystem::path file() const { return std::filesystem::path(folder_.path()) / "auth.json"; }
  std::filesystem::path path(std::string_view name) const { return std::filesystem::path(folder_.path()) / name; }
  void write(const AuthFile& content) { replace_private_file(file(), to_text(content)); }
  void write(std::string_view name, const std::string& text) { replace_private_file(path(name), text); }

 private:
  tests::ScratchFolder folder_;
};

}  // namespace taskstream::http
