#include "command-service/domain/email_address.hpp"
#include "tests/support/specification.hpp"

namespace taskstream::command {
namespace {

using namespace specification;
using events::UserClaimLapsed;
using events::UserRegistered;

RegisterUser with_email(std::string email) {
  return {.first_name = "Ann", .last_name = "Lee", .email = std::move(email)};
}

TEST(RegisterUser, StoresWhoTheyAre) {
  Given({}).When(with_email("ann@example.org")).Then(examples::ann());
}

TEST(RegisterUser, FollowsAClaimThatHasLapsed) {
  Given({UserClaimLapsed{.email_hash = "00"}}).When(with_email("ann@example.org")).Then(examples::ann());
}

TEST(RegisterUser, KeepsTheCaseOfTheAddress) {
  Given({})
      .When(with_email("Ann@Example.org"))
      .Then(UserRegistered{.first_name = "Ann", .last_name = "Lee", .email = "Ann@Example.org"});
}

TEST(RegisterUser, TakesValuesAtTheirLimits) {
  const RegisterUser longest{.first_name = times(80, "\xC3\xA9"), .last_name = "L", .email = times(252, "x") + "@y"};
  Given({}).When(longest).Then(
      UserRegistered{.first_name = longest.first_name, .last_name = longest.last_name, .email = longest.email});
}

TEST(RegisterUser, IsRejectedWithEveryValueThatIsOutOfBounds) {
  Given({}).When(RegisterUser{}).ThenInvalid({"firstName", "lastName", "email"});
  Given({})
      .When(RegisterUser{.first_name = times(81, "x"), .last_name = " ", .email = times(253, "x") + "@y"})
      .ThenInvalid({"firstName", "lastName", "email"});
  Given({})
      .When(RegisterUser{.first_name = std::string("a\0b", 3), .last_name = "Lee", .email = "ann@example.org"})
      .ThenInvalid({"firstName"});
}

TEST(RegisterUser, IsRejectedWithWhatIsNoAddress) {
  for (const std::string& email : {"ann", "@example.org", "ann@", "@", "ann@example@org", "ann lee@example.org",
                                   "ann@example.org\n", "\xC3\xA5nn@example.org", "ann\x7f@example.org"}) {
    SCOPED_TRACE(email);
    Given({}).When(with_email(email)).ThenInvalid({"email"});
  }
}

// Both by Python, e.g. hashlib.sha256(b"ann@example.org").hexdigest().
TEST(EmailStream, IsTheHashOfTheAddressInLowerCase) {
  const std::string hash = "438c4c7afe600cdf1e455c369bec76dc970fc8ca463447c7b387a347f3c79331";
  EXPECT_EQ(email_stream("ann@example.org").to_string(), "email/" + hash);
  EXPECT_EQ(email_stream("ANN@Example.ORG"), email_stream("ann@example.org"));
  EXPECT_NE(email_stream("ann@example.com"), email_stream("ann@example.org"));
}

TEST(EmailStream, LowersTheCaseOfAsciiAlone) {
  EXPECT_EQ(email_stream("\xC3\x84nn@example.org").id(),
            "7deadfa608c0463084bdfdefd71719de0422d17d236badd924858ac5cd428ed5");
}

}  // namespace
}  // namespace taskstream::command
