#pragma once

#include <string>
#include <vector>

#include "events/fold/fields.hpp"

namespace taskstream::command {

// When a field was changed last, and by whom.
struct FieldChange {
  events::Field field = events::Field::Title;
  events::StreamVersion version;
  std::string actor;
  events::Instant time;

  friend bool operator==(const FieldChange&, const FieldChange&) = default;
};

// The last change of each field of one task. A field that went there and back has been changed all the same: who
// decided on a version may have decided on what it was in between.
class LastChanges {
 public:
  // `time` is that of the version.
  void note(const std::vector<events::Field>& fields, events::StreamVersion version, const std::string& actor,
            events::Instant time);
  // The fields that were changed after the version, in the order in which a task shows them.
  std::vector<FieldChange> since(events::StreamVersion version) const;
  const std::vector<FieldChange>& all() const { return changes_; }

 private:
  std::vector<FieldChange> changes_;  // at most one a field, in that order; most tasks have few
};

}  // namespace taskstream::command
