#include "projection-service/http/change_frame.hpp"

namespace taskstream::projection {

std::string_view name_of(ChangedTask::Gone gone) {
  switch (gone) {
    case ChangedTask::Gone::No:
      return {};
    case ChangedTask::Gone::Deleted:
      return "deleted";
    case ChangedTask::Gone::Left:
      return "left";
  }
  return {};
}

void append_frame(std::string& to, const ChangeText& change, bool matches, bool deleted) {
  to.append("event: task\nid: ").append(change.id).append("\ndata: ");
  to.append(change.event, 0, change.event.size() - 1);
  to.append(",\"changes\":").append(change.changes);
  to.append(deleted ? ",\"deleted\":true" : ",\"deleted\":false");
  to.append(matches ? ",\"matches\":true" : ",\"matches\":false");
  if (deleted) to.append(",\"gone\":\"").append(name_of(ChangedTask::Gone::Deleted)).append("\"");
  to.append(",\"task\":").append(deleted ? std::string_view("null") : std::string_view(change.task));
  to.append("}\n\n");
}

// What was done, by whom and when is for those who still see the task; the members stand all the same, for whoever
// reads them of every event.
void append_left(std::string& to, std::string_view id, const events::Uuid& task, std::int64_t version) {
  to.append("event: task\nid: ").append(id);
  to.append("\ndata: {\"taskId\":\"")
      .append(task.to_string())
      .append("\",\"version\":")
      .append(std::to_string(version));
  to.append(
      R"(,"type":null,"eventId":null,"actor":null,"time":null,"changes":{},"deleted":false,"matches":false,"gone":")");
  to.append(name_of(ChangedTask::Gone::Left)).append("\",\"task\":null}\n\n");
}

void append_comment(std::string& to, std::string_view comment, std::string_view id) {
  to.append(": ").append(comment).append("\nid: ").append(id).append("\n\n");
}

void append_resync(std::string& to, std::string_view id) {
  to.append("event: resync\nid: ").append(id).append("\ndata: {\"token\":\"").append(id).append("\"}\n\n");
}

}  // namespace taskstream::projection
