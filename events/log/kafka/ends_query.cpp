#include "events/log/kafka/ends_query.hpp"

#include <algorithm>
#include <map>

namespace taskstream::events::kafka {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto kTogether = 500ms;
constexpr auto kTroubled = 200ms;  // short, because the partitions that are well wait behind it
constexpr auto kLeaders = 300ms;

}  // namespace

bool EndsQuery::Answer::has_all(const std::vector<Partition>& of) const {
  return std::ranges::none_of(of, [this](Partition p) { return missing.contains(p); });
}

EndsQuery::Answer EndsQuery::ask(const std::set<Partition>& of, Deadline deadline) {
  std::set<Partition> well;
  std::set<Partition> troubled;
  for (const Partition p : of) (troubled_.contains(p) ? troubled : well).insert(p);

  Answer answer;
  if (!well.empty()) {
    ask_together(well, std::min(deadline, Clock::now() + kTogether), answer);
    // One leader may have kept all of them waiting.
    if (!answer.missing.empty() && answer.error->is_passing()) ask_leader_by_leader(well, kTroubled, answer);
  }
  if (!troubled.empty()) ask_leader_by_leader(troubled, well.empty() ? kTogether : kTroubled, answer);
  for (const Partition p : of) {
    if (answer.missing.contains(p)) {
      troubled_.insert(p);
    } else {
      troubled_.erase(p);
    }
  }
  return answer;
}

void EndsQuery::ask_together(const std::set<Partition>& of, Deadline deadline, Answer& into) {
  const std::vector<Partition> list(of.begin(), of.end());
  const auto offsets = ask_offsets(client_, list, Edge::End, deadline);
  if (offsets.has_error()) {
    into.missing.insert(of.begin(), of.end());
    into.error = offsets.error();
    return;
  }
  for (std::size_t i = 0; i < list.size(); ++i) {
    into.ends.advance(list[i], (*offsets)[i]);
    into.missing.erase(list[i]);
  }
}

void EndsQuery::ask_leader_by_leader(const std::set<Partition>& of, std::chrono::milliseconds each, Answer& into) {
  // This is also how the client learns of the new leader of a partition that moved.
  const auto leaders = ask_leaders(client_, Clock::now() + kLeaders);
  if (leaders.has_error()) {
    into.missing.insert(of.begin(), of.end());
    into.error = leaders.error();
    return;
  }
  std::map<std::int32_t, std::set<Partition>> groups;
  for (const Partition p : of) {
    const auto index = static_cast<std::size_t>(p);
    groups[index < leaders->size() ? (*leaders)[index] : -1].insert(p);
  }
  for (const auto& [leader, group] : groups) ask_together(group, Clock::now() + each, into);
}

}  // namespace taskstream::events::kafka
