#include "events/contract/event.hpp"

namespace taskstream::events {
namespace {

struct TypeOf {
  std::string_view operator()(const TaskCreated&) const { return "taskstream.task.created.v1"; }
  std::string_view operator()(const TaskEdited&) const { return "taskstream.task.edited.v1"; }
  std::string_view operator()(const TaskStatusChanged&) const { return "taskstream.task.status-changed.v1"; }
  std::string_view operator()(const TaskAssigned&) const { return "taskstream.task.assigned.v1"; }
  std::string_view operator()(const TaskUnassigned&) const { return "taskstream.task.unassigned.v1"; }
  std::string_view operator()(const TaskLocked&) const { return "taskstream.task.locked.v1"; }
  std::string_view operator()(const TaskUnlocked&) const { return "taskstream.task.unlocked.v1"; }
  std::string_view operator()(const TaskDeleted&) const { return "taskstream.task.deleted.v1"; }
  std::string_view operator()(const UserRegistered&) const { return "taskstream.user.registered.v1"; }
  std::string_view operator()(const UserEdited&) const { return "taskstream.user.edited.v1"; }
  std::string_view operator()(const UserDeactivated&) const { return "taskstream.user.deactivated.v1"; }
  std::string_view operator()(const UserReactivated&) const { return "taskstream.user.reactivated.v1"; }
  std::string_view operator()(const UserClaimLapsed&) const { return "taskstream.user.claim-lapsed.v1"; }
  std::string_view operator()(const EmailClaimed&) const { return "taskstream.email.claimed.v1"; }
  std::string_view operator()(const EmailReleased&) const { return "taskstream.email.released.v1"; }
  std::string_view operator()(const LogOpened&) const { return "taskstream.log.opened.v1"; }
  std::string_view operator()(const LogBarrier&) const { return "taskstream.log.barrier.v1"; }
};

}  // namespace

std::string_view type_of(const Event& event) {
  return std::visit(TypeOf(), event);
}

std::string_view kind_of(const Event& event) {
  const std::string_view type = type_of(event);
  const std::size_t begin = type.find('.') + 1;
  return type.substr(begin, type.find('.', begin) - begin);
}

}  // namespace taskstream::events
