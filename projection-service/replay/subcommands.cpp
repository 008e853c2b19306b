#include <array>

#include "projection-service/replay/completion.hpp"
#include "projection-service/replay/events.hpp"
#include "projection-service/replay/export.hpp"
#include "projection-service/replay/import.hpp"
#include "projection-service/replay/rebuild.hpp"
#include "projection-service/replay/show.hpp"
#include "projection-service/replay/stats.hpp"
#include "projection-service/replay/subcommand.hpp"
#include "projection-service/replay/verify.hpp"

namespace taskstream::replay {

std::span<const SubcommandEntry> subcommands() {
  static constexpr std::array kAll = {
      SubcommandEntry{"events", "print the events of the log", make_events},
      SubcommandEntry{"show", "print a stream as it is, or as it was", make_show},
      SubcommandEntry{"stats", "count what the log holds", make_stats},
      SubcommandEntry{"verify", "check the log, and hold a read model against it", make_verify},
      SubcommandEntry{"rebuild", "build a read model from nothing", make_rebuild},
      SubcommandEntry{"export", "write the events into a file", make_export},
      SubcommandEntry{"import", "read the events of a file into an empty log", make_import},
      SubcommandEntry{"completion", "print what a shell needs to complete words", make_completion},
  };
  return kAll;
}

}  // namespace taskstream::replay
