#include "http/json_parts.hpp"

namespace taskstream::http {
namespace {

// What stands between the outermost commas.
std::vector<std::string_view> parts_of(std::string_view container) {
  std::vector<std::string_view> parts;
  std::size_t depth = 0;
  std::size_t begin = 1;
  bool in_string = false;
  for (std::size_t i = 0; i < container.size(); ++i) {
    const char c = container[i];
    if (in_string) {
      if (c == '\\') ++i;
      in_string = c != '"';
      continue;
    }
    in_string = c == '"';
    if (c == '[' || c == '{') ++depth;
    if (c == ']' || c == '}') --depth;
    const bool ends_here = (c == ',' && depth == 1) || depth == 0;
    if (!ends_here) continue;
    if (i > begin) parts.push_back(container.substr(begin, i - begin));
    begin = i + 1;
  }
  return parts;
}

}  // namespace

std::vector<std::string_view> elements_of(std::string_view canonical_array) {
  return parts_of(canonical_array);
}

std::string_view member_of(std::string_view canonical_object, std::string_view name) {
  for (std::string_view part : parts_of(canonical_object)) {
    part.remove_prefix(1);
    if (part.starts_with(name) && part.substr(name.size()).starts_with("\":")) return part.substr(name.size() + 2);
  }
  return {};
}

}  // namespace taskstream::http
