#include "http/auth/auth_file.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "http/auth/names.hpp"
#include "tests/http/auth_files.hpp"

namespace taskstream::http {
namespace {

using Json = nlohmann::json;

constexpr const char* kSecret = "planted-secret";

Json token_json() {
  return {{"id", "ci"},       {"sha256", std::string(64, 'a')},          {"subject", kMemberId},
          {"role", "member"}, {"scopes", {"tasks:read", "tasks:write"}}, {"expiresAt", "2027-01-31T12:00:00Z"}};
}
Json jwt_json() {
  return {{"alg", "HS256"}, {"keyFile", "key"}, {"iss", "https://id.example"}, {"aud", "taskstream"}};
}

TEST(AuthFile, IsReadAsItWasWritten) {
  const auto file = parse_auth_file(Json{{"tokens", {token_json()}}, {"jwt", jwt_json()}}.dump());
  ASSERT_TRUE(file) << file.error().reason;
  ASSERT_EQ(file->tokens.size(), 1U);
  const auto& token = file->tokens.front();
  EXPECT_EQ(token.id, "ci");
  EXPECT_EQ(events::to_hex(token.sha256), std::string(64, 'a'));
  EXPECT_EQ(token.subject, kMemberId);
  EXPECT_EQ(token.role, Role::Member);
  EXPECT_EQ(token.scopes, scopes_of({&Scopes::tasks_read, &Scopes::tasks_write}));
  EXPECT_EQ(events::format_instant(*token.expires_at), "2027-01-31T12:00:00.000000Z");
  EXPECT_EQ(file->jwt->algorithm, "HS256");
  EXPECT_EQ(*parse_auth_file(to_text(*file)), *file);
  EXPECT_TRUE(parse_auth_file(R"({"tokens":[]})"));
}

TEST(AuthFile, NamesAMembersUserInLowerCase) {
  auto token = token_json();
  token["subject"] = "0198C5A2-0000-7000-8000-000000000001";
  EXPECT_EQ(parse_auth_file(Json{{"tokens", {token}}}.dump())->tokens.front().subject, kMemberId);
}

TEST(AuthFile, RefusesWhatItDoesNotKnow) {
  const auto with = [](const char* name, Json value) {
    auto token = token_json();
    token[name] = std::move(value);
    return Json{{"tokens", {token}}}.dump();
  };
  const auto without = [](const char* name) {
    auto token = token_json();
    token.erase(name);
    return Json{{"tokens", {token}}}.dump();
  };
  const auto with_jwt = [](const char* name, Json value) {
    auto jwt = jwt_json();
    jwt[name] = std::move(value);
    return Json{{"tokens", Json::array()}, {"jwt", jwt}}.dump();
  };
  auto twin = token_json();
  twin["id"] = "other";
  const std::string broken[] = {
      "",
      "[]",
      "{",
      std::string(R"({"tokens":[)") + kSecret,
      R"({"tokens":[],"tokens":[]})",
      R"({"jwt":null,"tokens":[]})",
      R"({})",
      R"({"tokens":{}})",
      R"({"tokens":[7]})",
      R"({"tokens":[],"token":")" + std::string(kSecret) + "\"}",
      with("token", kSecret),
      with("id", ""),
      with("id", "a b"),
      with("id", std::string(65, 'a')),
      with("sha256", kSecret),
      with("sha256", std::string(64, 'A')),
      with("subject", "Ada"),
      with("subject", ""),
      with("subject", "system:policy"),
      with("role", "owner"),
      with("role", 1),
      with("scopes", "tasks:read"),
      with("scopes", Json::array()),
      with("scopes", {"tasks:delete"}),
      with("expiresAt", nullptr),
      with("expiresAt", "tomorrow"),
      with("expiresAt", "2027-01-31T12:00:60Z"),
      with("expiresAt", "9999-01-31T12:00:00Z"),
      without("id"),
      without("sha256"),
      without("subject"),
      without("role"),
      without("scopes"),
      Json{{"tokens", {token_json(), token_json()}}}.dump(),
      Json{{"tokens", {token_json(), twin}}}.dump(),
      with_jwt("alg", "none"),
      with_jwt("alg", "HS512"),
      with_jwt("iss", ""),
      with_jwt("aud", {"taskstream"}),
      with_jwt("leeway", 30),
  };
  for (const auto& text : broken) {
    const auto file = parse_auth_file(text);
    ASSERT_FALSE(file) << text;
    EXPECT_FALSE(file.error().reason.empty());
    EXPECT_EQ(file.error().reason.find(kSecret), std::string::npos) << file.error().reason;
  }
}

TEST(AuthFile, IsItsOwnersAlone) {
  AuthFolder folder;
  folder.write({});
  EXPECT_NO_THROW(read_auth_file(folder.file()));
  for (const auto open : {std::filesystem::perms::group_read, std::filesystem::perms::others_read,
                          std::filesystem::perms::group_write, std::filesystem::perms::others_exec}) {
    std::filesystem::permissions(folder.file(), std::filesystem::perms::owner_read | open);
    EXPECT_THROW(read_auth_file(folder.file()), std::runtime_error);
  }
  std::filesystem::permissions(folder.file(), std::filesystem::perms::owner_read);
  EXPECT_NO_THROW(read_auth_file(folder.file()));
  EXPECT_THROW(read_auth_file(folder.path("nowhere")), std::runtime_error);
  EXPECT_THROW(read_auth_file(folder.path(".")), std::runtime_error);
}

TEST(AuthFile, IsReplacedWhereALinkLeads) {
  AuthFolder folder;
  folder.write("real", "old");
  std::filesystem::create_symlink("real", folder.file());
  replace_private_file(folder.file(), "new");
  EXPECT_TRUE(std::filesystem::is_symlink(folder.file()));
  EXPECT_EQ(read_small_file(folder.path("real"), Readers::OwnerAlone), "new");
}

}  // namespace
}  // namespace taskstream::http
