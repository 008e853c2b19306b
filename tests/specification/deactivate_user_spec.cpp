#include "tests/support/specification.hpp"

namespace taskstream::command {
namespace {

using namespace specification;
using events::UserDeactivated;
using events::UserReactivated;

TEST(DeactivateUser, HappensWithItsReason) {
  Given({examples::ann()}).When(DeactivateUser{"has left"}).Then(UserDeactivated{"has left"});
  Given({examples::ann(), UserDeactivated{}, UserReactivated{}}).When(DeactivateUser{}).Then(UserDeactivated{});
}

TEST(DeactivateUser, ChangesNothingForWhoIsDeactivatedAlready) {
  Given({examples::ann(), UserDeactivated{}}).When(DeactivateUser{"again"}).ThenNothingChanges();
}

TEST(DeactivateUser, IsRejectedWithAReasonThatIsTooLong) {
  Given({examples::ann()}).When(DeactivateUser{times(1'000, "x")}).Then(UserDeactivated{times(1'000, "x")});
  Given({examples::ann()}).When(DeactivateUser{times(1'001, "x")}).ThenInvalid({"reason"});
  Given({examples::ann(), UserDeactivated{}}).When(DeactivateUser{times(1'001, "x")}).ThenInvalid({"reason"});
}

TEST(DeactivateUser, IsRejectedWhereThereIsNoUser) {
  Given({}).When(DeactivateUser{}).ThenRejectedAs<UserIsMissing>();
}

}  // namespace
}  // namespace taskstream::command
