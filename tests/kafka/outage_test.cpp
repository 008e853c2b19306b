#include <gtest/gtest.h>

#include <algorithm>
#include <csignal>
#include <future>
#include <thread>

#include "tests/kafka/support.hpp"

namespace taskstream::events {
namespace {

bool becomes(const std::function<bool()>& fact, std::chrono::milliseconds at_most) {
  for (const Deadline deadline = in(at_most); in(0s) < deadline; std::this_thread::sleep_for(20ms)) {
    if (fact()) return true;
  }
  return fact();
}

// One broker for the whole story: starting one takes seconds.
TEST(KafkaOutage, IsAnsweredHonestlyAndPassesByItself) {
  const OwnBroker broker;
  const KafkaUrl url{.bootstrap_servers = broker.address(), .topic = "t"};
  const LogOptions options{.create = true, .partitions = 2, .message_timeout = 2s};
  Witness witness;
  auto log = open_kafka_log(url, options, in(20s));
  auto subscription = log->follow({}, witness);
  ASSERT_EQ(append_and_wait(*log, 0, "before").status, AppendOutcome::Status::Appended);

  // A broker that hangs: the record was sent, so nobody can know.
  broker.signal(SIGSTOP);
  const auto sent = std::chrono::steady_clock::now();
  const AppendOutcome hung = append_and_wait(*log, 0, "hung");
  EXPECT_NE(hung.status, AppendOutcome::Status::Appended);
  EXPECT_LT(std::chrono::steady_clock::now() - sent, 4'500ms);
  EXPECT_TRUE(becomes([&] { return !log->is_reachable(); }, 10s));
  broker.signal(SIGCONT);
  EXPECT_TRUE(becomes([&] { return log->is_reachable(); }, 10s));
  ASSERT_EQ(append_and_wait(*log, 0, "between").status, AppendOutcome::Status::Appended);

  // A broker that is gone: what never left the queue is known not to be there.
  broker.signal(SIGKILL);
  EXPECT_TRUE(becomes([&] { return !log->is_reachable(); }, 10s));
  EXPECT_EQ(append_and_wait(*log, 1, "gone").status, AppendOutcome::Status::NotAppended);
  broker.start_again();
  EXPECT_TRUE(becomes([&] { return log->is_reachable(); }, 10s));
  ASSERT_EQ(append_and_wait(*log, 1, "after").status, AppendOutcome::Status::Appended);

  const auto has_read = [](const std::string& id) {
    return [id](const Witness& w) {
      return std::ranges::any_of(w.records, [&](const LogRecord& r) { return identity_of(r.record) == id; });
    };
  };
  EXPECT_TRUE(witness.wait_until(has_read("after")));
  EXPECT_FALSE(has_read("gone")(witness));
  EXPECT_EQ(witness.damage, "");

  // Whatever hangs, the log can be closed, and says what became of everything.
  broker.signal(SIGSTOP);
  std::promise<AppendOutcome> last;
  log->append(0, record_named("last"), [&](AppendOutcome outcome) { last.set_value(std::move(outcome)); });
  const auto closing = std::chrono::steady_clock::now();
  subscription.reset();
  log.reset();
  EXPECT_LT(std::chrono::steady_clock::now() - closing, 8s);
  EXPECT_EQ(last.get_future().get().status, AppendOutcome::Status::Unknown);
}

}  // namespace
}  // namespace taskstream::events
