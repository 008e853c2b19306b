#include "tests/support/specification.hpp"

namespace taskstream::command {
namespace {

using namespace specification;
using events::UserChanges;
using events::UserDeactivated;
using events::UserEdited;
using events::UserRegistered;

const UserRegistered kRegistered = examples::ann();

TEST(EditUser, ChangesNamesAndAddress) {
  const UserChanges changes{.first_name = "Anna", .last_name = "Leigh", .email = "anna@example.org"};
  Given({kRegistered}).When(EditUser{changes}).Then(UserEdited{changes});
}

TEST(EditUser, StoresOnlyWhatDiffers) {
  Given({kRegistered})
      .When(EditUser{{.first_name = "Anna", .last_name = kRegistered.last_name, .email = kRegistered.email}})
      .Then(UserEdited{{.first_name = "Anna"}});
}

TEST(EditUser, TakesAnAddressInAnotherCaseAsAChange) {
  Given({kRegistered}).When(EditUser{{.email = "Ann@example.org"}}).Then(UserEdited{{.email = "Ann@example.org"}});
}

TEST(EditUser, ChangesNothingWhenAllValuesAreThereAlready) {
  const EditUser anna{{.first_name = "Anna"}};
  Given({kRegistered}).When(EditUser{}).ThenNothingChanges();
  Given({kRegistered, UserEdited{anna.changes}}).When(anna).ThenNothingChanges();
}

TEST(EditUser, ChangesAUserWhoIsDeactivatedToo) {
  const EditUser anna{{.first_name = "Anna"}};
  Given({kRegistered, UserDeactivated{}}).When(anna).Then(UserEdited{anna.changes});
}

TEST(EditUser, IsRejectedWithValuesThatAreOutOfBounds) {
  Given({kRegistered})
      .When(EditUser{{.first_name = "", .last_name = times(81, "x"), .email = "ann"}})
      .ThenInvalid({"firstName", "lastName", "email"});
}

TEST(EditUser, IsRejectedWhereThereIsNoUser) {
  Given({}).When(EditUser{{.first_name = ""}}).ThenRejectedAs<UserIsMissing>();
}

}  // namespace
}  // namespace taskstream::command
