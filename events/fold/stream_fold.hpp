#pragma once

#include <optional>
#include <string>

#include "events/contract/envelope.hpp"
#include "events/fold/acceptance.hpp"
#include "events/fold/evolve.hpp"

namespace taskstream::events {

// Where a reader stopped understanding a stream. The records from this version on are parked; versions go on counting.
struct Quarantine {
  StreamVersion version;
  std::string reason;

  friend bool operator==(const Quarantine&, const Quarantine&) = default;
};

// All that a reader knows of one stream.
struct Stream {
  StreamVersion version;             // of the log; ahead of the state's while quarantined
  std::optional<Instant> last_time;  // the latest ce_time of the versions that were folded
  State state;
  std::optional<Quarantine> quarantine;
};

// What one record did to its stream.
struct Applied {
  Verdict verdict = Verdict::Malformed;
  std::string reason;                  // of Malformed, or why an accepted record could not be folded
  std::optional<RecordedEvent> event;  // when accepted and folded
  bool parked = false;                 // accepted, but not folded
};

// Reads the record on top of the stream it belongs to: verdict first, from the envelope alone, then the fold. The one
// piece of code by which every reader advances.
Applied apply(Stream& stream, const Envelope& envelope, const Record& record);

}  // namespace taskstream::events
