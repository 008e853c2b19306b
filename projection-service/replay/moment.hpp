#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>
#include <variant>

#include "events/contract/ids.hpp"
#include "events/contract/instant.hpp"
#include "events/log/position.hpp"

namespace taskstream::replay {

// A place in the log, as somebody names it: a time, `PARTITION:OFFSET`, or a consistency token.
struct TokenText {
  std::string text;
};
using Moment = std::variant<events::Instant, events::Position, TokenText>;

struct NotAMoment {
  std::string message;
};

boost::system::result<Moment, NotAMoment> parse_moment(std::string_view text);

// The time of a record: that of its event, where it says one, else when the log took it.
events::Instant time_of(const events::Record& record, events::Instant log_time);

}  // namespace taskstream::replay
