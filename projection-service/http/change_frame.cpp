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

void append_frame(std::string& to, const ChangeText& change, bool matches, ChangedTask::Gone gone) {
  using Gone = ChangedTask::Gone;
  to.append("event: task\nid: ").append(change.id).append("\ndata: ");
  to.append(change.event, 0, change.event.size() - 1);
  // What was done to a task that has left is for those who still see it.
  to.append(",\"changes\":").append(gone == Gone::Left ? std::string_view("{}") : std::string_view(change.changes));
  to.append(gone == Gone::Deleted ? ",\"deleted\":true" : ",\"deleted\":false");
  to.append(matches ? ",\"matches\":true" : ",\"matches\":false");
  if (gone != Gone::No) to.append(",\"gone\":\"").append(name_of(gone)).append("\"");
  to.append(",\"task\":").append(gone == Gone::No ? std::string_view(change.task) : std::string_view("null"));
  to.append("}\n\n");
}

void append_comment(std::string& to, std::string_view comment, std::string_view id) {
  to.append(": ").append(comment).append("\nid: ").append(id).append("\n\n");
}

void append_resync(std::string& to, std::string_view id) {
  to.append("event: resync\nid: ").append(id).append("\ndata: {\"token\":\"").append(id).append("\"}\n\n");
}

}  // namespace taskstream::projection
