#include "tests/simulation/commands.hpp"

#include <algorithm>
#include <utility>

#include "events/contract/envelope.hpp"
#include "tests/simulation/simulated_log.hpp"

namespace taskstream::simulation {
namespace {

using namespace std::chrono_literals;
using command::Expectation;
using command::TaskCommand;
using events::StreamVersion;

constexpr std::size_t kHotTasks = 3;

events::Uuid random_uuid(Random& random) {
  events::Uuid::Bytes bytes{};
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random.below(256));
  return events::make_uuid_v7(1'795'000'000'000, bytes);
}

std::string any_title(Random& random) {
  // One that is too long among them.
  return random.one_of<std::string>({"one", "two", "three", "four", std::string(81, 'x')});
}
events::Status any_status(Random& random) {
  using enum events::Status;
  return random.one_of<events::Status>({NotStarted, InProgress, InProgress, Blocked, Deferred, Completed, Cancelled});
}
events::UserId any_user(Random& random) {
  static const std::vector<std::string> kUsers = {"11111111-1111-4111-8111-111111111111",
                                                  "22222222-2222-4222-8222-222222222222"};
  return *events::UserId::parse(random.one_of(kUsers));
}
// Far enough from now that the clocks of the sites see it alike.
events::Instant any_due_date(Random& random) {
  return kEpoch + random.one_of<events::Instant::duration>({-24h, 24h, 48h});
}

// ---- one function a command

TaskCommand create(Random& random) {
  command::CreateTask create{.title = any_title(random)};
  if (random.chance(300)) create.assignee_id = any_user(random);
  if (random.chance(300)) create.due_date = any_due_date(random);
  return create;
}
TaskCommand edit(Random& random) {
  command::EditTask edit;
  if (random.chance(700)) edit.changes.title = any_title(random);
  if (random.chance(300)) edit.changes.due_date = any_due_date(random);
  if (random.chance(300)) edit.changes.description = random.chance(500) ? std::optional("long") : std::nullopt;
  return edit;
}
TaskCommand change_status(Random& random) {
  return command::ChangeStatus{.to = any_status(random)};
}
TaskCommand assign(Random& random) {
  return command::AssignTask{.assignee_id = any_user(random)};
}
TaskCommand unassign(Random&) {
  return command::UnassignTask{};
}
TaskCommand postpone(Random& random) {
  return command::PostponeTask{.by = random.one_of<std::chrono::seconds>({1h, 24h})};
}
TaskCommand claim(Random& random) {
  return command::ClaimTask{.user_id = any_user(random)};
}
// Short enough to expire while clients are at work.
TaskCommand lock(Random& random) {
  return command::LockTask{.ttl_seconds = static_cast<std::int32_t>(random.between(1, 5))};
}
TaskCommand unlock(Random&) {
  return command::UnlockTask{};
}
TaskCommand delete_task(Random&) {
  return command::DeleteTask{.reason = "done with"};
}

// How often, and what. A new command is one line here.
struct Kind {
  int weight;
  TaskCommand (*make)(Random&);
};
constexpr Kind kKinds[] = {
    {12, create},  {36, edit}, {8, postpone}, {18, change_status}, {8, assign},
    {6, unassign}, {5, claim}, {4, lock},     {5, unlock},         {2, delete_task},
};

}  // namespace

CommandGenerator::CommandGenerator(Random& random) : random_(random) {
  while (hot_tasks_.size() < kHotTasks) hot_tasks_.push_back(new_task());
}

command::CommandRequest CommandGenerator::command(const std::string& actor, const Knowledge& knowledge) {
  command::CommandRequest request;
  request.stream = random_.one_of(random_.chance(960) ? hot_tasks_ : all_tasks_);
  const TaskCommand command = any_command();
  request.command = command;
  request.values_unreadable = random_.chance(15);
  request.expectation = expectation(command, request.stream, knowledge);
  request.merge_conflicts = random_.chance(300);
  request.actor = actor;
  request.key = key();
  add_times(request, knowledge);
  return request;
}

command::CommandRequest CommandGenerator::read(const Knowledge& knowledge) {
  command::CommandRequest request;
  request.stream = random_.one_of(random_.chance(900) ? hot_tasks_ : all_tasks_);
  add_times(request, knowledge);
  return request;
}

void CommandGenerator::retire(const events::StreamId& task) {
  if (const auto found = std::ranges::find(hot_tasks_, task); found != hot_tasks_.end()) *found = new_task();
}

events::StreamId CommandGenerator::missing_task(events::Partition partition, events::Partition partitions) {
  for (;;) {
    const auto task = events::StreamId::of(events::TaskId(random_uuid(random_)));
    if (events::partition_of(task.to_string(), partitions) == partition) return task;
  }
}

TaskCommand CommandGenerator::any_command() {
  int total = 0;
  for (const Kind& kind : kKinds) total += kind.weight;
  std::int64_t drawn = random_.below(total);
  const Kind* kind = kKinds;
  while (drawn >= kind->weight) drawn -= (kind++)->weight;
  return kind->make(random_);
}

Expectation CommandGenerator::expectation(const TaskCommand& command, const events::StreamId& task,
                                          const Knowledge& knowledge) {
  using enum Expectation::Kind;
  const bool creates = std::holds_alternative<command::CreateTask>(command);
  const std::int64_t drawn = random_.below(100);
  if (creates) return {.kind = drawn < 50 ? Absent : drawn < 97 ? NotStated : Required};
  if (drawn < 55) return {.kind = OneOf, .versions = versions(task, knowledge)};
  return {.kind = drawn < 80 ? Any : drawn < 95 ? NotStated : drawn < 98 ? Required : Absent};
}

// Mostly the one that the client knows; now and then others beside it, or instead of it.
std::vector<StreamVersion> CommandGenerator::versions(const events::StreamId& task, const Knowledge& knowledge) {
  const auto found = knowledge.versions.find(task);
  const std::int64_t known = found != knowledge.versions.end() ? found->second.value : 1;
  std::vector<StreamVersion> versions;
  if (!random_.chance(80)) versions.push_back({known});
  while (versions.empty() || random_.chance(60))
    versions.push_back({std::max<std::int64_t>(0, known + random_.between(-2, 3))});
  return versions;
}

// Most are new; now and then one that was used before, for whatever it was.
std::optional<command::RequestKey> CommandGenerator::key() {
  if (random_.chance(450)) return std::nullopt;
  const bool is_used = last_key_ > 0 && random_.chance(60);
  const std::int64_t number =
      is_used ? random_.between(std::max<std::int64_t>(1, last_key_ - 20), last_key_) : ++last_key_;
  return command::RequestKey{.id = "key-" + std::to_string(number), .hash = std::to_string(random_.next())};
}

void CommandGenerator::add_times(command::CommandRequest& request, const Knowledge& knowledge) {
  request.wait = random_.between(0, 2'000) * 1ms;
  request.timeout = random_.chance(150) ? random_.between(5, 500) * 1ms : 5'000ms;
  if (!random_.chance(300)) return;
  request.at_least = knowledge.fold;
  // A token from far ahead: somebody made it up, or the log has lost what it covers.
  if (random_.chance(20)) request.at_least.advance(0, 1'000'000);
}

events::StreamId CommandGenerator::new_task() {
  return all_tasks_.emplace_back(events::StreamId::of(events::TaskId(random_uuid(random_))));
}

}  // namespace taskstream::simulation
