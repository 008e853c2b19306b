#include "tests/bench/contention.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <stdexcept>

namespace taskstream::bench {
namespace {

namespace asio = boost::asio;

// Of a 412, which tells it in the body.
std::string current_etag(const Reply& conflict) {
  constexpr std::string_view kMember = R"("currentVersion":)";
  const std::size_t found = conflict.body.find(kMember);
  if (found == std::string::npos) throw std::runtime_error("a conflict without a version: " + conflict.body);
  const std::size_t begin = found + kMember.size();
  const std::size_t end = conflict.body.find_first_not_of("0123456789", begin);
  return '"' + conflict.body.substr(begin, end - begin) + '"';
}

asio::awaitable<void> keep_changing(Connection& connection, Created task, const ContentionRun& run,
                                    ContentionRun::Tally& tally) {
  for (std::uint64_t i = 1; run.goes_on(); ++i) {
    const auto sent = Clock::now();
    const Reply reply = co_await edit(connection, task, i);
    if (reply.status == 412) {
      tally.note_conflict(sent);
      task.etag = current_etag(reply);
    } else {
      expect(reply, 200);
      tally.note_success(sent);
      task.etag = reply.field("ETag");
    }
  }
}

Created create_hot_task(std::uint16_t port) {
  asio::io_context context(1);
  Created task;
  const auto create = [&]() -> asio::awaitable<void> {
    Connection connection(context.get_executor(), port);
    co_await connection.connect();
    task = co_await create_task(connection, 0);
  };
  asio::co_spawn(context, create(), rethrow);
  context.run();
  return task;
}

}  // namespace

ContentionRun::ContentionRun(double seconds)
    : from_(Clock::now() + std::chrono::seconds(1)),
      until_(from_ + std::chrono::milliseconds(static_cast<std::int64_t>(seconds * 1'000))) {}

void ContentionRun::Tally::note_success(Clock::time_point sent) {
  if (sent >= run_.from_) latencies_.push_back(ms_since(sent));
}

void ContentionRun::Tally::note_conflict(Clock::time_point sent) {
  if (sent >= run_.from_) ++conflicts_;
}

ContentionFigures ContentionRun::figures_of(const std::vector<Tally>& tallies, std::size_t hot) const {
  const double seconds = std::chrono::duration<double>(until_ - from_).count();
  std::vector<double> latencies;
  std::size_t on_the_hot_row = 0;
  std::size_t conflicts = 0;
  for (std::size_t client = 0; client < tallies.size(); ++client) {
    const Tally& tally = tallies[client];
    latencies.insert(latencies.end(), tally.latencies_.begin(), tally.latencies_.end());
    conflicts += tally.conflicts_;
    if (client < hot) on_the_hot_row += tally.latencies_.size();
  }
  const auto successes = static_cast<double>(latencies.size());
  return {.successes_per_second = successes / seconds,
          .hot_per_second = static_cast<double>(on_the_hot_row) / seconds,
          .conflicts_per_success = static_cast<double>(conflicts) / successes,
          .p50_ms = quantile(latencies, 0.5),
          .p99_ms = quantile(latencies, 0.99)};
}

ContentionFigures measure_contention(const std::vector<std::uint16_t>& command_ports, Writers writers, double seconds) {
  const Created hot = create_hot_task(command_ports.front());
  asio::io_context context(1);
  const ContentionRun run(seconds);
  std::vector<ContentionRun::Tally> tallies(writers.clients, ContentionRun::Tally(run));
  const auto work = [&](std::size_t client) -> asio::awaitable<void> {
    Connection connection(context.get_executor(), command_ports[client % command_ports.size()]);
    co_await connection.connect();
    const Created task = client < writers.hot ? hot : co_await create_task(connection, client);
    co_await keep_changing(connection, task, run, tallies[client]);
  };
  for (std::size_t client = 0; client < writers.clients; ++client) asio::co_spawn(context, work(client), rethrow);
  context.run();
  return run.figures_of(tallies, writers.hot);
}

}  // namespace taskstream::bench
