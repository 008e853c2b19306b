#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <utility>
#include <vector>

#include "command-service/domain/decide_task.hpp"
#include "command-service/domain/decide_user.hpp"
#include "events/contract/event_json.hpp"
#include "events/fold/evolve.hpp"
#include "tests/support/examples.hpp"

// Given what happened, when somebody asks for something, then this is decided.
namespace taskstream::specification {

using namespace std::chrono_literals;
using examples::kActor;
using examples::kAnn;
using examples::kBen;
using examples::kNow;
using examples::kSomebodyElse;
using examples::kTomorrow;
using examples::kYesterday;

inline std::string describe(const events::Event& event) {
  return std::string(events::type_of(event)) + ' ' + events::to_json(event);
}

inline std::string describe(const command::Decision& decision) {
  if (!decision) return "a rejection, alternative " + std::to_string(decision.error().index());
  return *decision ? describe(**decision) : "nothing changes";
}

class Decided {
 public:
  explicit Decided(command::Decision decision) : decision_(std::move(decision)) {}

  void Then(const events::Event& expected) const {
    const bool happened = decision_ && *decision_;
    EXPECT_TRUE(happened && **decision_ == expected)
        << "decided: " << describe(decision_) << "\nexpected: " << describe(expected);
  }

  void ThenNothingChanges() const { EXPECT_TRUE(decision_ && !*decision_) << "decided: " << describe(decision_); }

  // Returns the reason, for a look at what it says.
  template <class Reason>
  Reason ThenRejectedAs() const {
    const bool rejected = decision_.has_error() && std::holds_alternative<Reason>(decision_.error());
    EXPECT_TRUE(rejected) << "decided: " << describe(decision_);
    return rejected ? std::get<Reason>(decision_.error()) : Reason();
  }

  // These fields, in this order, are what is wrong.
  void ThenInvalid(const std::vector<std::string>& fields) const {
    std::vector<std::string> found;
    for (const command::InvalidValue& value : ThenRejectedAs<command::ValuesAreInvalid>().values) {
      EXPECT_FALSE(value.reason.empty());
      found.push_back(value.field);
    }
    EXPECT_EQ(found, fields);
  }

 private:
  command::Decision decision_;
};

class Given {
 public:
  explicit Given(std::initializer_list<events::Event> history) {
    std::int64_t version = 0;
    for (const events::Event& event : history) {
      const bool is_of_a_user = events::kind_of(event) == "user";
      const auto stream = is_of_a_user ? events::StreamId::of(kAnn) : events::StreamId::of(examples::kTask);
      state_ = *events::evolve(state_, examples::recorded(event, ++version, stream));
    }
  }

  Given& As(std::string actor) {
    context_.asker.actor = std::move(actor);
    return *this;
  }
  Given& With(command::Reach reach) {
    context_.asker.reach = reach;
    return *this;
  }
  Given& At(events::Instant now) {
    context_.now = now;
    return *this;
  }
  // What is known of the user whom the command names.
  Given& For(command::Assignee assignee) {
    context_.assignee = assignee;
    return *this;
  }

  Decided When(const command::TaskCommand& command) const {
    return Decided(command::decide(std::get_if<events::TaskState>(&state_), command, context_));
  }
  Decided When(const command::UserCommand& command) const {
    return Decided(command::decide(std::get_if<events::UserState>(&state_), command, context_));
  }

 private:
  events::State state_;
  command::DecisionContext context_{.now = kNow, .asker = {.actor = kActor}, .max_clock_skew = std::chrono::seconds(2)};
};

// `count` times the same text; a text of so many code points when it is one.
inline std::string times(std::size_t count, std::string_view text) {
  std::string all;
  for (std::size_t i = 0; i < count; ++i) all += text;
  return all;
}

}  // namespace taskstream::specification
