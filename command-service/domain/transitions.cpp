#include "command-service/domain/transitions.hpp"

#include <algorithm>

#include "events/fold/whose_task.hpp"

namespace taskstream::command {

using events::Status;

const std::vector<Status>& transitions_from(Status from) {
  static const std::vector<Status> kFromNotStarted = {Status::InProgress, Status::Blocked, Status::Deferred,
                                                      Status::Cancelled};
  static const std::vector<Status> kFromInProgress = {Status::Blocked, Status::Deferred, Status::Completed,
                                                      Status::Cancelled};
  static const std::vector<Status> kFromBlocked = {Status::InProgress, Status::Deferred, Status::Cancelled};
  static const std::vector<Status> kFromDeferred = {Status::NotStarted, Status::InProgress, Status::Cancelled};
  static const std::vector<Status> kFromCompleted = {Status::InProgress};
  static const std::vector<Status> kFromCancelled = {Status::NotStarted};
  switch (from) {
    case Status::NotStarted:
      return kFromNotStarted;
    case Status::InProgress:
      return kFromInProgress;
    case Status::Blocked:
      return kFromBlocked;
    case Status::Deferred:
      return kFromDeferred;
    case Status::Completed:
      return kFromCompleted;
    case Status::Cancelled:
      return kFromCancelled;
  }
  return kFromCancelled;
}

bool may_go(Status from, Status to) {
  const std::vector<Status>& allowed = transitions_from(from);
  return std::ranges::find(allowed, to) != allowed.end();
}

bool is_closed(Status status) {
  return !events::is_open(status);
}

}  // namespace taskstream::command
