#include "http/conditional.hpp"

#include <algorithm>
#include <limits>

#include "http/text.hpp"

namespace taskstream::http {
namespace {

struct EntityTag {
  bool weak = false;
  std::string_view opaque;  // without quotes
};

std::optional<EntityTag> read_entity_tag(std::string_view text) {
  EntityTag tag;
  if (text.starts_with("W/")) {
    tag.weak = true;
    text.remove_prefix(2);
  }
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') return std::nullopt;
  tag.opaque = text.substr(1, text.size() - 2);
  const bool legal = std::ranges::none_of(
      tag.opaque, [](char c) { return c == '"' || static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; });
  return legal ? std::optional(tag) : std::nullopt;
}

// Splits at commas outside of quotes. Unlike in a quoted string, a backslash is an ordinary character of a tag.
std::optional<std::vector<EntityTag>> read_entity_tags(std::string_view text) {
  std::vector<EntityTag> tags;
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '"') quoted = !quoted;
    if (i < text.size() && (text[i] != ',' || quoted)) continue;
    const auto part = trimmed(text.substr(begin, i - begin));
    begin = i + 1;
    if (part.empty()) continue;  // RFC 9110 §5.6.1.2 asks to bear empty elements
    const auto tag = read_entity_tag(part);
    if (!tag) return std::nullopt;
    tags.push_back(*tag);
  }
  return tags;
}

// `"07"` is another tag than `"7"`, and none of ours.
std::optional<std::int64_t> version_of(const EntityTag& tag) {
  if (tag.weak || (tag.opaque.size() > 1 && tag.opaque.front() == '0')) return std::nullopt;
  const auto number = read_decimal(tag.opaque);
  if (!number || *number > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
  return static_cast<std::int64_t>(*number);
}

}  // namespace

boost::system::result<Precondition, Problem> read_precondition(const Request& request) {
  const auto match = request.header("If-Match");
  const auto none_match = request.header("If-None-Match");
  if (match && none_match)
    return malformed("`If-Match` and `If-None-Match` contradict each other here: send one of them.");
  if (none_match) {
    if (trimmed(*none_match) == "*") return Precondition{MustNotExist{}};
    return malformed("A write takes `If-None-Match: *` alone, which means that it must not exist yet.");
  }
  if (!match) return Precondition{};
  if (trimmed(*match) == "*") return Precondition{AnyVersion{}};

  const auto tags = read_entity_tags(*match);
  if (!tags || tags->empty()) {
    return malformed("`If-Match` takes entity tags in double quotes, as `ETag` gave them, e.g. `If-Match: \"7\"`.");
  }
  OneOfVersions one_of;
  for (const auto& tag : *tags) {
    if (const auto version = version_of(tag)) one_of.versions.push_back(*version);
  }
  return Precondition{std::move(one_of)};
}

bool is_not_modified(const Request& request, std::string_view etag) {
  const auto none_match = request.header("If-None-Match");
  if (!none_match) return false;
  if (trimmed(*none_match) == "*") return true;
  const auto tags = read_entity_tags(*none_match);
  const auto current = read_entity_tag(etag);
  return tags && current &&
         std::ranges::any_of(*tags, [&](const EntityTag& tag) { return tag.opaque == current->opaque; });
}

std::string etag_of(std::int64_t version) {
  return '"' + std::to_string(version) + '"';
}

}  // namespace taskstream::http
