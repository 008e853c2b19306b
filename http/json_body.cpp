#include "http/json_body.hpp"

#include <algorithm>
#include <limits>
#include <vector>

namespace taskstream::http {
namespace {

using Json = nlohmann::json;

bool is_integer_lexeme(std::string_view lexeme) {
  return lexeme.find_first_of(".eE") == std::string_view::npos;
}

// Builds the value event by event. nlohmann's own builder keeps the last of members with one name and turns large
// integers into floats; both would let two readers of one body disagree.
class StrictBuilder {
 public:
  explicit StrictBuilder(std::size_t max_depth) : max_depth_(max_depth) {}

  Json take() { return std::move(root_); }
  const std::string& complaint() const { return complaint_; }

  bool null() { return add(nullptr); }
  bool boolean(bool value) { return add(value); }
  bool number_integer(Json::number_integer_t value) { return add(value); }
  bool number_unsigned(Json::number_unsigned_t value) {
    if (value > static_cast<Json::number_unsigned_t>(std::numeric_limits<std::int64_t>::max())) {
      return refuse_number(std::to_string(value));
    }
    return add(static_cast<Json::number_integer_t>(value));
  }
  bool number_float(Json::number_float_t value, const std::string& lexeme) {
    if (is_integer_lexeme(lexeme)) return refuse_number(lexeme);
    return add(value);
  }
  bool string(std::string& value) { return add(std::move(value)); }
  bool binary(Json::binary_t&) { return false; }

  bool start_object(std::size_t) { return open(Json::object()); }
  bool start_array(std::size_t) { return open(Json::array()); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool key(std::string& name) {
    auto& frame = frames_.back();
    if (frame.container->contains(name)) {
      complaint_ = "The member `" + name + "` comes twice in " + place(frames_.size() - 1) + ".";
      return false;
    }
    frame.key = std::move(name);
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const Json::exception& error) {
    // `[json.exception.parse_error.101] parse error at line 1, column 2: …`
    const std::string_view what = error.what();
    const auto sentence = what.find("] ");
    complaint_ =
        "The body is not JSON: " + std::string(sentence == std::string_view::npos ? what : what.substr(sentence + 2)) +
        ".";
    return false;
  }

 private:
  struct Frame {
    Json* container;
    std::string key;  // of the member being read
  };

  template <class Value>
  Json* insert(Value&& value) {
    if (frames_.empty()) {
      root_ = std::forward<Value>(value);
      return &root_;
    }
    auto& [container, key] = frames_.back();
    if (container->is_array()) return &container->emplace_back(std::forward<Value>(value));
    auto& member = (*container)[key];
    member = std::forward<Value>(value);
    return &member;
  }
  template <class Value>
  bool add(Value&& value) {
    insert(std::forward<Value>(value));
    return true;
  }
  bool open(Json container) {
    if (max_depth_ != 0 && frames_.size() == max_depth_) {
      complaint_ =
          "The body is nested deeper than " + std::to_string(max_depth_) + " levels in " + place(frames_.size()) + ".";
      return false;
    }
    auto* const inserted = insert(std::move(container));
    frames_.push_back({.container = inserted, .key = {}});
    return true;
  }
  bool close() {
    frames_.pop_back();
    return true;
  }
  bool refuse_number(const std::string& lexeme) {
    complaint_ = "The number " + lexeme.substr(0, 40) + " in " + place(frames_.size()) + " does not fit into 64 bits.";
    return false;
  }
  // A JSON pointer to the value being read, as far as the outermost `depth` containers tell. An array has its last
  // element already where that is open, but not yet where it is being refused.
  std::string place(std::size_t depth) const {
    std::string path;
    for (std::size_t i = 0; i < depth; ++i) {
      const auto& [container, key] = frames_[i];
      const bool is_open = i + 1 < frames_.size();
      path += '/' + (container->is_array() ? std::to_string(container->size() - (is_open ? 1 : 0)) : key);
    }
    return path.empty() ? "the outermost object" : '`' + path + '`';
  }

  const std::size_t max_depth_;
  Json root_;
  std::vector<Frame> frames_;
  std::string complaint_;
};

void append_string(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) >= 0x20) {
          out += c;
        } else {
          out += "\\u00";
          out += kHex[static_cast<unsigned char>(c) >> 4];
          out += kHex[static_cast<unsigned char>(c) & 0xf];
        }
    }
  }
  out += '"';
}

// Writes values as they come and sorts an object's members when it ends.
class Canonicalizer {
 public:
  std::string take() { return std::move(root_); }

  bool null() { return add("null"); }
  bool boolean(bool value) { return add(value ? "true" : "false"); }
  // JSON allows one spelling of an integer, but for `-0`: it alone comes here as a signed zero.
  bool number_integer(Json::number_integer_t value) { return add(value == 0 ? "-0" : std::to_string(value)); }
  bool number_unsigned(Json::number_unsigned_t value) { return add(std::to_string(value)); }
  bool number_float(Json::number_float_t, const std::string& lexeme) { return add(lexeme); }
  bool string(std::string& value) {
    std::string text;
    text.reserve(value.size() + 2);
    append_string(text, value);
    return add(std::move(text));
  }
  bool binary(Json::binary_t&) { return false; }

  bool start_object(std::size_t) { return open(true); }
  bool start_array(std::size_t) { return open(false); }
  bool key(std::string& name) {
    frames_.back().members.emplace_back(std::move(name), std::string{});
    return true;
  }
  bool end_object() { return close(); }
  bool end_array() { return close(); }
  bool parse_error(std::size_t, const std::string&, const Json::exception&) { return false; }

 private:
  struct Frame {
    bool is_object;
    std::vector<std::pair<std::string, std::string>> members;  // of an array: without names
  };

  bool add(std::string text) {
    if (frames_.empty()) {
      root_ = std::move(text);
    } else if (auto& frame = frames_.back(); frame.is_object) {
      frame.members.back().second = std::move(text);
    } else {
      frame.members.emplace_back(std::string{}, std::move(text));
    }
    return true;
  }
  bool open(bool is_object) {
    frames_.push_back({.is_object = is_object, .members = {}});
    return true;
  }
  bool close() {
    auto frame = std::move(frames_.back());
    frames_.pop_back();
    // Bytes of UTF-8 sort as code points do.
    if (frame.is_object)
      std::ranges::sort(frame.members, {}, [](const auto& member) -> std::string_view { return member.first; });
    std::string text(1, frame.is_object ? '{' : '[');
    for (const auto& [name, value] : frame.members) {
      if (text.size() > 1) text += ',';
      if (frame.is_object) {
        append_string(text, name);
        text += ':';
      }
      text += value;
    }
    text += frame.is_object ? '}' : ']';
    return add(std::move(text));
  }

  std::string root_;
  std::vector<Frame> frames_;
};

}  // namespace

boost::system::result<nlohmann::json, Problem> parse_json_object(std::string_view body, std::size_t max_depth) {
  if (body.empty()) return malformed("The body is empty: send a JSON object.");
  StrictBuilder builder(max_depth);
  if (!Json::sax_parse(body, &builder)) return malformed(builder.complaint());
  auto value = builder.take();
  if (!value.is_object()) return malformed("The body is JSON, but not an object: send `{…}`.");
  return boost::system::result<nlohmann::json, Problem>(boost::system::in_place_value, std::move(value));
}

std::string canonical_json(std::string_view body) {
  Canonicalizer canonicalizer;
  if (body.empty() || !Json::sax_parse(body, &canonicalizer)) return std::string(body);
  return canonicalizer.take();
}

}  // namespace taskstream::http
