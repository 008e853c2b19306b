#pragma once

#include <boost/system/result.hpp>
#include <string_view>

#include "events/log/genesis.hpp"
#include "events/log/position.hpp"

namespace taskstream::events {

enum class FreshnessError {
  Empty,            // the field is there, and no token in it
  Unreadable,       // no token of ours, or damaged on its way
  OfAnotherLog,     // its positions mean nothing here
  NoSuchPartition,  // of this log, by what it says, which has not so many partitions
};

// What the field `Consistency-Token` asks an answer to be at least as fresh as: all that its tokens name. They stand
// between commas, and empty places among them count for nothing (RFC 9110 §5.6.1). Each is a consistency token, or a
// place in the order of changes, whose holder has seen as much. Both services read the field by this code.
boost::system::result<PositionVector, FreshnessError> read_freshness(std::string_view field, const LogIdentity& log);

// A sentence for whoever sent it.
std::string_view explain(FreshnessError error);

}  // namespace taskstream::events
