#include <iostream>

#include "http/auth/token/subcommand.hpp"

namespace taskstream::http::token {
namespace {

class Revoke : public Subcommand {
 public:
  void declare(Settings& settings) override {
    settings.argument("id", id_, "Which token, as `list` calls it.", "ci-2027");
    declare_auth_file(settings, path_);
    settings.examples("taskstream-token revoke ci-2027 --auth auth.json");
  }

  ExitCode run() override {
    bool was_there = false;
    change_auth_file(path_, false, [&](AuthFile& file) {
      was_there = std::erase_if(file.tokens, [&](const TokenRecord& token) { return token.id == id_; }) > 0;
      return was_there;
    });
    if (was_there) return kFine;
    std::cerr << "taskstream-token: there is no token of this id; `taskstream-token list` shows those that there are\n";
    return kNotThere;
  }

 private:
  std::string id_;
  std::string path_;
};

}  // namespace

std::unique_ptr<Subcommand> make_revoke() {
  return std::make_unique<Revoke>();
}

}  // namespace taskstream::http::token
