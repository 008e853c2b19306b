#include "http/auth/authenticator.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "http/auth/standing.hpp"
#include "tests/http/auth_files.hpp"
#include "tests/http/requests.hpp"

namespace taskstream::http {
namespace {

Request request_of(const std::string& token) {
  return request_with({{"Authorization", "Bearer " + token}});
}

AuthFile one(const std::string& token, Role role = Role::Member) {
  AuthFile file;
  file.tokens.push_back(token_of(token, kMemberId, role, scopes_of({&Scopes::tasks_read})));
  return file;
}

TEST(Authenticator, NeedsAFileThatCanBeUsed) {
  AuthFolder folder;
  EXPECT_THROW(Authenticator(folder.file()), std::runtime_error);
  folder.write("auth.json", "{}");
  EXPECT_THROW(Authenticator(folder.file()), std::runtime_error);
  EXPECT_EQ(open_authenticator(""), nullptr);
}

TEST(Authenticator, TakesAnotherFileWhenItIsThere) {
  AuthFolder folder;
  folder.write(one("old"));
  Authenticator authenticator(folder.file());
  int reloads = 0;
  authenticator.on_reload([&reloads] { ++reloads; });
  folder.write(one("new"));
  EXPECT_TRUE(authenticator.authenticate(request_of("old")));
  authenticator.reload();
  EXPECT_EQ(reloads, 1);
  EXPECT_FALSE(authenticator.authenticate(request_of("old")));
  EXPECT_TRUE(authenticator.authenticate(request_of("new")));
}

TEST(Authenticator, KeepsTheOldFileWhileTheNewOneMakesNoSense) {
  AuthFolder folder;
  folder.write(one("old"));
  Authenticator authenticator(folder.file());
  const auto generation = authenticator.generation();
  folder.write("auth.json", "planted-secret");
  authenticator.reload();
  EXPECT_TRUE(authenticator.authenticate(request_of("old")));
  std::filesystem::remove(folder.file());
  authenticator.reload();
  EXPECT_TRUE(authenticator.authenticate(request_of("old")));
  EXPECT_EQ(authenticator.generation(), generation);
  folder.write(one("new"));
  authenticator.reload();
  EXPECT_FALSE(authenticator.authenticate(request_of("old")));
}

TEST(Authenticator, ReadsTheKeyFileAgainToo) {
  AuthFolder folder;
  AuthFile file;
  file.jwt = JwtSettings{.algorithm = "HS256", .key_file = "key", .issuer = "i", .audience = "a"};
  folder.write(file);
  EXPECT_THROW(Authenticator(folder.file()), std::runtime_error) << "there is no key file";
  folder.write("key", std::string(40, 'x'));
  Authenticator authenticator(folder.file());
  EXPECT_EQ(authenticator.files(), (std::vector<std::filesystem::path>{folder.file(), folder.path("key")}));
  const auto generation = authenticator.generation();
  folder.write("key", "short");
  authenticator.reload();
  EXPECT_EQ(authenticator.generation(), generation);
  folder.write("key", std::string(40, 'y'));
  authenticator.reload();
  EXPECT_EQ(authenticator.generation(), generation + 1);
  std::filesystem::permissions(folder.path("key"), std::filesystem::perms::others_read,
                               std::filesystem::perm_options::add);
  EXPECT_THROW(Authenticator(folder.file()), std::runtime_error) << "a secret that others can read";
}

TEST(Authenticator, IsAskedWhileItReads) {
  AuthFolder folder;
  folder.write(one("token"));
  Authenticator authenticator(folder.file());
  std::atomic<bool> over = false;
  std::thread asking([&] {
    const auto request = request_of("token");
    while (!over) EXPECT_TRUE(authenticator.authenticate(request));
  });
  for (int i = 0; i < 200; ++i) authenticator.reload();
  over = true;
  asking.join();
}

class StandingTest : public ::testing::Test {
 protected:
  StandingTest() {
    folder_.write(one("token"));
    authenticator_ = std::make_unique<Authenticator>(folder_.file());
    request_ = request_of("token");
    request_.principal = authenticator_->authenticate(request_)->principal;
  }
  void become(const AuthFile& file) {
    folder_.write(file);
    authenticator_->reload();
  }

  AuthFolder folder_;
  std::unique_ptr<Authenticator> authenticator_;
  Request request_;
};

TEST_F(StandingTest, HoldsAsLongAsTheTokenGivesTheSame) {
  Standing standing(authenticator_.get(), request_);
  EXPECT_TRUE(standing.holds());
  auto more = one("token");
  more.tokens.push_back(token_of("other", kMemberId, Role::Member, Scopes::all()));
  become(more);
  EXPECT_TRUE(standing.holds());
  EXPECT_EQ(standing.remaining(), std::nullopt);
  EXPECT_TRUE(Standing(nullptr, request_).holds());
}

TEST_F(StandingTest, EndsWithTheToken) {
  Standing standing(authenticator_.get(), request_);
  become({});
  EXPECT_FALSE(standing.holds());
  become(one("token"));
  EXPECT_FALSE(standing.holds()) << "what has ended stays so";
}

TEST_F(StandingTest, EndsWhenTheRoleIsAnother) {
  Standing standing(authenticator_.get(), request_);
  become(one("token", Role::Manager));
  EXPECT_FALSE(standing.holds());
}

TEST_F(StandingTest, EndsWhenTheTimeHasCome) {
  auto soon = one("token");
  soon.tokens.front().expires_at =
      std::chrono::floor<std::chrono::microseconds>(std::chrono::system_clock::now()) + std::chrono::milliseconds(200);
  become(soon);
  Standing standing(authenticator_.get(), request_);
  ASSERT_TRUE(standing.holds());
  const auto remaining = standing.remaining();
  ASSERT_TRUE(remaining);
  EXPECT_LE(*remaining, std::chrono::milliseconds(200));
  const auto patience = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  while (standing.holds() && std::chrono::steady_clock::now() < patience) std::this_thread::yield();
  EXPECT_FALSE(standing.holds());
}

}  // namespace
}  // namespace taskstream::http
