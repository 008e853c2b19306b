#include "tests/simulation/client.hpp"

#include <utility>

#include "tests/simulation/batch.hpp"

namespace taskstream::simulation {
namespace {

using namespace std::chrono_literals;

constexpr int kAttempts = 5;

bool is_final(const command::Result& result) {
  return std::holds_alternative<command::Succeeded>(result) || std::holds_alternative<command::Rejection>(result) ||
         std::holds_alternative<command::VersionConflict>(result) ||
         std::holds_alternative<command::PreconditionRequired>(result) ||
         std::holds_alternative<command::KeyReused>(result);
}

}  // namespace

Client::Client(World& world, Service& service, command::Asker asker)
    : world_(world), service_(service), asker_(std::move(asker)) {}

// Now and then the next is sent before the last was answered.
void Client::act() {
  if (service_.still_to_ask <= 0) return;
  Random& random = world_.random;
  if (random.chance(80)) {
    send_batch(service_.generator.batch(asker_, knowledge_), 0);
  } else {
    send_one();
  }
  world_.schedule.after(random.between(Time(1ms), Time(500ms)), [this] { act(); });
}

void Client::send_one() {
  Random& random = world_.random;
  Operation operation{.reads = random.chance(200)};
  operation.request =
      operation.reads ? service_.generator.read(asker_, knowledge_) : service_.generator.command(asker_, knowledge_);
  const bool is_sent_twice = operation.request.key && random.chance(80);
  if (is_sent_twice) send(operation, 0);
  send(std::move(operation), 0);
}

void Client::send(Operation operation, int attempt) {
  if (--service_.still_to_ask < 0) return;
  any_site().ask(std::move(operation), [this, attempt](const Operation& ended) { on_end(ended, attempt); });
}

// Whole again when its answer was lost, and now and then when it was not.
void Client::send_batch(const std::vector<BatchCommand>& commands, int attempt) {
  service_.still_to_ask -= static_cast<int>(commands.size());
  const auto on_end = [this, commands, attempt](bool is_answered) {
    if (attempt >= kAttempts || !world_.random.chance(is_answered ? 200 : 900)) return;
    const Time pause = world_.random.between(Time(1ms), Time(2s));
    world_.schedule.after(pause, [this, commands, attempt] { send_batch(commands, attempt + 1); });
  };
  const auto learn_of = [this](const Operation& operation) { learn(operation); };
  std::make_shared<BatchRun>(any_site(), commands, BatchRun::Ends{.item = learn_of, .batch = on_end})->start();
}

Site& Client::any_site() {
  return service_.sites[static_cast<std::size_t>(world_.random.below(std::ssize(service_.sites)))];
}

void Client::on_end(const Operation& operation, int attempt) {
  learn(operation);
  if (!tries_again(operation, attempt)) return;
  Operation again{.reads = operation.reads, .request = operation.request};
  if (world_.random.chance(500)) again.request.at_least = knowledge_.fold;
  const Time pause = world_.random.between(Time(1ms), Time(2s));
  world_.schedule.after(pause, [this, again = std::move(again), attempt] { send(again, attempt + 1); });
}

void Client::learn(const Operation& operation) {
  if (!operation.answer) return;
  knowledge_.fold.advance(operation.answer->fold);
  const events::StreamId& stream = operation.stream();
  const auto note = [&](const events::State& state) {
    if (!std::holds_alternative<std::monostate>(state)) knowledge_.versions[stream] = events::version_of(state);
  };
  if (const auto* succeeded = operation.answered<command::Succeeded>()) {
    note(succeeded->state);
    if (events::is_deleted(succeeded->state)) service_.generator.retire(stream);
  } else if (const auto* conflict = operation.answered<command::VersionConflict>()) {
    note(conflict->current);
  } else if (operation.answered<command::StreamQuarantined>() != nullptr) {
    service_.generator.retire(stream);
  }
}

// With a key whatever was not answered finally; without one now and then. What has succeeded is repeated now and then,
// by those whose answer got lost on the way.
bool Client::tries_again(const Operation& operation, int attempt) {
  if (attempt >= kAttempts) return false;
  const bool has_key = operation.request.key.has_value();
  if (operation.answer && is_final(operation.answer->result)) return has_key && world_.random.chance(200);
  return world_.random.chance(has_key ? 900 : 100);
}

}  // namespace taskstream::simulation
