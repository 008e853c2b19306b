#include <algorithm>
#include <iostream>

#include "http/auth/names.hpp"
#include "http/auth/opaque_token.hpp"
#include "http/auth/token/subcommand.hpp"
#include "http/text.hpp"

namespace taskstream::http::token {
namespace {

using std::chrono::floor;
using std::chrono::system_clock;

constexpr std::uint64_t kLongestDays = 36'500;

// `90d`, `12h`, `30m`, `45s`.
std::optional<std::chrono::seconds> read_span(std::string_view text) {
  if (text.empty()) return std::nullopt;
  const auto count = read_decimal(text.substr(0, text.size() - 1));
  std::chrono::seconds unit{0};
  switch (text.back()) {
    case 'd':
      unit = std::chrono::days(1);
      break;
    case 'h':
      unit = std::chrono::hours(1);
      break;
    case 'm':
      unit = std::chrono::minutes(1);
      break;
    case 's':
      unit = std::chrono::seconds(1);
      break;
    default:
      return std::nullopt;
  }
  if (!count || *count == 0 || *count > kLongestDays * 86'400) return std::nullopt;
  const auto span = unit * static_cast<std::int64_t>(*count);
  return span <= std::chrono::days(kLongestDays) ? std::optional(span) : std::nullopt;
}

class Make : public Subcommand {
 public:
  void declare(Settings& settings) override {
    declare_auth_file(settings, path_);
    settings.text("subject", token_.subject, "Whose token it is. A member's is its user id.",
                  "018f3c1e-7a2b-7c3d-8e4f-5a6b7c8d9e0f");
    settings.choice("role", role_, {"member", "manager", "admin"}, "Whose tasks it opens.");
    settings.list("scope", scopes_,
                  "What it is for: tasks:read, tasks:write (which implies it), users:write, admin (all).",
                  "tasks:write");
    settings.custom("expires-in", "never", "How long it holds, in days, hours, minutes or seconds.", "90d",
                    [this](const std::string& value) -> std::optional<std::string> {
                      const auto span = read_span(value);
                      if (!span) return "is not a number from 1 with d, h, m or s behind it, of 100 years at most";
                      token_.expires_at = floor<std::chrono::microseconds>(system_clock::now()) + *span;
                      return std::nullopt;
                    });
    settings.text("id", token_.id, "What to call it in `list` and `revoke`; made up when absent.", "ci-2027");
    settings.examples(
        "# A user's own token, for 90 days:\n"
        "taskstream-token make --auth auth.json --subject 018f3c1e-7a2b-7c3d-8e4f-5a6b7c8d9e0f --scope tasks:write "
        "--expires-in 90d\n"
        "# What Prometheus reads /metrics with:\n"
        "taskstream-token make --auth auth.json --subject prometheus --role admin --scope admin --id prometheus");
    settings.require([this] { return complaint(); });
  }

  ExitCode run() override {
    const auto text = make_opaque_token();
    token_.sha256 = events::sha256(text);
    std::string refused;
    change_auth_file(path_, true, [&](AuthFile& file) {
      const auto is_taken = [&](const std::string& id) {
        return std::ranges::find(file.tokens, id, &TokenRecord::id) != file.tokens.end();
      };
      if (token_.id.empty()) {
        do token_.id = make_token_id();
        while (is_taken(token_.id));
      } else if (is_taken(token_.id)) {
        refused = "there is a token `" + token_.id + "` already: revoke it, or choose another --id";
        return false;
      }
      file.tokens.push_back(token_);
      return true;
    });
    if (!refused.empty()) throw std::runtime_error(refused);
    if (!(std::cout << text << std::endl)) {
      throw std::runtime_error("the token `" + token_.id + "` could not be shown: revoke it, and make another");
    }
    std::cerr << "The token `" << token_.id << "` of " << token_.subject
              << " is shown this once: only its hash is kept.\n";
    return kFine;
  }

 private:
  std::optional<std::string> complaint() {
    token_.role = read_role(role_).value_or(Role::Member);
    if (!is_subject(token_.subject)) {
      return "--subject is to be given: 1 to 128 printable ASCII characters, not beginning with `system:`";
    }
    const auto user_id = read_uuid(token_.subject);
    if (token_.role == Role::Member && !user_id) {
      return "--subject of a member is its user id, a UUID: it says which tasks concern it";
    }
    token_.subject = user_id.value_or(token_.subject);
    if (scopes_.empty()) return "--scope is to be given, e.g. --scope tasks:write";
    for (const auto& scope : scopes_) {
      if (!add_scope(token_.scopes, scope)) return "--scope is none of tasks:read, tasks:write, users:write, admin";
    }
    if (!token_.id.empty() && !is_token_id(token_.id)) return "--id is a name of letters, digits, `-`, `_` and `.`";
    return std::nullopt;
  }

  std::string path_;
  std::string role_ = "member";
  std::vector<std::string> scopes_;
  TokenRecord token_;
};

}  // namespace

std::unique_ptr<Subcommand> make_make() {
  return std::make_unique<Make>();
}

}  // namespace taskstream::http::token
