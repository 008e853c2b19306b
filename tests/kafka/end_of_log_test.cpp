#include <gtest/gtest.h>

#include <future>

#include "tests/kafka/support.hpp"

namespace taskstream::events {
namespace {

EventLog::EndsOfPartitions end_of(EventLog& log, std::vector<Partition> of, std::chrono::milliseconds at_most = 5s) {
  std::promise<EventLog::EndsOfPartitions> answer;
  log.end_of_log(std::move(of), in(at_most),
                 [&](EventLog::EndsOfPartitions ends) { answer.set_value(std::move(ends)); });
  return answer.get_future().get();
}

TEST(KafkaEndOfLog, LiesBehindEveryAcknowledgedAppend) {
  const auto log = open_fresh_log(fresh_topic(), 2);
  for (int i = 0; i < 50; ++i) {
    const AppendOutcome outcome = append_and_wait(*log, i % 2, std::to_string(i));
    ASSERT_TRUE(outcome.position.has_value()) << outcome.reason;
    const auto ends = end_of(*log, {0, 1});
    ASSERT_TRUE(ends.has_value()) << ends.error().reason;
    EXPECT_TRUE(ends->covers(*outcome.position));
  }
}

TEST(KafkaEndOfLog, AnswersManyWhoAskTogether) {
  const auto log = open_fresh_log(fresh_topic(), 3);
  append_and_wait(*log, 2, "one");
  std::vector<std::promise<Offset>> answers(500);
  for (std::size_t i = 0; i < answers.size(); ++i) {
    const auto partition = static_cast<Partition>(i % 3);
    log->end_of_log({partition}, in(10s), [&answers, i, partition](EventLog::EndsOfPartitions ends) {
      answers[i].set_value(ends.has_value() ? ends->next(partition) : -1);
    });
  }
  for (std::size_t i = 0; i < answers.size(); ++i) EXPECT_EQ(answers[i].get_future().get(), i % 3 == 2 ? 1 : 0);
}

TEST(KafkaEndOfLog, SaysByItsDeadlineThatNobodyAnswers) {
  const auto log = open_kafka_log_unchecked({.bootstrap_servers = "127.0.0.1:1", .topic = "t"}, {}, 1);
  const auto started = std::chrono::steady_clock::now();
  EXPECT_TRUE(end_of(*log, {0}, 700ms).has_error());
  EXPECT_LT(std::chrono::steady_clock::now() - started, 5s);
}

}  // namespace
}  // namespace taskstream::events
