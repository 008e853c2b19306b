#pragma once

#include <boost/system/result.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "events/log/consistency_token.hpp"

namespace taskstream::events {

// A place in the order of changes: a change is known to whoever has seen its position. It names positions of the log
// and nothing of a read model, so it holds on every replica and in a model that was made anew.
struct ChangeToken {
  // While what lies between two places is read page by page, partition after partition.
  struct Walk {
    PositionVector base;  // where it began
    PositionVector end;   // where the log stood then; what changes later belongs to the next walk

    friend bool operator==(const Walk&, const Walk&) = default;
  };

  PositionVector seen;
  std::optional<Walk> walk;

  // What a read model must hold to go on from here.
  PositionVector needs() const;

  friend bool operator==(const ChangeToken&, const ChangeToken&) = default;
};

// In URL-safe characters, of which the dots tell it from a consistency token: neither is taken for the other.
std::string encode_change_token(const LogId& log, const ChangeToken& token);

boost::system::result<ChangeToken, TokenError> decode_change_token(std::string_view text, const LogId& log);

}  // namespace taskstream::events
