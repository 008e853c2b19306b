#include "projection-service/replay/cloud_event.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "events/contract/base64.hpp"
#include "events/contract/utf8.hpp"
#include "projection-service/readmodel/headers_blob.hpp"

namespace taskstream::replay {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kPrefix = "ce_";
constexpr std::string_view kContentTypeHeader = "content-type";
constexpr std::string_view kContentType = "datacontenttype";
constexpr std::string_view kSubject = "subject";
constexpr std::string_view kKey = "partitionkey";
constexpr std::string_view kHeaders = "recordheaders";
constexpr std::string_view kData = "data";
constexpr std::string_view kDataBytes = "data_base64";

struct Member {
  std::string name;
  std::string_view value;  // as it stands in the line
};

// The members of an object, in their order, with their values as they stand there. The text is known to be one object
// of JSON, so strings and nesting are all there is to look at.
class Members {
 public:
  explicit Members(std::string_view object) : text_(object) {}

  std::vector<Member> read() {
    std::vector<Member> members;
    at_ = text_.find('{') + 1;
    while (true) {
      skip_blanks();
      if (text_[at_] == '}') return members;
      if (text_[at_] == ',') {
        ++at_;
        continue;
      }
      const std::string_view name = take_value();
      skip_blanks();
      ++at_;  // the colon
      skip_blanks();
      members.push_back({.name = Json::parse(name).get<std::string>(), .value = take_value()});
    }
  }

 private:
  void skip_blanks() { at_ = text_.find_first_not_of(" \t\r\n", at_); }

  std::string_view take_value() {
    const std::size_t begin = at_;
    int depth = 0;
    while (true) {
      const char c = text_[at_];
      if (c == '"') {
        skip_string();
      } else if (depth == 0 && (c == ',' || c == '}' || c == ':' || c == ' ' || c == '\t' || c == '\r' || c == '\n')) {
        break;
      } else {
        if (c == '{' || c == '[') ++depth;
        if (c == '}' || c == ']') --depth;
        ++at_;
      }
      if (depth == 0 && (c == '"' || c == '}' || c == ']')) break;
    }
    return text_.substr(begin, at_ - begin);
  }

  void skip_string() {
    for (++at_; text_[at_] != '"'; ++at_) {
      if (text_[at_] == '\\') ++at_;
    }
    ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

// CloudEvents names: lower-case letters and digits, so that every protocol can carry them.
bool is_attribute_name(std::string_view name) {
  return !name.empty() &&
         std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); });
}

std::optional<std::string> attribute_of(const events::Header& header) {
  if (header.name == kContentTypeHeader) return std::string(kContentType);
  if (!header.name.starts_with(kPrefix)) return std::nullopt;
  std::string name = header.name.substr(kPrefix.size());
  const bool taken = name == kContentType || name == kKey || name == kHeaders || name == kData;
  return is_attribute_name(name) && !taken ? std::optional(std::move(name)) : std::nullopt;
}

// As a JSON string; nothing where the bytes are no text (UTF-8).
std::optional<std::string> json_text(std::string_view text) {
  try {
    return Json(text).dump();
  } catch (const Json::type_error&) {
    return std::nullopt;
  }
}

struct Attribute {
  std::string name;
  std::string json;
};

// The attributes of headers that can be told one by one; nothing where they cannot.
std::optional<std::vector<Attribute>> attributes_of(const events::Record& record) {
  std::vector<Attribute> attributes;
  for (const events::Header& header : record.headers) {
    auto name = attribute_of(header);
    auto value = json_text(header.value);
    if (!name || !value || std::ranges::find(attributes, *name, &Attribute::name) != attributes.end()) {
      return std::nullopt;
    }
    attributes.push_back({.name = *std::move(name), .json = *std::move(value)});
  }
  return attributes;
}

void put(std::string& line, std::string_view name, std::string_view json) {
  line += line.empty() ? "{" : ",";
  line.append("\"").append(name).append("\":").append(json);
}

// Whether the bytes are JSON also within the line. Blanks around them would be lost between the members, and the parser
// passes over a byte order mark and takes a zero byte for the end.
bool is_json_of_one_line(std::string_view value) {
  if (value.empty() || value.front() == ' ' || value.back() == ' ' || value.front() == '\xef') return false;
  const bool has_control = std::ranges::any_of(value, [](char c) { return static_cast<unsigned char>(c) < 0x20; });
  return !has_control && Json::accept(value);
}

// What CloudEvents demands of every event, for readers of the line, where the headers are told apart from it.
void put_what_is_readable(std::string& line, const events::Record& record) {
  put(line, "specversion", R"("1.0")");
  for (const char* name : {"id", "source", "type"}) {
    const std::string header_name = std::string(kPrefix) + name;
    const auto header = std::ranges::find(record.headers, header_name, &events::Header::name);
    const auto value = header != record.headers.end() ? json_text(header->value) : std::nullopt;
    put(line, name, value.value_or(R"("unreadable")"));
  }
}

std::optional<std::string> text_of(const Member& member) {
  const Json value = Json::parse(member.value);
  return value.is_string() ? std::optional(value.get<std::string>()) : std::nullopt;
}

// Puts a record together from its members, and keeps the first thing that is wrong.
class RecordReader {
 public:
  void take(const Member& member) {
    if (member.name == kData) {
      record_.value = member.value;
      return;
    }
    const auto text = text_of(member);
    if (!text) return fail(member.name + " is not a string");
    if (member.name == kDataBytes) {
      take_bytes(member.name, *text, record_.value);
    } else if (member.name == kHeaders) {
      all_headers_ = std::string();
      take_bytes(member.name, *text, *all_headers_);
    } else if (member.name == kKey) {
      key_ = *text;
    } else if (member.name == kContentType) {
      record_.headers.push_back({std::string(kContentTypeHeader), *text});
    } else if (is_attribute_name(member.name)) {
      if (member.name == kSubject) subject_ = *text;
      record_.headers.push_back({std::string(kPrefix) + member.name, *text});
    } else {
      fail(member.name + " is not an attribute of CloudEvents");
    }
  }

  boost::system::result<events::Record, NotACloudEvent> read() {
    if (all_headers_) {
      try {
        record_.headers = projection::read_headers_blob(*all_headers_);
      } catch (const std::exception&) {
        fail(std::string(kHeaders) + " cannot be read");
      }
    }
    record_.key = key_ ? key_ : subject_;
    if (!record_.key) fail("neither subject nor partitionkey says to which stream it belongs");
    if (error_) return NotACloudEvent{*error_};
    return std::move(record_);
  }

 private:
  void take_bytes(const std::string& name, const std::string& text, std::string& target) {
    auto bytes = events::from_base64(text);
    if (!bytes) return fail(name + " is not base64");
    target = *std::move(bytes);
  }
  void fail(std::string what) {
    if (!error_) error_ = std::move(what);
  }

  events::Record record_;
  std::optional<std::string> all_headers_;
  std::optional<std::string> key_;
  std::optional<std::string> subject_;
  std::optional<std::string> error_;
};

}  // namespace

std::string to_cloud_event(const events::Record& record) {
  std::string line;
  line.reserve(512 + record.value.size());
  const std::string key = json_text(events::with_valid_utf8(record.key.value_or(std::string()))).value_or("\"\"");
  std::string subject;
  if (const auto attributes = attributes_of(record)) {
    for (const auto& [name, json] : *attributes) {
      put(line, name, json);
      if (name == kSubject) subject = json;
    }
  } else {
    put_what_is_readable(line, record);
    put(line, kHeaders, "\"" + events::to_base64(projection::to_blob(record.headers)) + "\"");
  }
  if (key != subject) put(line, kKey, key);
  if (is_json_of_one_line(record.value)) {
    put(line, kData, record.value);
  } else if (!record.value.empty()) {
    put(line, kDataBytes, "\"" + events::to_base64(record.value) + "\"");
  }
  return line + "}";
}

boost::system::result<events::Record, NotACloudEvent> read_cloud_event(std::string_view line) {
  if (line.find('\0') != std::string_view::npos || !Json::accept(line)) return NotACloudEvent{"it is not JSON"};
  if (line[line.find_first_not_of(" \t\r\n")] != '{') return NotACloudEvent{"it is not an object"};
  RecordReader reader;
  std::vector<std::string> seen;
  for (const Member& member : Members(line).read()) {
    if (std::ranges::find(seen, member.name) != seen.end()) return NotACloudEvent{member.name + " is there twice"};
    seen.push_back(member.name);
    reader.take(member);
  }
  return reader.read();
}

}  // namespace taskstream::replay
