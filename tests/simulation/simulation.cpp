#include "tests/simulation/simulation.hpp"

#include <algorithm>

#include "tests/simulation/checks.hpp"
#include "tests/simulation/client.hpp"
#include "tests/simulation/disturbances.hpp"
#include "tests/simulation/foreign_records.hpp"
#include "tests/simulation/invariants.hpp"

namespace taskstream::simulation {
namespace {

using namespace std::chrono_literals;

constexpr int kOperations = 300;
constexpr int kMore = 20;  // when it has become quiet

// Whom no rule holds up about whose task it is, nor a lock that is theirs.
const command::Asker kManager{.actor = "client-0", .reach = command::Reach::EveryTask};

// Who a client is. There are five: some share a name, and so the scope of their keys.
command::Asker asker(std::int64_t client, const CommandGenerator& generator) {
  using enum command::Reach;
  switch (client % 5) {
    case 0:
      return kManager;
    case 1:
      return {.actor = "client-1", .reach = EveryLock};
    case 2:
      return {.actor = "client-2", .reach = OwnTasks};  // is no user, and has what it creates
    case 3:
      return {.actor = std::string(generator.hot_user(0).id()), .reach = OwnTasks};
    default:
      return {.actor = std::string(generator.hot_user(1).id()), .reach = OwnTasks};
  }
}

class Run {
 public:
  Run(std::uint64_t seed, const Options& options);

  Outcome complete();

 private:
  void pass(Time span);
  void become_quiet();
  bool settle();
  void wait_for_duties();
  void ask_everywhere();
  void ask_more();
  void raise_duties_that_hide();
  void repeat_keys();
  void ask(int site, Operation operation);
  Outcome outcome();

  World world_;
  const Faults faults_;
  Service service_;
  std::vector<Client> clients_;
  Disturbances disturbances_;
  std::vector<std::string> violations_;
};

Run::Run(std::uint64_t seed, const Options& options)
    : world_(seed, options),
      faults_(world_.faults),
      service_{.sites = {}, .generator = CommandGenerator(world_.random), .still_to_ask = kOperations},
      disturbances_(world_, service_) {
  const auto sites = world_.random.between(2, 4);
  service_.sites.reserve(static_cast<std::size_t>(sites));
  for (int site = 0; site < sites; ++site) service_.sites.emplace_back(world_, site);
  const auto clients = world_.random.between(4, 8);
  clients_.reserve(static_cast<std::size_t>(clients));
  for (std::int64_t n = 0; n < clients; ++n) clients_.emplace_back(world_, service_, asker(n, service_.generator));
}

Outcome Run::complete() {
  for (Site& site : service_.sites) site.start();
  for (Client& client : clients_)
    world_.schedule.after(world_.random.between(Time(0), Time(1s)), [&client] { client.start(); });
  disturbances_.start();
  while (service_.still_to_ask > 0) pass(100ms);
  become_quiet();
  if (!settle()) violations_.emplace_back("not every site has come to the end of the log");
  ask_more();
  raise_duties_that_hide();
  repeat_keys();
  pass(7'500ms);
  wait_for_duties();
  ask_everywhere();
  pass(7'500ms);
  return outcome();
}

void Run::pass(Time span) {
  const Time until = world_.schedule.now() + span;
  while (world_.schedule.now() < until && world_.schedule.run_next()) continue;
}

// Whatever is still on its way arrives, and nothing new goes wrong.
void Run::become_quiet() {
  world_.trace.note("quiet", {});
  world_.faults = Faults();
  world_.faults.foreign_record = Time(0);
  pass(16s);
  for (int site = 0; site < std::ssize(service_.sites); ++site) {
    for (events::Partition p = 0; p < world_.log.partitions(); ++p) world_.leaders.find_out(site, p);
    service_.sites[static_cast<std::size_t>(site)].start();
  }
}

// Strong reads go on meanwhile: it takes questions for the end to find out that the log has lost records.
bool Run::settle() {
  for (int round = 0; round < 20; ++round) {
    ask_everywhere();
    pass(2s);
    const bool is_settled = std::ranges::all_of(
        service_.sites, [](Site& site) { return site.instance() != nullptr && site.instance()->is_level(); });
    if (is_settled) return true;
  }
  return false;
}

// What the state asks for takes a while: the others give whoever caused it a moment, and everybody who claimed an
// address some seconds to use it.
void Run::wait_for_duties() {
  for (int round = 0; round < 30 && !find_open_duties(world_.log.truth()).empty(); ++round) pass(1s);
}

// Of every task and user, and of a task that is missing in every partition, so that the end of each is asked for.
void Run::ask_everywhere() {
  std::vector<events::StreamId> streams = service_.generator.all_streams();
  for (events::Partition p = 0; p < world_.log.partitions(); ++p) {
    streams.push_back(service_.generator.missing_task(p, world_.log.partitions()));
  }
  for (int site = 0; site < std::ssize(service_.sites); ++site) {
    for (const events::StreamId& stream : streams) {
      Operation operation{.reads = true};
      operation.request.stream = stream;
      operation.request.asker = kManager;
      operation.request.timeout = 5s;
      ask(site, std::move(operation));
    }
  }
}

// Duties that arise now are done for what raised them: nothing restarts any more, and little comes after them.
void Run::ask_more() {
  for (int more = 0; more < kMore; ++more) {
    Operation operation{.request = service_.generator.command(kManager, Knowledge())};
    operation.request.at_least = {};
    ask(static_cast<int>(world_.random.below(std::ssize(service_.sites))), std::move(operation));
    pass(world_.random.between(Time(1ms), Time(100ms)));
  }
}

// Two duties that chance seldom raises so late that nothing else leads to them. One is raised while nobody is there to
// see it, and only a look at everything finds it. The other one is raised by a task that is reopened: a closed one
// keeps its assignee, and no change of the user tells of it.
void Run::raise_duties_that_hide() {
  using command::Expectation;
  using events::Status;
  const events::StreamId user = service_.generator.new_user();
  const events::StreamId open = service_.generator.new_task();
  const events::StreamId closed = service_.generator.new_task();
  const auto ask_on = [this](const events::StreamId& stream, Expectation::Kind kind, command::Command command) {
    Operation operation{};
    operation.request.stream = stream;
    operation.request.command = std::move(command);
    operation.request.expectation.kind = kind;
    operation.request.asker = kManager;
    operation.request.timeout = 5s;
    ask(static_cast<int>(world_.random.below(std::ssize(service_.sites))), std::move(operation));
    pass(2s);
  };
  const auto create = [&](const events::StreamId& task) {
    ask_on(task, Expectation::Kind::Absent,
           command::TaskCommand(
               command::CreateTask{.title = "last", .assignee_id = events::UserId::parse(user.id()).value()}));
  };
  const auto turn = [&](Status to) {
    ask_on(closed, Expectation::Kind::Any, command::TaskCommand(command::ChangeStatus{.to = to}));
  };
  ask_on(user, Expectation::Kind::NotStated,
         command::UserCommand(
             command::RegisterUser{.first_name = "Eve", .last_name = "Last", .email = "last@example.org"}));
  create(open);
  create(closed);
  turn(Status::InProgress);
  turn(Status::Completed);
  for (Site& site : service_.sites) site.crash();
  append_as_somebody_else(world_, user, events::UserDeactivated{});
  for (Site& site : service_.sites) site.start();
  pass(2s);
  turn(Status::InProgress);
}

// Every key once more, anywhere: it must not be applied a second time.
void Run::repeat_keys() {
  std::vector<Operation> keyed;
  for (const Operation& operation : world_.history.operations) {
    if (operation.request.key && world_.random.chance(250)) keyed.push_back({.request = operation.request});
  }
  for (Operation& operation : keyed) {
    operation.request.at_least = {};
    ask(static_cast<int>(world_.random.below(std::ssize(service_.sites))), std::move(operation));
  }
}

void Run::ask(int site, Operation operation) {
  service_.sites[static_cast<std::size_t>(site)].ask(std::move(operation), [](const Operation&) {});
}

const char* name_of(const command::Result& result) {
  static constexpr const char* kNames[] = {"success",     "rejection", "conflict",    "required",     "key reused",
                                           "still runs",  "contended", "unavailable", "behind token", "too many wait",
                                           "quarantined", "not ready", "unknown"};
  static_assert(std::size(kNames) == std::variant_size_v<command::Result>);
  return kNames[result.index()];
}

Outcome Run::outcome() {
  Outcome outcome{.violations = std::move(violations_), .trace = world_.trace.sum()};
  auto found = find_violations(world_, faults_);
  std::ranges::move(found, std::back_inserter(outcome.violations));
  outcome.operations = world_.history.operations.size();
  for (const Operation& operation : world_.history.operations) {
    ++outcome.answers[operation.answer ? name_of(operation.answer->result) : "none"];
  }
  return outcome;
}

}  // namespace

World::World(std::uint64_t seed, const Options& options)
    : random(Random(seed).next()),
      trace(schedule, options.prints_trace),
      strict_barrier(!options.deposed_leaders_without_strict_barrier && random.chance(250)),
      faults(draw_faults(random, strict_barrier, strict_barrier || options.deposed_leaders_without_strict_barrier)),
      log(static_cast<events::Partition>(random.between(1, 4)), schedule, trace),
      leaders(log) {}

Outcome simulate(std::uint64_t seed, const Options& options) {
  return Run(seed, options).complete();
}

}  // namespace taskstream::simulation
