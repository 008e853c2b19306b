#include "command-service/http/parse_command.hpp"

#include <utility>

#include "command-service/http/body_reader.hpp"
#include "http/json_body.hpp"

namespace taskstream::command {
namespace {

using http::FieldError;
using http::Request;
using nlohmann::json;

void append(std::vector<FieldError>& all, std::vector<FieldError> more) {
  all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

bool is_clients_choice(const events::TaskId& id) {
  const events::Uuid& uuid = id.uuid();
  return uuid.has_rfc_variant() && (uuid.version() == 4 || uuid.version() == 7);
}

// A command whose values are in the body. `read` takes them out of it.
template <class Command, class Read>
ParseResult parse_body(const Request& request, std::size_t json_depth, events::TaskId task_id, Read read) {
  const auto body = http::parse_json_object(request.body, json_depth);
  if (!body) return body.error();
  Command command;
  BodyReader reader(*body);
  read(reader, command);
  ParsedCommand parsed{.task_id = task_id, .command = std::move(command), .invalid = reader.finish()};
  append(parsed.invalid, unexpected_parameters(request));
  return parsed;
}

template <class Command, class Read>
ParseResult parse_change(const Request& request, std::size_t json_depth, Read read) {
  const auto task_id = parse_task_id(request);
  if (!task_id) return task_id.error();
  return parse_body<Command>(request, json_depth, *task_id, read);
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

// Takes the task for the user whom the body names, or else for the actor, whose name must then be a user's id.
void read_claim(BodyReader& read, const std::string& actor, ClaimTask& command) {
  if (const auto own_id = events::UserId::parse(actor)) {
    command.user_id = *own_id;
    read.optional("userId", command.user_id);
  } else {
    read.required("userId", command.user_id);
  }
}

// A command without a body, which may name a reason in the query.
template <class Command>
ParseResult parse_with_reason(const Request& request) {
  const auto task_id = parse_task_id(request);
  if (!task_id) return task_id.error();
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
  return ParsedCommand{.task_id = *task_id, .command = std::move(command), .invalid = std::move(invalid)};
}

}  // namespace

ParseResult parse_create_task(const Request& request, std::size_t json_depth) {
  return parse_body<CreateTask>(request, json_depth, events::TaskId(), read_creation);
}

ParseResult parse_put_task(const Request& request, std::size_t json_depth) {
  ParseResult parsed = parse_change<CreateTask>(request, json_depth, read_creation);
  if (parsed && !is_clients_choice(parsed->task_id)) {
    parsed->invalid.push_back({"id", "must be a UUID of version 4 or 7", FieldError::Location::Path});
  }
  return parsed;
}

ParseResult parse_edit_task(const Request& request, std::size_t json_depth) {
  return parse_change<EditTask>(request, json_depth, read_changes);
}

ParseResult parse_postpone_task(const Request& request, std::size_t json_depth) {
  return parse_change<PostponeTask>(request, json_depth,
                                    [](BodyReader& read, PostponeTask& command) { read.required("by", command.by); });
}

ParseResult parse_change_status(const Request& request, std::size_t json_depth) {
  return parse_change<ChangeStatus>(request, json_depth, [](BodyReader& read, ChangeStatus& command) {
    read.required("to", command.to);
    read.optional("reason", command.reason);
  });
}

ParseResult parse_assign_task(const Request& request, std::size_t json_depth) {
  return parse_change<AssignTask>(request, json_depth, [](BodyReader& read, AssignTask& command) {
    read.required("userId", command.assignee_id);
    read.optional("reason", command.reason);
  });
}

ParseResult parse_claim_task(const Request& request, std::size_t json_depth) {
  if (request.body.empty()) {
    Request with_body = request;
    with_body.body = "{}";
    return parse_claim_task(with_body, json_depth);
  }
  return parse_change<ClaimTask>(
      request, json_depth, [&](BodyReader& read, ClaimTask& command) { read_claim(read, request.actor, command); });
}

ParseResult parse_unassign_task(const Request& request, std::size_t) {
  return parse_with_reason<UnassignTask>(request);
}

ParseResult parse_lock_task(const Request& request, std::size_t json_depth) {
  return parse_change<LockTask>(request, json_depth, [](BodyReader& read, LockTask& command) {
    read.required("ttlSeconds", command.ttl_seconds);
  });
}

ParseResult parse_unlock_task(const Request& request, std::size_t) {
  const auto task_id = parse_task_id(request);
  if (!task_id) return task_id.error();
  return ParsedCommand{.task_id = *task_id, .command = UnlockTask(), .invalid = unexpected_parameters(request)};
}

ParseResult parse_delete_task(const Request& request, std::size_t) {
  return parse_with_reason<DeleteTask>(request);
}

boost::system::result<events::TaskId, http::Problem> parse_task_id(const Request& request) {
  const auto id = events::TaskId::parse(request.path_parameter("id"));
  if (!id) return http::malformed("The task's id in the path is not a UUID.");
  return *id;
}

FieldError::Location place_of_values(const TaskCommand& command) {
  const bool has_no_body = std::holds_alternative<UnassignTask>(command) ||
                           std::holds_alternative<UnlockTask>(command) || std::holds_alternative<DeleteTask>(command);
  return has_no_body ? FieldError::Location::Query : FieldError::Location::Body;
}

std::vector<FieldError> unexpected_parameters(const Request& request) {
  std::vector<FieldError> errors;
  for (const http::QueryParameter& parameter : request.query) {
    errors.push_back({parameter.name, "is not known here", FieldError::Location::Query});
  }
  return errors;
}

}  // namespace taskstream::command
