#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "command-service/core/last_changes.hpp"
#include "command-service/domain/access.hpp"
#include "command-service/domain/commands.hpp"
#include "command-service/domain/rejection.hpp"
#include "events/contract/ids.hpp"
#include "events/fold/stream_fold.hpp"
#include "events/log/position.hpp"

// What the core is asked, and what it answers.
namespace taskstream::command {

// Names one request from the moment it is handed to the core until its answer. Chosen by the caller, never used twice.
using Ticket = std::uint64_t;

using SteadyTime = std::chrono::steady_clock::time_point;

// The two clocks as they stood when an input was made. The core never looks at a clock itself.
struct Now {
  SteadyTime steady;     // for deadlines
  events::Instant wall;  // for `now` of a decision
};

// What the sender of a batch does not know of the version that an item goes by: others have changed the stream since
// `seen`, beside what the batch has made itself.
struct Unseen {
  events::StreamVersion seen;              // the newest version that the sender has seen
  std::vector<events::StreamVersion> own;  // later ones that the batch has made
};

// What the sender believes about the version (RFC 9110 §13).
struct Expectation {
  enum class Kind {
    NotStated,  // and the command does not need it
    Required,   // not stated, although the command needs it
    Any,        // it must exist, at whatever version
    Absent,     // it must not exist
    OneOf,      // one of `versions`
  };

  Kind kind = Kind::NotStated;
  std::vector<events::StreamVersion> versions = {};
  std::optional<Unseen> unseen = {};  // of an item of a batch that expects the version which the one before it made

  bool names(events::StreamVersion version) const { return std::ranges::find(versions, version) != versions.end(); }
};

// An Idempotency-Key together with the hash of the request that it came with.
struct RequestKey {
  std::string id;
  std::string hash;
};

struct CommandRequest {
  events::StreamId stream;  // of the task or the user
  Command command;
  // Some value could not be read. It is answered in its turn, after existence and version, as ValuesAreInvalid.
  bool values_unreadable = false;
  Expectation expectation;
  // An edit for an older version is made on the current one, if nobody has changed the same fields since.
  bool merge_conflicts = false;
  Asker asker;
  std::optional<RequestKey> key;
  std::optional<std::string> correlation_id;
  std::optional<std::string> causation_id;  // of what the service asks of itself
  std::optional<std::string> traceparent;
  events::PositionVector at_least;       // of the consistency tokens that were sent
  std::chrono::milliseconds wait{0};     // for the fold to reach `at_least`
  std::chrono::milliseconds timeout{0};  // for the answer, once it has
};

// The strong read: the task or the user as of now.
struct ReadRequest {
  events::StreamId stream;
  Asker asker;
  events::PositionVector at_least;
  std::chrono::milliseconds wait{0};
  std::chrono::milliseconds timeout{0};
};

// ---- answers

// The task or the user after the command, or as it was read. `event_id` is there when an event was appended.
struct Succeeded {
  events::State state;  // nothing where the asker may not see it, or no longer
  std::optional<events::EventId> event_id;
  std::optional<events::StreamVersion> event_version;  // that the event made; the state of a replay may be further
  bool replayed = false;
  bool merged = false;  // made beside changes of others that the sender had not seen
};

struct VersionConflict {
  std::optional<events::StreamVersion> expected;  // the newest that the sender says to have seen
  events::State current;  // nothing where the asker may not see what has the id, and then nothing else is told of it
  std::vector<FieldChange> changes;        // since the expected version
  std::vector<events::Field> conflicting;  // those of them that the request would change as well
  bool mergeable = false;                  // `merge_conflicts` would let the request through
};
struct PreconditionRequired {};
struct KeyReused {};
struct StillRunning {};  // the first request with this key
// ---- nothing happened, and it may be tried again
struct Contended {};
struct LogUnavailable {
  std::string reason;
};
struct BehindToken {
  std::int64_t lag_records = 0;
};
struct TooManyWait {};  // to a strong read
struct StreamQuarantined {
  events::Quarantine quarantine;
};
struct NotReady {};
// ---- the event may yet land
struct OutcomeUnknown {
  events::EventId event_id;
};

using Result =
    std::variant<Succeeded, Rejection, VersionConflict, PreconditionRequired, KeyReused, StillRunning, Contended,
                 LogUnavailable, BehindToken, TooManyWait, StreamQuarantined, NotReady, OutcomeUnknown>;

struct Answer {
  Result result;
  events::PositionVector fold;  // the fold that the answer rests on
};

}  // namespace taskstream::command
