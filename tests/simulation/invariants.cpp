#include "tests/simulation/invariants.hpp"

#include <algorithm>
#include <functional>
#include <limits>

#include "command-service/domain/email_address.hpp"
#include "command-service/domain/transitions.hpp"

namespace taskstream::simulation {
namespace {

using Versions = std::vector<Version>;
using events::StreamId;

const events::UserState* user_in(const Version& version) {
  return std::get_if<events::UserState>(&version.after.state);
}
const events::EmailState* claim_in(const Version& version) {
  return std::get_if<events::EmailState>(&version.after.state);
}

std::string at(const StreamId& stream, std::size_t version) {
  return stream.to_string() + " at version " + std::to_string(version);
}

// The step in which the version ceased to be the current one.
std::int64_t end_of(const Versions& versions, std::size_t version) {
  return version + 1 < versions.size() ? versions[version + 1].step : std::numeric_limits<std::int64_t>::max();
}

// Whether it was so of some version that was the current one at some moment between these steps.
bool was_so_between(const Versions& versions, std::int64_t from, std::int64_t to,
                    const std::function<bool(const Version&)>& is_so) {
  for (std::size_t v = 0; v < versions.size(); ++v) {
    if (versions[v].step <= to && end_of(versions, v) >= from && is_so(versions[v])) return true;
  }
  return false;
}

bool uses(const Version& version, const StreamId& address) {
  const auto* user = user_in(version);
  return user != nullptr && command::email_stream(user->email) == address;
}

void check_addresses(const Truth& truth, const StreamId& user, std::vector<std::string>& broken) {
  const Versions& versions = truth.versions(user);
  for (std::size_t v = 1; v < versions.size(); ++v) {
    const auto* state = user_in(versions[v]);
    if (state == nullptr || versions[v].after.quarantine) continue;
    const bool is_claimed_by_another =
        was_so_between(truth.versions(command::email_stream(state->email)), versions[v].step + 1,
                       end_of(versions, v) - 1, [&](const Version& claim) {
                         const auto* claimed = claim_in(claim);
                         return claimed == nullptr || claimed->claimed_by != state->id;
                       });
    if (is_claimed_by_another) broken.push_back(at(user, v) + " uses an address that is not claimed for it");
  }
}

void check_unassigned(const Truth& truth, const StreamId& task, std::size_t v, std::vector<std::string>& broken) {
  const Versions& versions = truth.versions(task);
  const auto& event = std::get<events::TaskUnassigned>(versions[v].recorded->event);
  const auto& before = std::get<events::TaskState>(versions[v - 1].after.state);
  if (command::is_closed(before.status))
    broken.push_back(at(task, v) + " was taken from a user although it was closed");
  const bool was_inactive =
      was_so_between(truth.versions(StreamId::of(event.previous_assignee_id)), versions[v - 1].step, versions[v].step,
                     [](const Version& user) { return user_in(user) != nullptr && !user_in(user)->active; });
  if (!was_inactive) broken.push_back(at(task, v) + " was taken from a user who was active all the time");
}

void check_released(const Truth& truth, const StreamId& address, std::size_t v, std::vector<std::string>& broken) {
  const Versions& versions = truth.versions(address);
  const events::EmailState& claim = *claim_in(versions[v - 1]);
  const bool was_unused = was_so_between(
      truth.versions(StreamId::of(*claim.claimed_by)), versions[v - 1].step, versions[v].step,
      [&](const Version& user) { return user.after.version >= claim.user_version && !uses(user, address); });
  if (!was_unused) broken.push_back(at(address, v) + " was released while it was used, or about to be");
}

}  // namespace

std::vector<std::string> find_broken_promises(const Truth& truth) {
  std::vector<std::string> broken;
  for (const auto& [stream, versions] : truth.streams()) {
    if (stream.kind() == "user") check_addresses(truth, stream, broken);
    for (std::size_t v = 1; v < versions.size(); ++v) {
      const auto& recorded = versions[v].recorded;
      const bool is_of_a_policy = recorded && recorded->context.actor.starts_with("system:");
      if (!is_of_a_policy) continue;
      if (!recorded->context.causation_id) broken.push_back(at(stream, v) + " does not say what caused it");
      if (stream.kind() == "task") check_unassigned(truth, stream, v, broken);
      if (stream.kind() == "email") check_released(truth, stream, v, broken);
    }
  }
  return broken;
}

std::vector<std::string> find_open_duties(const Truth& truth) {
  std::vector<std::string> open;
  for (const auto& [stream, versions] : truth.streams()) {
    const Version& newest = versions.back();
    if (newest.after.quarantine) continue;
    if (const auto* task = std::get_if<events::TaskState>(&newest.after.state)) {
      if (task->deleted || command::is_closed(task->status) || !task->assignee_id) continue;
      const Version& user = truth.versions(StreamId::of(*task->assignee_id)).back();
      const bool is_inactive = user_in(user) != nullptr && !user_in(user)->active;
      if (is_inactive && !user.after.quarantine) open.push_back(stream.to_string() + " is still with an inactive user");
    } else if (const auto* claim = claim_in(newest); claim != nullptr && claim->claimed_by) {
      const Version& user = truth.versions(StreamId::of(*claim->claimed_by)).back();
      const bool is_orphan = !uses(user, stream) && !user.after.quarantine;
      if (is_orphan) open.push_back(stream.to_string() + " is still claimed by a user who does not use it");
    }
  }
  return open;
}

}  // namespace taskstream::simulation
