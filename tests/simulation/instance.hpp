#pragma once

#include <deque>
#include <functional>
#include <memory>

#include "command-service/core/replica.hpp"
#include "tests/simulation/producer.hpp"
#include "tests/simulation/tail.hpp"
#include "tests/simulation/world.hpp"

namespace taskstream::simulation {

// One process of the command-service, from its start to its death: a core, and what stands around it.
class Instance : public std::enable_shared_from_this<Instance> {
 public:
  // Goes on from where the store is.
  Instance(World& world, int site, Time skew, command::StateStore& store);

  void start();
  void ask(command::Ticket ticket);
  void stand_still(Time span);
  void reset_producer() { producer_.reset(); }
  // The log has just lost records. If the tail has read them, it finds out by its own means, or else the log's end or
  // its reports must give it away to the core.
  void note_truncation();
  void die();

  bool has_stopped() const { return has_stopped_; }
  const command::Replica& replica() const { return replica_; }
  // Up to here, exclusive, it knows records that the log has lost.
  const std::optional<events::Offset>& lost_until() const { return lost_until_; }
  // It has folded all that is there, and nothing that is not.
  bool is_level() const;

 private:
  using Input = std::function<void(command::Replica&, command::Now)>;

  void plan(Time delay, void (Instance::*action)());
  void take(Input input);
  void wake_up();
  void tick();
  void read_on();
  void notice_damage();
  void note_report(const events::AppendOutcome& outcome, const SharedRecord& record);
  Moment moment() const;
  command::Now now() const;

  void carry_out_effects();
  void carry_out(command::Append& append);
  void carry_out(command::AskEnd& ask);
  void carry_out(command::Reply& reply);
  void carry_out(command::Persist& persist);
  void carry_out(command::Stop& stop);

  World& world_;
  int site_;
  Time skew_;
  command::StateStore& store_;
  command::Replica replica_;
  Producer producer_;
  Tail tail_;
  bool stands_still_ = false;
  std::deque<Input> mail_;  // while it stands still
  bool has_stopped_ = false;
  std::optional<events::Offset> lost_until_;
  events::PositionVector reported_;  // up to the furthest record that was reported
  bool knows_of_a_loss_ = false;
};

}  // namespace taskstream::simulation
