#include "tests/specification/generators.hpp"

// What holds for every command on every user whom commands can lead to; deciding_again_spec.cpp says it for tasks.
namespace taskstream::command {
namespace {

using namespace specification;
using events::UserState;

rc::Gen<std::string> name() {
  return one_of<std::string>({"Ann", "Ben", "", times(81, "x")});
}
rc::Gen<std::string> email() {
  return one_of<std::string>({"ann@example.org", "Ann@example.org", "ben@example.org", "ann"});
}

UserCommand a_command() {
  switch (*rc::gen::inRange(0, 4)) {
    case 0:
      return DeactivateUser{*maybe(name())};
    case 1:
      return ReactivateUser{};
    default:
      return EditUser{{.first_name = *maybe(name()), .last_name = *maybe(name()), .email = *maybe(email())}};
  }
}

class UserHistory : public History<UserState> {
 public:
  UserHistory() : History(events::StreamId::of(kAnn), examples::ann()) {}
};

TEST(DecidingOnUsers, AgainOnTheResultingStateDecidesNothing) {
  int happenings = 0;
  int rejections = 0;
  int idlings = 0;
  const DecisionContext context{.now = kNow, .asker = {.actor = kActor}};
  EXPECT_TRUE(rc::check([&] {
    UserHistory history;
    const int steps = *rc::gen::inRange(1, 20);
    for (int i = 0; i < steps; ++i) {
      if (*rc::gen::inRange(0, 8) == 0) history.append(events::UserClaimLapsed{.email_hash = times(64, "a")});
      const UserCommand command = a_command();
      const UserState before = history.state();
      const Decision decision = decide(&before, command, context);
      const bool happened = decision && *decision;
      ++(happened ? happenings : decision.has_error() ? rejections : idlings);
      if (!happened) continue;
      history.append(**decision);
      UserState expected = history.state();
      expected.version = before.version;
      const bool changed = expected != before;
      RC_ASSERT(changed);
      const Decision again = decide(&history.state(), command, context);
      RC_ASSERT((again.has_value() && !again->has_value()));
    }
  }));
  EXPECT_GT(std::min({happenings, rejections, idlings}), 20);
}

}  // namespace
}  // namespace taskstream::command
