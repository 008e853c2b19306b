#include "http/auth/auth_file.hpp"

#include <nlohmann/json.hpp>
#include <string>

#include "http/auth/names.hpp"
#include "tests/fuzzers/fuzzing.hpp"

// The auth file, which people and programs write: what is taken can be written and taken again, nothing in it goes
// beyond what it may say, and what is wrong is told without a word of the file, in which somebody may have left a
// secret.
namespace taskstream::http {
namespace {

using fuzzing::claim;
using nlohmann::json;

constexpr std::string_view kSecret = "Zq7Zq7Zq7Zq7Zq7Zq7Zq7Zq7";

// `~` stands for the secret, so that an input may have it anywhere.
std::string with_secret(std::string_view text) {
  std::string result;
  for (const char c : text) result += c == '~' ? std::string(kSecret) : std::string(1, c);
  return result;
}

void check_taken(const AuthFile& file, const std::string& text) {
  const std::string written = to_text(file);
  const auto again = parse_auth_file(written);
  claim(again && *again == file, "a file that was taken can be written and taken again");
  claim(to_text(*again) == written, "it is written in one way");
  const json raw = json::parse(text, nullptr, false);
  claim(!raw.is_discarded() && raw.is_object(), "what is taken is a JSON object");
  claim(raw["tokens"].size() == file.tokens.size(), "no token gets lost");
  for (std::size_t i = 0; i < file.tokens.size(); ++i) {
    const TokenRecord& token = file.tokens[i];
    claim(is_token_id(token.id) && is_subject(token.subject), "a token has an id and a subject");
    claim(token.role != Role::Member || read_uuid(token.subject) == token.subject, "a member is a user");
    claim(raw["tokens"][i]["role"] == name_of(token.role), "a token's role is the one that is written");
    for (const auto scope : names_of(token.scopes)) {
      const auto& listed = raw["tokens"][i]["scopes"];
      claim(std::find(listed.begin(), listed.end(), scope) != listed.end(), "no token has a scope that is not written");
    }
    for (std::size_t other = 0; other < i; ++other) claim(file.tokens[other].id != token.id, "ids are different");
  }
}

}  // namespace
}  // namespace taskstream::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace taskstream;
  using namespace taskstream::http;
  const std::string text = with_secret({reinterpret_cast<const char*>(data), size});
  const auto file = parse_auth_file(text);
  if (file) {
    check_taken(*file, text);
  } else {
    fuzzing::claim(file.error().reason.find("Zq7Zq7") == std::string::npos, "a complaint quotes nothing of the file");
    fuzzing::claim(!file.error().reason.empty(), "what is wrong is told");
  }
  return 0;
}
