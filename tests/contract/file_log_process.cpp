// A process beside the test's own, for what only several processes can show.
//   append PATH NAME    appends NAME-0, NAME-1, … for ever, 64 at a time; one line `ID OFFSET` for each acknowledged
//   follow PATH         one line `OFFSET STEADY_NANOSECONDS` for each record, when it was delivered
//   fill PATH BYTES     appends until the files may not grow past BYTES; prints each outcome's name, and one more
//   append's
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <semaphore>
#include <string>

#include "events/log/file/file_event_log.hpp"
#include "tests/contract/recording_follower.hpp"

namespace {

using namespace taskstream;
using namespace taskstream::events;
using Status = AppendOutcome::Status;

// One write, so that a line is there whole or not at all, whenever the process is killed.
void say(std::string line) {
  line += '\n';
  if (write(STDOUT_FILENO, line.data(), line.size()) < 0) _exit(0);
}

[[noreturn]] void append_for_ever(EventLog& log, const std::string& name) {
  std::counting_semaphore<64> free(64);
  for (int i = 0;; ++i) {
    free.acquire();
    const std::string id = name + "-" + std::to_string(i);
    log.append(0, tests::record_of(id), [&free, id](const AppendOutcome& outcome) {
      if (outcome.status == Status::Appended) say(id + " " + std::to_string(outcome.position->offset));
      free.release();
    });
  }
}

class SayingFollower final : public Follower {
 public:
  void on_records(std::vector<LogRecord> records) override {
    const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
    for (const LogRecord& record : records) say(std::to_string(record.position.offset) + " " + std::to_string(now));
  }
  void on_partition_end(Position) override {}
  void on_log_damaged(std::string message) override { say("damaged " + message); }
};

[[noreturn]] void follow_for_ever(EventLog& log) {
  SayingFollower follower;
  const auto subscription = log.follow({}, follower);
  while (true) pause();
}

std::string name_of(Status status) {
  switch (status) {
    case Status::Appended:
      return "Appended";
    case Status::NotAppended:
      return "NotAppended";
    case Status::Unknown:
      return "Unknown";
  }
  return "";
}

void fill(EventLog& log, std::size_t bytes) {
  signal(SIGXFSZ, SIG_IGN);
  const rlimit limit{.rlim_cur = bytes, .rlim_max = bytes};
  setrlimit(RLIMIT_FSIZE, &limit);
  Status status = Status::Appended;
  for (int i = 0; status == Status::Appended; ++i) {
    status = tests::append_and_wait(log, 0, tests::record_of("a" + std::to_string(i), std::string(10'000, 'x'))).status;
    say(name_of(status));
  }
  say(name_of(tests::append_and_wait(log, 0, tests::record_of("one-more")).status));
  say(log.is_reachable() ? "reachable" : "unreachable");
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) return 2;
  const std::string what = arguments[1];
  const auto log = open_file_log({.path = arguments[2]}, {.create = true}, tests::soon());
  if (what == "append") append_for_ever(*log, arguments[3]);
  if (what == "follow") follow_for_ever(*log);
  if (what == "fill") fill(*log, std::stoul(arguments[3]));
  return 0;
}
