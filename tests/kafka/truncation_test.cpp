#include <gtest/gtest.h>

#include "tests/kafka/support.hpp"

namespace taskstream::events {
namespace {

bool is_damaged(const Witness& witness) {
  return !witness.damage.empty();
}

TEST(KafkaTruncation, ATopicDeletedAndMadeAnewUnderAReaderIsDamage) {
  const std::string topic = fresh_topic();
  const auto log = open_fresh_log(topic);
  Witness witness;
  const auto subscription = log->follow({}, witness);
  append_and_wait(*log, 0, "one");
  append_and_wait(*log, 0, "two");
  ASSERT_TRUE(witness.wait_until([](const Witness& w) { return w.records.size() == 2; }));
  Admin admin;
  admin.remove(topic);
  admin.create(topic, 1, good_settings());
  ASSERT_TRUE(witness.wait_until(is_damaged, 30s));
  EXPECT_NE(witness.damage.find("made anew"), std::string::npos) << witness.damage;
}

TEST(KafkaTruncation, ATopicMadeAnewAndFilledAgainIsKnownByItsRecords) {
  const std::string topic = fresh_topic();
  const auto log = open_fresh_log(topic);
  Witness witness;
  const auto subscription = log->follow({}, witness);
  append_and_wait(*log, 0, "one");
  ASSERT_TRUE(witness.wait_until([](const Witness& w) { return w.records.size() == 1; }));
  Admin admin;
  admin.remove(topic);
  admin.create(topic, 1, good_settings());
  const auto other = open_fresh_log(topic);
  for (int i = 0; i < 3; ++i) append_and_wait(*other, 0, "other-" + std::to_string(i));
  ASSERT_TRUE(witness.wait_until(is_damaged, 30s));
  EXPECT_NE(witness.damage.find("'other-0'"), std::string::npos) << witness.damage;
}

TEST(KafkaTruncation, ATopicThatIsDeletedIsDamage) {
  const std::string topic = fresh_topic();
  const auto log = open_fresh_log(topic);
  Witness witness;
  const auto subscription = log->follow({}, witness);
  append_and_wait(*log, 0, "one");
  ASSERT_TRUE(witness.wait_until([](const Witness& w) { return w.records.size() == 1; }));
  Admin().remove(topic);
  ASSERT_TRUE(witness.wait_until(is_damaged, 30s));
  EXPECT_NE(witness.damage.find("does not know topic"), std::string::npos) << witness.damage;
}

TEST(KafkaTruncation, ACheckpointOfAnotherHistoryIsRefusedBeforeAnythingIsRead) {
  const auto log = open_fresh_log(fresh_topic());
  append_and_wait(*log, 0, "one");
  append_and_wait(*log, 0, "two");
  Witness witness;
  const Checkpoint other({{.next = 1, .last_offset = 0, .last_id = "another"}});
  auto subscription = log->follow(other, witness);
  ASSERT_TRUE(witness.wait_until(is_damaged));
  subscription.reset();
  EXPECT_TRUE(witness.records.empty());
}

TEST(KafkaTruncation, ACheckpointPastTheEndIsDamage) {
  const auto log = open_fresh_log(fresh_topic());
  append_and_wait(*log, 0, "one");
  Witness witness;
  const Checkpoint ahead({{.next = 5, .last_offset = 4, .last_id = "one"}});
  const auto subscription = log->follow(ahead, witness);
  ASSERT_TRUE(witness.wait_until(is_damaged));
}

}  // namespace
}  // namespace taskstream::events
