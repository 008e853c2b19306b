#include "tests/simulation/batch.hpp"

#include <utility>

namespace taskstream::simulation {
namespace {

std::vector<command::BatchChain> chains_of(const std::vector<BatchCommand>& commands) {
  std::vector<events::StreamId> streams;
  for (const BatchCommand& command : commands) streams.push_back(command.request.stream);
  return command::chains_of(streams);
}

}  // namespace

BatchRun::BatchRun(Site& site, std::vector<BatchCommand> commands, Ends ends)
    : site_(site),
      commands_(std::move(commands)),
      ends_(std::move(ends)),
      chains_(chains_of(commands_)),
      open_chains_(chains_.size()) {}

void BatchRun::start() {
  for (command::BatchChain& chain : chains_) go_on(chain, std::nullopt);
}

// `before` is the event of the chain's item before, if it has one.
void BatchRun::go_on(command::BatchChain& chain, std::optional<events::EventId> before) {
  const auto next = chain.next();
  if (!next) return end_chain();
  const BatchCommand& command = commands_[next->place];
  Operation operation{.request = command.request};
  if (command.expects_previous) {
    operation.request.expectation = {.kind = command::Expectation::Kind::OneOf, .versions = {next->previous.value()}};
    operation.follows = std::move(before);
  }
  site_.ask(std::move(operation),
            [self = shared_from_this(), &chain](const Operation& ended) { self->on_end(chain, ended); });
}

void BatchRun::on_end(command::BatchChain& chain, const Operation& operation) {
  ends_.item(operation);
  if (!operation.answer) {
    is_answered_ = false;  // whoever carried it out is dead
    return end_chain();
  }
  chain.answered(operation.answer->result);
  const auto* succeeded = operation.answered<command::Succeeded>();
  go_on(chain, succeeded != nullptr ? succeeded->event_id : std::nullopt);
}

void BatchRun::end_chain() {
  if (--open_chains_ == 0) ends_.batch(is_answered_);
}

}  // namespace taskstream::simulation
