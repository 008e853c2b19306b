#include "tests/simulation/batch.hpp"

#include <algorithm>
#include <utility>

namespace taskstream::simulation {
namespace {

// What the sender says to have seen, of what was there when the item made or found this version.
std::optional<events::StreamVersion> named_in(const command::Expectation& expectation, events::StreamVersion made) {
  if (expectation.kind == command::Expectation::Kind::Absent) return events::StreamVersion();
  if (expectation.versions.empty()) return std::nullopt;
  return std::min(made, std::ranges::max(expectation.versions));
}

void learn(std::optional<Operation::Follows>& known, const Operation& operation, const command::Succeeded& success) {
  const events::StreamVersion made = success.event_version.value_or(events::version_of(success.state));
  const auto named = operation.follows ? std::nullopt : named_in(operation.request.expectation, made);
  if (!known) known = {.seen = made};
  if (named) known->seen = known->was_named ? std::max(known->seen, *named) : *named;
  known->was_named |= named.has_value();
  if (success.event_id) known->own.push_back(*success.event_id);
  known->before = success.event_id;
}

}  // namespace

BatchRun::BatchRun(Site& site, std::vector<BatchCommand> commands, Ends ends)
    : site_(site), commands_(std::move(commands)), ends_(std::move(ends)) {
  std::vector<events::StreamId> streams;
  for (const BatchCommand& command : commands_) streams.push_back(command.request.stream);
  for (command::BatchChain& chain : command::chains_of(streams)) lines_.push_back({.chain = std::move(chain)});
  open_lines_ = lines_.size();
}

void BatchRun::start() {
  for (Line& line : lines_) go_on(line);
}

void BatchRun::go_on(Line& line) {
  const auto next = line.chain.next();
  if (!next) return end_line();
  const BatchCommand& command = commands_[next->place];
  Operation operation{.request = command.request};
  if (command.expects_previous) {
    operation.request.expectation = next->previous.value();
    operation.follows = line.known;
  }
  site_.ask(std::move(operation),
            [self = shared_from_this(), &line](const Operation& ended) { self->on_end(line, ended); });
}

void BatchRun::on_end(Line& line, const Operation& operation) {
  ends_.item(operation);
  if (!operation.answer) {
    is_answered_ = false;  // whoever carried it out is dead
    return end_line();
  }
  line.chain.answered(operation.request.expectation, operation.answer->result);
  if (const auto* succeeded = operation.answered<command::Succeeded>()) learn(line.known, operation, *succeeded);
  go_on(line);
}

void BatchRun::end_line() {
  if (--open_lines_ == 0) ends_.batch(is_answered_);
}

}  // namespace taskstream::simulation
