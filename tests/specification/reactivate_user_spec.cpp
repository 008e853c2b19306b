#include "tests/support/specification.hpp"

namespace taskstream::command {
namespace {

using namespace specification;
using events::UserClaimLapsed;
using events::UserDeactivated;
using events::UserReactivated;

TEST(ReactivateUser, HappensToWhoWasDeactivated) {
  Given({examples::ann(), UserDeactivated{}}).When(ReactivateUser{}).Then(UserReactivated{});
}

TEST(ReactivateUser, ChangesNothingForWhoIsActive) {
  Given({examples::ann()}).When(ReactivateUser{}).ThenNothingChanges();
  Given({examples::ann(), UserDeactivated{}, UserReactivated{}}).When(ReactivateUser{}).ThenNothingChanges();
}

TEST(ReactivateUser, IsRejectedWhereThereIsNoUser) {
  Given({}).When(ReactivateUser{}).ThenRejectedAs<UserIsMissing>();
  Given({UserClaimLapsed{.email_hash = "00"}}).When(ReactivateUser{}).ThenRejectedAs<UserIsMissing>();
}

}  // namespace
}  // namespace taskstream::command
