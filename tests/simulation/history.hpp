#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "command-service/core/request.hpp"
#include "events/contract/instant.hpp"
#include "tests/simulation/random.hpp"

namespace taskstream::simulation {

// When something happened: in which step, at what time, and what the wall clock of its site showed.
struct Moment {
  std::int64_t step = 0;
  Time time{0};
  events::Instant wall;
};

// What was asked of one instance, and what came of it.
struct Operation {
  struct Appended {
    events::EventId id;
    events::StreamId stream;
    events::StreamVersion version;
    Time time;
  };

  command::Ticket ticket = 0;
  int site = 0;
  bool reads = false;
  command::CommandRequest request;  // of a read: the task, the tokens and the times alone
  std::optional<Moment> taken;      // when the instance got to it; its promises begin here
  std::optional<Moment> ended;      // when it was answered, or when its instance died
  std::optional<command::Answer> answer;
  bool waits_for_tokens = false;
  // What its sender goes by, when it expects the version that the item before it in its batch has made.
  struct Follows {
    std::optional<events::EventId> before;  // the event of that item, unless it changed nothing
    // The newest version that the sender has named on this stream; where none was named, the one that the first of the
    // batch's items here has made.
    events::StreamVersion seen;
    bool was_named = false;
    std::vector<events::EventId> own;  // what the batch has made
  };
  std::optional<Follows> follows;
  // Its instance had been told of records that the log lost before they were folded. No answer can be right that rests
  // on one: that an acknowledged record stays is what everything is built upon. The instance finds out, and stops.
  bool rests_on_a_loss = false;
  std::vector<Appended> appended;
  std::function<void(const Operation&)> on_end;

  const events::StreamId& stream() const { return request.stream; }
  // As it stands in the records that were appended for it.
  const std::string& name() const { return *request.correlation_id; }
  // Null when it was not answered so.
  template <class R>
  const R* answered() const {
    return answer ? std::get_if<R>(&answer->result) : nullptr;
  }
};

// An instance said that the log contradicts itself.
struct Stopped {
  int site = 0;
  std::int64_t step = 0;
  std::string message;
};

struct History {
  std::deque<Operation> operations;  // by ticket, from 1; they stay where they are
  std::vector<Stopped> stops;

  Operation& at(command::Ticket ticket) { return operations[ticket - 1]; }
};

}  // namespace taskstream::simulation
