#include "events/fold/acceptance.hpp"

namespace taskstream::events {

std::string_view to_string(Verdict verdict) {
  switch (verdict) {
    case Verdict::Accepted:
      return "accepted";
    case Verdict::Superseded:
      return "superseded";
    case Verdict::Malformed:
      return "malformed";
  }
  return {};
}

}  // namespace taskstream::events
