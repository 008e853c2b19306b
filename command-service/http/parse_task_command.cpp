#include "command-service/http/parse_task_command.hpp"

#include <utility>

namespace taskstream::command {
namespace {

using events::TaskId;
using http::FieldError;
using http::Request;

bool is_clients_choice(const events::Uuid& uuid) {
  return uuid.has_rfc_variant() && (uuid.version() == 4 || uuid.version() == 7);
}

void read_creation(BodyReader& read, CreateTask& command) {
  read.required("title", command.title);
  read.optional("description", command.description);
  read.optional("priority", command.priority);
  read.optional("tags", command.tags);
  read.optional("assigneeId", command.assignee_id);
  read.optional("dueDate", command.due_date);
  read.optional("warningOffset", command.warning_offset_minutes);
  read.refuse("status", "cannot be given: a task begins NOT_STARTED");
}

void read_changes(BodyReader& read, EditTask& command) {
  events::TaskChanges& changes = command.changes;
  read.change("title", changes.title);
  read.change("description", changes.description);
  read.change("priority", changes.priority);
  read.change("tags", changes.tags);
  read.change("dueDate", changes.due_date);
  read.change("warningOffset", changes.warning_offset_minutes);
  read.refuse("status", "is changed by POST to the task's /status");
  read.refuse("assigneeId", "is changed by PUT and DELETE of the task's /assignee");
}

// Takes the task for the actor, whose name must then be a user's id. Where nobody has to authenticate the body may name
// another user instead.
void read_claim(BodyReader& read, const http::Principal& principal, ClaimTask& command) {
  const auto own_id = events::UserId::parse(principal.actor);
  if (own_id) command.user_id = *own_id;
  if (own_id || principal.is_authenticated) {
    read.optional("userId", command.user_id);
  } else {
    read.required("userId", command.user_id);
  }
  if (!principal.is_authenticated || command.user_id == own_id) return;
  read.fail("userId", own_id ? "must be your own id: a task is claimed for oneself"
                             : "cannot be told: only users claim tasks, and the token's subject is none");
}

// A command without a body, which may name a reason in the query.
template <class Command>
ParseResult parse_with_reason(const Request& request) {
  const auto id = parse_id(request);
  if (!id) return id.error();
  Command command;
  std::vector<FieldError> invalid;
  for (const http::QueryParameter& parameter : request.query) {
    const auto fail = [&](std::string reason) {
      invalid.push_back({parameter.name, std::move(reason), FieldError::Location::Query});
    };
    if (parameter.name != "reason") {
      fail("is not known here");
    } else if (command.reason) {
      fail("is there more than once");
    } else {
      command.reason = parameter.value;
    }
  }
  return ParsedCommand{
      .stream = events::StreamId::of(TaskId(*id)), .command = std::move(command), .invalid = std::move(invalid)};
}

}  // namespace

ParseResult parse_create_task(const Request& request, std::size_t json_depth) {
  return parse_body<CreateTask>(request, json_depth, events::StreamId(), read_creation);
}

ParseResult parse_put_task(const Request& request, std::size_t json_depth) {
  ParseResult parsed = parse_change<TaskId, CreateTask>(request, json_depth, read_creation);
  if (parsed && !is_clients_choice(*parse_id(request))) {
    parsed->invalid.push_back({"id", "must be a UUID of version 4 or 7", FieldError::Location::Path});
  }
  return parsed;
}

ParseResult parse_edit_task(const Request& request, std::size_t json_depth) {
  return parse_change<TaskId, EditTask>(request, json_depth, read_changes);
}

ParseResult parse_postpone_task(const Request& request, std::size_t json_depth) {
  return parse_change<TaskId, PostponeTask>(
      request, json_depth, [](BodyReader& read, PostponeTask& command) { read.required("by", command.by); });
}

ParseResult parse_change_status(const Request& request, std::size_t json_depth) {
  return parse_change<TaskId, ChangeStatus>(request, json_depth, [](BodyReader& read, ChangeStatus& command) {
    read.required("to", command.to);
    read.optional("reason", command.reason);
  });
}

ParseResult parse_assign_task(const Request& request, std::size_t json_depth) {
  return parse_change<TaskId, AssignTask>(request, json_depth, [](BodyReader& read, AssignTask& command) {
    read.required("userId", command.assignee_id);
    read.optional("reason", command.reason);
  });
}

ParseResult parse_claim_task(const Request& request, std::size_t json_depth) {
  return parse_change<TaskId, ClaimTask>(with_body(request), json_depth, [&](BodyReader& read, ClaimTask& command) {
    read_claim(read, request.principal, command);
  });
}

ParseResult parse_unassign_task(const Request& request, std::size_t) {
  return parse_with_reason<UnassignTask>(request);
}

ParseResult parse_lock_task(const Request& request, std::size_t json_depth) {
  return parse_change<TaskId, LockTask>(request, json_depth, [](BodyReader& read, LockTask& command) {
    read.required("ttlSeconds", command.ttl_seconds);
  });
}

ParseResult parse_unlock_task(const Request& request, std::size_t) {
  const auto id = parse_id(request);
  if (!id) return id.error();
  return ParsedCommand{
      .stream = events::StreamId::of(TaskId(*id)), .command = UnlockTask(), .invalid = unexpected_parameters(request)};
}

ParseResult parse_delete_task(const Request& request, std::size_t) {
  return parse_with_reason<DeleteTask>(request);
}

}  // namespace taskstream::command
