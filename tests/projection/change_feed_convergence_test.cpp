#include <gtest/gtest.h>

#include <map>
#include <random>

#include "projection-service/readmodel/change_feed.hpp"
#include "projection-service/readmodel/state_text.hpp"
#include "tests/projection/read_model.hpp"

namespace taskstream::projection::testing {
namespace {

using events::Status;
using events::TaskState;
using Gone = ChangedTask::Gone;

// A client that keeps what it is told, and nothing else.
struct Follower {
  Sight sight;
  events::ChangeToken at;
  bool more = true;
  std::map<events::Uuid, std::string> tasks;

  void read_page(TaskQueries& queries, std::int64_t limit) {
    const ChangePage page = queries.changes({.since = at, .sight = sight, .limit = limit});
    EXPECT_LE(std::ssize(page.items), limit);
    for (const ChangedTask& item : page.items) {
      if (item.gone == Gone::No) {
        tasks[item.id] = item.body;
      } else {
        tasks.erase(item.id);
      }
    }
    at = page.next;
    more = page.more;
  }
};

// Tasks that anybody does anything with, as fast as a random generator likes.
class Bustle {
 public:
  explicit Bustle(std::uint32_t seed) : random_(seed) {}

  std::size_t below(std::size_t limit) { return std::uniform_int_distribution<std::size_t>(0, limit - 1)(random_); }

  events::RecordedEvent next() {
    const auto id = task_id(static_cast<std::uint8_t>(deleted_ + below(8)));
    events::State& state = states_[id];
    const auto* task = std::get_if<TaskState>(&state);
    if (task != nullptr && task->deleted) {
      ++deleted_;  // others come instead
      return next();
    }
    auto event = recorded(id, task == nullptr ? 1 : task->version.value + 1, anything(task));
    if (below(2) == 0) event.context.actor = user().to_string();
    state = *events::evolve(state, event);
    return event;
  }
  const std::map<events::TaskId, events::State>& states() const { return states_; }

 private:
  events::UserId user() { return user_id(static_cast<std::uint8_t>(below(3))); }

  events::Event anything(const TaskState* task) {
    if (task == nullptr) {
      events::TaskCreated created{.title = "new"};
      if (below(2) == 0) created.assignee_id = user();
      return created;
    }
    switch (below(10)) {
      case 0:
        return events::TaskDeleted{};
      case 1:
      case 2:
        return events::TaskEdited{.changes = {.title = "edited " + std::to_string(below(1'000))}};
      case 3:
      case 4:
        return events::TaskStatusChanged{.from = task->status, .to = Status::Completed};
      case 5:
        return events::TaskStatusChanged{.from = task->status, .to = Status::InProgress};
      case 6:
      case 7:
        if (task->assignee_id) return events::TaskUnassigned{.previous_assignee_id = *task->assignee_id};
        [[fallthrough]];
      default:
        return events::TaskAssigned{.assignee_id = user(), .previous_assignee_id = task->assignee_id};
    }
  }

  std::mt19937 random_;
  std::size_t deleted_ = 0;
  std::map<events::TaskId, events::State> states_;
};

std::map<events::Uuid, std::string> visible(const std::map<events::TaskId, events::State>& states, const Sight& sight) {
  std::map<events::Uuid, std::string> tasks;
  for (const auto& [id, state] : states) {
    const auto* task = std::get_if<TaskState>(&state);
    if (task != nullptr && !task->deleted && sight.sees(*task)) tasks[id.uuid()] = state_text(state, std::nullopt);
  }
  return tasks;
}

// Whoever reads pages at any moments, from whichever replica has come as far as the token says, from any token that was
// ever given out, holds in the end exactly what may be seen.
TEST(ChangeFeed, BringsEveryClientToWhatTheListsSay) {
  constexpr std::uint32_t kSeeds = 15;
  constexpr int kSteps = 120;
  for (std::uint32_t seed = 1; seed <= kSeeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Bustle bustle(seed);
    ReadModel one;
    ReadModel other;
    std::vector<Follower> clients(4);
    for (std::uint8_t i = 0; i < 3; ++i) clients[i].sight = Sight::of_member(user_id(i));
    TaskQueries from_one = one.queries();
    TaskQueries from_other = other.queries();

    for (int step = 0; step < kSteps; ++step) {
      for (std::size_t i = bustle.below(4); i > 0; --i) {
        const auto event = bustle.next();
        one.append(event);
        other.append(event);
      }
      one.deliver_some(bustle.below(5));
      other.deliver_some(bustle.below(5));
      Follower& client = clients[bustle.below(clients.size())];
      const bool asks_one = bustle.below(2) == 0;
      if (!(asks_one ? one : other).committed().covers(client.at.needs())) continue;
      client.read_page(asks_one ? from_one : from_other, 1 + static_cast<std::int64_t>(bustle.below(4)));
      // A copy, as of a device that is put away here and taken out again at the end.
      if (bustle.below(8) == 0) clients.push_back(client);
    }

    // At last a replica that was made from nothing.
    one.deliver();
    ReadModel anew;
    anew.follow(one);
    TaskQueries queries = anew.queries();
    for (Follower& client : clients) {
      // A walk that was under way ends where its first page saw the end; the next one begins there.
      for (int walk = 0; walk < 2; ++walk) {
        do client.read_page(queries, 3);
        while (client.more);
      }
      EXPECT_EQ(client.tasks, visible(bustle.states(), client.sight));
    }
  }
}

}  // namespace
}  // namespace taskstream::projection::testing
