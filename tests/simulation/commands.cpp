#include "tests/simulation/commands.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "events/contract/envelope.hpp"
#include "tests/simulation/simulated_log.hpp"

namespace taskstream::simulation {
namespace {

using namespace std::chrono_literals;
using command::Expectation;
using command::TaskCommand;
using command::UserCommand;
using events::StreamVersion;

constexpr std::size_t kHotTasks = 3;
constexpr std::size_t kHotUsers = 2;

events::Uuid random_uuid(Random& random) {
  events::Uuid::Bytes bytes{};
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random.below(256));
  return events::make_uuid_v7(1'795'000'000'000, bytes);
}

std::string any_title(Random& random) {
  if (random.chance(40)) return std::string(81, 'x');  // too long
  return random.one_of<std::string>({"one", "two", "three", "four"});
}
events::Status any_status(Random& random) {
  using enum events::Status;
  return random.one_of<events::Status>(
      {NotStarted, InProgress, InProgress, InProgress, Blocked, Deferred, Completed, Completed, Cancelled});
}
// Far enough from now that the clocks of the sites see it alike.
events::Instant any_due_date(Random& random) {
  return kEpoch + random.one_of<events::Instant::duration>({-24h, 24h, 48h});
}

std::string any_address(Random& random) {
  if (random.chance(40)) return "no address";
  return random.one_of<std::string>({"a@example.org", "A@example.org", "b@example.org", "c@example.org"});
}

// ---- one function a command

TaskCommand create(Random& random, events::UserId user) {
  command::CreateTask create{.title = any_title(random)};
  if (random.chance(500)) create.assignee_id = user;
  if (random.chance(300)) create.due_date = any_due_date(random);
  return create;
}
TaskCommand edit(Random& random, events::UserId) {
  command::EditTask edit;
  if (random.chance(700)) edit.changes.title = any_title(random);
  if (random.chance(300)) edit.changes.due_date = any_due_date(random);
  if (random.chance(300)) edit.changes.description = random.chance(500) ? std::optional("long") : std::nullopt;
  return edit;
}
TaskCommand change_status(Random& random, events::UserId) {
  return command::ChangeStatus{.to = any_status(random)};
}
TaskCommand assign(Random&, events::UserId user) {
  return command::AssignTask{.assignee_id = user};
}
TaskCommand unassign(Random&, events::UserId) {
  return command::UnassignTask{};
}
TaskCommand postpone(Random& random, events::UserId) {
  return command::PostponeTask{.by = random.one_of<std::chrono::seconds>({1h, 24h})};
}
TaskCommand claim(Random&, events::UserId user) {
  return command::ClaimTask{.user_id = user};
}
// Short enough to expire while clients are at work.
TaskCommand lock(Random& random, events::UserId) {
  return command::LockTask{.ttl_seconds = static_cast<std::int32_t>(random.between(1, 5))};
}
TaskCommand unlock(Random&, events::UserId) {
  return command::UnlockTask{};
}
TaskCommand delete_task(Random&, events::UserId) {
  return command::DeleteTask{.reason = "done with"};
}

UserCommand register_user(Random& random) {
  return command::RegisterUser{.first_name = "Ann", .last_name = any_title(random), .email = any_address(random)};
}
UserCommand edit_user(Random& random) {
  command::EditUser edit;
  if (random.chance(750)) edit.changes.email = any_address(random);
  if (random.chance(500)) edit.changes.last_name = any_title(random);
  return edit;
}
UserCommand deactivate(Random&) {
  return command::DeactivateUser{};
}
UserCommand reactivate(Random&) {
  return command::ReactivateUser{};
}

// How often, and what. A new command is one line here.
template <class Make>
struct Kind {
  int weight;
  Make make;
};
constexpr Kind<TaskCommand (*)(Random&, events::UserId)> kTaskKinds[] = {
    {8, create},   {30, edit}, {8, postpone}, {24, change_status}, {16, assign},
    {6, unassign}, {7, claim}, {4, lock},     {5, unlock},         {2, delete_task},
};
constexpr Kind<UserCommand (*)(Random&)> kUserKinds[] = {
    {10, register_user},
    {36, edit_user},
    {28, deactivate},
    {24, reactivate},
};

template <class Kinds>
auto draw(Random& random, const Kinds& kinds) {
  int total = 0;
  for (const auto& kind : kinds) total += kind.weight;
  std::int64_t drawn = random.below(total);
  const auto* kind = std::begin(kinds);
  while (drawn >= kind->weight) drawn -= (kind++)->weight;
  return kind->make;
}

bool creates(const command::Command& command) {
  if (const auto* of_task = std::get_if<TaskCommand>(&command)) {
    return std::holds_alternative<command::CreateTask>(*of_task);
  }
  return std::holds_alternative<command::RegisterUser>(std::get<UserCommand>(command));
}

}  // namespace

CommandGenerator::CommandGenerator(Random& random) : random_(random) {
  while (hot_tasks_.size() < kHotTasks) hot_tasks_.push_back(new_task());
  while (hot_users_.size() < kHotUsers) hot_users_.push_back(new_user());
}

command::CommandRequest CommandGenerator::command(const command::Asker& asker, const Knowledge& knowledge) {
  const bool is_on_user = random_.chance(400);
  return command_on(any_stream(is_on_user ? hot_users_ : hot_tasks_), asker, knowledge);
}

command::CommandRequest CommandGenerator::command_on(const events::StreamId& stream, const command::Asker& asker,
                                                     const Knowledge& knowledge) {
  command::CommandRequest request;
  request.stream = stream;
  // What the client has not seen yet is mostly not there yet.
  const bool makes = !knowledge.versions.contains(request.stream) && random_.chance(600);
  if (request.stream.kind() == "user") {
    request.command = makes ? register_user(random_) : any_user_command();
  } else {
    request.command = makes ? create(random_, any_user()) : any_task_command();
  }
  request.values_unreadable = random_.chance(15);
  request.expectation = expectation(request, knowledge);
  request.merge_conflicts = random_.chance(300);
  request.asker = asker;
  request.key = any_key();
  add_times(request, knowledge);
  return request;
}

command::CommandRequest CommandGenerator::read(const command::Asker& asker, const Knowledge& knowledge) {
  command::CommandRequest request;
  request.asker = asker;
  request.stream = any_stream(random_.chance(250) ? hot_users_ : hot_tasks_);
  add_times(request, knowledge);
  return request;
}

std::vector<BatchCommand> CommandGenerator::batch(const command::Asker& asker, Knowledge knowledge) {
  std::vector<BatchCommand> items(static_cast<std::size_t>(random_.between(2, 6)));
  const bool merges = random_.chance(500);  // all or nothing: it is said once for all of them
  std::set<events::StreamId> before;
  std::optional<events::StreamId> last;
  for (BatchCommand& item : items) {
    item.request = last && random_.chance(500) ? command_on(*last, asker, knowledge) : command(asker, knowledge);
    last = item.request.stream;
    item.request.merge_conflicts = merges;
    if (!item.request.key) item.request.key = new_key();
    item.expects_previous = before.contains(item.request.stream) && random_.chance(700);
    before.insert(item.request.stream);
    ++knowledge.versions[item.request.stream].value;  // when all goes well
  }
  return items;
}

void CommandGenerator::retire(const events::StreamId& stream) {
  if (const auto task = std::ranges::find(hot_tasks_, stream); task != hot_tasks_.end()) *task = new_task();
  if (const auto user = std::ranges::find(hot_users_, stream); user != hot_users_.end()) *user = new_user();
}

events::StreamId CommandGenerator::missing_task(events::Partition partition, events::Partition partitions) {
  for (;;) {
    const auto task = events::StreamId::of(events::TaskId(random_uuid(random_)));
    if (events::partition_of(task.to_string(), partitions) == partition) return task;
  }
}

TaskCommand CommandGenerator::any_task_command() {
  const auto make = draw(random_, kTaskKinds);
  return make(random_, any_user());
}

UserCommand CommandGenerator::any_user_command() {
  return draw(random_, kUserKinds)(random_);
}

Expectation CommandGenerator::expectation(const command::CommandRequest& request, const Knowledge& knowledge) {
  using enum Expectation::Kind;
  const std::int64_t drawn = random_.below(100);
  if (creates(request.command)) return {.kind = drawn < 50 ? Absent : drawn < 97 ? NotStated : Required};
  if (drawn < 55) return {.kind = OneOf, .versions = versions(request.stream, knowledge)};
  return {.kind = drawn < 80 ? Any : drawn < 95 ? NotStated : drawn < 98 ? Required : Absent};
}

// Mostly the one that the client knows; now and then others beside it, or instead of it.
std::vector<StreamVersion> CommandGenerator::versions(const events::StreamId& stream, const Knowledge& knowledge) {
  const auto found = knowledge.versions.find(stream);
  const std::int64_t known = found != knowledge.versions.end() ? found->second.value : 1;
  std::vector<StreamVersion> versions;
  if (!random_.chance(80)) versions.push_back({known});
  while (versions.empty() || random_.chance(60))
    versions.push_back({std::max<std::int64_t>(0, known + random_.between(-2, 3))});
  return versions;
}

// Most are new; now and then one that was used before, for whatever it was.
std::optional<command::RequestKey> CommandGenerator::any_key() {
  if (random_.chance(450)) return std::nullopt;
  const bool is_used = last_key_ > 0 && random_.chance(60);
  if (!is_used) return new_key();
  const std::int64_t number = random_.between(std::max<std::int64_t>(1, last_key_ - 20), last_key_);
  return command::RequestKey{.id = "key-" + std::to_string(number), .hash = std::to_string(random_.next())};
}

command::RequestKey CommandGenerator::new_key() {
  return {.id = "key-" + std::to_string(++last_key_), .hash = std::to_string(random_.next())};
}

void CommandGenerator::add_times(command::CommandRequest& request, const Knowledge& knowledge) {
  request.wait = random_.between(0, 2'000) * 1ms;
  request.timeout = random_.chance(150) ? random_.between(5, 500) * 1ms : 5'000ms;
  if (!random_.chance(300)) return;
  request.at_least = knowledge.fold;
  // A token from far ahead: somebody made it up, or the log has lost what it covers.
  if (random_.chance(20)) request.at_least.advance(0, 1'000'000);
}

// Now and then one whom nobody knows.
events::UserId CommandGenerator::any_user() {
  if (random_.chance(50)) return events::UserId(random_uuid(random_));
  return *events::UserId::parse(random_.one_of(hot_users_).id());
}

events::StreamId CommandGenerator::any_stream(const std::vector<events::StreamId>& hot) {
  return random_.one_of(random_.chance(960) ? hot : all_streams_);
}

events::StreamId CommandGenerator::new_task() {
  return all_streams_.emplace_back(events::StreamId::of(events::TaskId(random_uuid(random_))));
}

events::StreamId CommandGenerator::new_user() {
  return all_streams_.emplace_back(events::StreamId::of(events::UserId(random_uuid(random_))));
}

}  // namespace taskstream::simulation
