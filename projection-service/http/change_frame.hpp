#pragma once

#include <string>
#include <string_view>

#include "projection-service/readmodel/change_feed.hpp"

// Server-Sent Events as `GET /v1/stream` writes them (WHATWG HTML §9.2). Pure.
namespace taskstream::projection {

// One change as text. Everything here is JSON, which has no line breaks, but the id.
struct ChangeText {
  std::string id;       // the change token behind it
  std::string event;    // an object: taskId, version, type, eventId, actor, time
  std::string changes;  // an object
  std::string task;     // an object

  std::size_t size() const { return id.size() + event.size() + changes.size() + task.size(); }
};

// `event: task`. A task that was deleted is not shown.
void append_frame(std::string& to, const ChangeText& change, bool matches, bool deleted);

// `event: task` of one that has left the reader's sight: that it has, and nothing of the event by which it did.
void append_left(std::string& to, std::string_view id, const events::Uuid& task, std::int64_t version);

// A comment, with the id from which the stream can be resumed, though nothing that it shows has happened.
void append_comment(std::string& to, std::string_view comment, std::string_view id);

// `event: resync`: the stream ends here, and is to be resumed from its id.
void append_resync(std::string& to, std::string_view id);

std::string_view name_of(ChangedTask::Gone gone);

}  // namespace taskstream::projection
