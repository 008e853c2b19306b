#include <spdlog/fmt/fmt.h>
#include <spdlog/fmt/ranges.h>

#include <algorithm>
#include <iostream>
#include <nlohmann/json.hpp>

#include "http/auth/names.hpp"
#include "http/auth/token/subcommand.hpp"

namespace taskstream::http::token {
namespace {

class List : public Subcommand {
 public:
  void declare(Settings& settings) override {
    declare_auth_file(settings, path_);
    settings.toggle("json", json_, "One JSON object a line.");
    settings.examples("taskstream-token list --auth auth.json");
  }

  ExitCode run() override {
    const auto file = read_auth_file(path_);
    const auto now = std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now());
    for (const auto& token : file.tokens) std::cout << (json_ ? as_json(token) : as_text(token, now)) << '\n';
    return kFine;
  }

 private:
  static std::string as_json(const TokenRecord& token) {
    nlohmann::ordered_json json{{"id", token.id},
                                {"subject", token.subject},
                                {"role", name_of(token.role)},
                                {"scopes", names_of(token.scopes)}};
    if (token.expires_at) json["expiresAt"] = events::format_instant(*token.expires_at);
    return json.dump();
  }
  static std::string as_text(const TokenRecord& token, events::Instant now) {
    const bool has_ended = token.expires_at && *token.expires_at <= now;
    const auto ends =
        token.expires_at ? (has_ended ? "expired " : "until ") + events::format_instant(*token.expires_at) : "for good";
    return fmt::format("{:<16} {:<8} {:<36} {} {}", token.id, name_of(token.role), token.subject,
                       fmt::join(names_of(token.scopes), ","), ends);
  }

  std::string path_;
  bool json_ = false;
};

}  // namespace

std::unique_ptr<Subcommand> make_list() {
  return std::make_unique<List>();
}

}  // namespace taskstream::http::token
