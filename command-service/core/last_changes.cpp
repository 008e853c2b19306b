#include "command-service/core/last_changes.hpp"

#include <algorithm>
#include <iterator>

namespace taskstream::command {

using events::Field;

void LastChanges::note(const std::vector<Field>& fields, events::StreamVersion version, const std::string& actor,
                       events::Instant time) {
  for (const Field field : fields) {
    auto at = std::ranges::lower_bound(changes_, field, {}, &FieldChange::field);
    if (at == changes_.end() || at->field != field) at = changes_.insert(at, FieldChange{.field = field});
    at->version = version;
    at->actor = actor;
    at->time = time;
  }
}

std::vector<FieldChange> LastChanges::since(events::StreamVersion version) const {
  std::vector<FieldChange> changes;
  std::ranges::copy_if(changes_, std::back_inserter(changes),
                       [version](const FieldChange& change) { return change.version > version; });
  return changes;
}

}  // namespace taskstream::command
