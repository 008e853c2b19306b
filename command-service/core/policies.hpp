#pragma once

#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "command-service/core/request.hpp"
#include "command-service/core/streams.hpp"

namespace taskstream::command {

struct PolicyOptions {
  std::string source;                             // ce_source of this instance
  std::chrono::milliseconds others_first{1'000};  // who caused a duty does it at once, others after one to two of these
  std::chrono::milliseconds patience{6'000};      // until a claim without its user record counts as given up
  std::size_t at_once = 64;                       // duties under way
  std::size_t steps = 64;                         // streams looked at in one go
  std::function<events::Uuid::Bytes()> random;
};

// Finds the duties that the state asks for (duty.hpp), and says when to do them. An event may raise one, and then its
// stream is looked at again when the time has come; what was raised before this instance began to look, a walk through
// all concerns finds. Not thread-safe.
class Policies {
 public:
  struct Duty {
    events::StreamId stream;  // whose state asks for it
    events::EventId cause;
  };

  Policies(Streams& streams, PolicyOptions options) : streams_(streams), options_(std::move(options)) {}

  // From now on duties are looked for; before, the state is one of the past.
  void begin();
  // An event has been folded.
  void on_event(const events::RecordedEvent& event, SteadyTime now);
  // Whoever claimed this address has given up.
  void on_claim_given_up(const events::StreamId& address, const events::EventId& claim);
  // What is to be done now. Each is under way until on_done.
  std::vector<Duty> take_due(SteadyTime now);
  // `again_at` when it could not be done.
  void on_done(const events::StreamId& stream, std::optional<SteadyTime> again_at);

 private:
  // A way through the concerns of one user, or of all.
  struct Walk {
    Concern at;
    bool within_user = false;
    std::optional<events::EventId> cause;  // none where the walk looks for what was raised before
  };

  bool asks_for_something(const events::StreamId& stream);
  SteadyTime::duration delay_of(const events::RecordedEvent& event) const;
  void take(std::vector<Duty>& due, Duty duty);
  bool step(Walk& walk, std::vector<Duty>& due);
  bool is_full() const { return under_way_.size() >= options_.at_once; }

  Streams& streams_;
  PolicyOptions options_;
  bool has_begun_ = false;
  std::multimap<SteadyTime, Duty> raised_;
  std::multimap<SteadyTime, Walk> walks_;
  std::map<events::StreamId, events::EventId> under_way_;  // with their causes
};

}  // namespace taskstream::command
