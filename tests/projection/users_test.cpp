#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "projection-service/readmodel/user_queries.hpp"
#include "projection-service/readmodel/word_cutter.hpp"
#include "tests/projection/read_model.hpp"

namespace taskstream::projection::testing {
namespace {

class Users : public ::testing::Test {
 protected:
  void write(std::uint8_t number, std::int64_t version, events::Event event) {
    model_.append(recorded(events::StreamId::of(user_id(number)), version, std::move(event), version));
  }
  void register_user(std::uint8_t number, const std::string& first, const std::string& last) {
    write(number, 1, events::UserRegistered{.first_name = first, .last_name = last, .email = first + "@example.org"});
  }
  std::string names(const UserListQuery& query) {
    std::string names;
    TaskQueries queries = model_.queries();
    for (const auto& user : nlohmann::json::parse("[" + queries.list_users(query).items + "]")) {
      names += user.at("firstName").get<std::string>() + " ";
    }
    return names;
  }
  FoundUser found(std::uint8_t number) {
    TaskQueries queries = model_.queries();
    return find_user(queries.connection(), user_id(number));
  }

  ReadModel model_;
};

TEST_F(Users, ComeByLastNameThenFirstNameThenId) {
  register_user(4, "Bo", "Ash");
  register_user(3, "Al", "Ash");
  register_user(2, "Al", "Ash");
  register_user(1, "Cy", "Asher");
  register_user(5, "Di", "A");
  model_.deliver();
  EXPECT_EQ(names({}), "Di Al Al Bo Cy ");
  TaskQueries queries = model_.queries();
  const ListPage page = queries.list_users({.limit = 2});
  EXPECT_EQ(page.next->id, user_id(2).uuid());
  EXPECT_EQ(names({.limit = 2, .after = page.next}), "Al Bo ");
}

TEST_F(Users, AreFoundByNameAndAddressAndByWhetherTheyAreActive) {
  register_user(1, "Zoë", "Lee");
  register_user(2, "Ann", "Leigh");
  write(2, 2, events::UserDeactivated{});
  model_.deliver();
  WordCutter cutter;
  EXPECT_EQ(names({.words = cutter.cut("zoe le")}), "Zoë ");
  EXPECT_EQ(names({.words = cutter.cut("example")}), "Zoë Ann ");
  EXPECT_EQ(names({.words = cutter.cut("le"), .active = false}), "Ann ");
  EXPECT_EQ(names({.active = true}), "Zoë ");
  write(2, 3, events::UserEdited{.changes = {.last_name = "Quill"}});
  model_.deliver();
  EXPECT_EQ(names({.words = cutter.cut("leigh")}), "");
  EXPECT_EQ(names({.words = cutter.cut("quill ann")}), "Ann ");
}

TEST_F(Users, AreKeptOverAStart) {
  register_user(1, "Ann", "Lee");
  model_.deliver();
  model_.reopen();
  write(1, 2, events::UserEdited{.changes = {.first_name = "Anna"}});
  model_.deliver();
  ASSERT_TRUE(model_.failures.empty()) << model_.failures.front();
  EXPECT_EQ(found(1).version, 2);
  EXPECT_EQ(nlohmann::json::parse(found(1).body).at("firstName"), "Anna");
  EXPECT_EQ(names({.words = WordCutter().cut("anna")}), "Anna ");
  EXPECT_FALSE(found(2).known);
}

TEST_F(Users, SayThatTheyAreQuarantined) {
  register_user(1, "Ann", "Lee");
  auto record = events::to_record(recorded(events::StreamId::of(user_id(1)), 2, events::UserDeactivated{}));
  for (events::Header& header : record.headers) {
    if (header.name == "ce_type") header.value = "taskstream.user.painted.v1";
  }
  const std::string key = events::StreamId::of(user_id(1)).to_string();
  model_.append(std::move(record), events::partition_of(key, model_.identity.partitions));
  model_.deliver(1);
  EXPECT_TRUE(found(1).quarantined);
  EXPECT_EQ(found(1).version, 1);
  const auto body = nlohmann::json::parse(found(1).body);
  EXPECT_EQ(body.at("quarantined").at("version"), 2);
  EXPECT_EQ(names({}), "Ann ");
}

TEST_F(Users, AreNotThereBeforeTheyAreRegistered) {
  write(1, 1, events::UserClaimLapsed{.email_hash = std::string(64, 'a')});
  model_.deliver();
  ASSERT_TRUE(model_.failures.empty()) << model_.failures.front();
  EXPECT_FALSE(found(1).known);
  EXPECT_EQ(names({}), "");
  write(1, 2, events::UserRegistered{.first_name = "Ann", .last_name = "Lee", .email = "ann@example.org"});
  model_.deliver();
  EXPECT_TRUE(found(1).known);
}

}  // namespace
}  // namespace taskstream::projection::testing
