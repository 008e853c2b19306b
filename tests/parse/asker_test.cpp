#include "command-service/http/asker.hpp"

#include <gtest/gtest.h>

namespace taskstream::command {
namespace {

using http::Role;

Reach reach(Role role, bool is_authenticated) {
  return asker_of({.actor = "ann", .role = role, .is_authenticated = is_authenticated}).reach;
}

TEST(TheAsker, ReachesAsFarAsTheRoleOfTheToken) {
  EXPECT_EQ(reach(Role::Member, true), Reach::OwnTasks);
  EXPECT_EQ(reach(Role::Manager, true), Reach::EveryTask);
  EXPECT_EQ(reach(Role::Admin, true), Reach::EveryLock);
}

TEST(TheAsker, OpensNobodysLockByANameThatAnybodyCanGive) {
  EXPECT_EQ(asker_of(http::Principal::everybody()).reach, Reach::EveryTask);
  EXPECT_EQ(asker_of(http::Principal::everybody()).actor, "anonymous");
  EXPECT_EQ(asker_of({.actor = "ann"}).actor, "ann");
}

}  // namespace
}  // namespace taskstream::command
