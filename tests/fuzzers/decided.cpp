#include "tests/fuzzers/decided.hpp"

#include <set>
#include <string>

#include "tests/fuzzers/fuzzing.hpp"
#include "tests/support/examples.hpp"

namespace taskstream::fuzzing {
namespace {

using nlohmann::json;

// Code points, as the lead bytes of UTF-8 tell them.
std::size_t length_of(const json& text) {
  std::size_t count = 0;
  const auto& bytes = text.get_ref<const std::string&>();
  for (std::size_t i = 0; i < bytes.size(); ++count) {
    const auto lead = static_cast<unsigned char>(bytes[i]);
    i += lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  }
  return count;
}

void check_text(const json& holder, const char* name, std::size_t at_least, std::size_t at_most) {
  if (!holder.contains(name) || holder[name].is_null()) return;
  const std::size_t length = length_of(holder[name]);
  claim(length >= at_least && length <= at_most, name);
  claim(holder[name].get_ref<const std::string&>().find('\0') == std::string::npos, "no text holds U+0000");
}

}  // namespace

events::TaskState full_task_state() {
  const events::TaskCreated made = examples::full_task();
  return {.id = examples::kTask,
          .title = made.title,
          .description = made.description,
          .status = events::Status::InProgress,
          .priority = made.priority,
          .tags = made.tags,
          .assignee_id = made.assignee_id,
          .due_date = made.due_date,
          .warning_offset_minutes = made.warning_offset_minutes,
          .version = {1},
          .created_at = examples::kYesterday,
          .created_by = examples::kActor,
          .updated_at = examples::kYesterday,
          .updated_by = examples::kActor};
}

events::UserState user_state() {
  return {.id = examples::kAnn,
          .first_name = "Ann",
          .last_name = "Lee",
          .email = "ann@example.org",
          .version = {1},
          .created_at = examples::kYesterday,
          .updated_at = examples::kYesterday};
}

void check_limits(const json& event) {
  const json& values = event.contains("changes") ? event["changes"] : event;
  check_text(values, "title", 1, 80);
  check_text(values, "description", 0, 4'000);
  check_text(values, "reason", 0, 1'000);
  check_text(values, "firstName", 1, 80);
  check_text(values, "lastName", 1, 80);
  check_text(values, "email", 3, 254);
  if (values.contains("tags")) {
    const json& tags = values["tags"];
    claim(tags.size() <= 20 && std::set<json>(tags.begin(), tags.end()).size() == tags.size(), "20 different tags");
    for (const json& tag : tags) {
      check_text({{"tag", tag}}, "tag", 1, 40);
      claim(tag.get_ref<const std::string&>().find(',') == std::string::npos, "no tag holds a comma");
    }
  }
  if (values.contains("warningOffset") && !values["warningOffset"].is_null()) {
    claim(values["warningOffset"] >= 0 && values["warningOffset"] <= 64'000,
          "a reminder is no longer before than that");
  }
}

}  // namespace taskstream::fuzzing
