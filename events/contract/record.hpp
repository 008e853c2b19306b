#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace taskstream::events {

using Partition = std::int32_t;

struct Header {
  std::string name;
  std::string value;  // a null value is read as empty

  friend bool operator==(const Header&, const Header&) = default;
};

// What is written to the log and read from it: bytes, whose meaning nobody has looked at yet.
struct Record {
  std::optional<std::string> key;
  std::vector<Header> headers;
  std::string value;

  friend bool operator==(const Record&, const Record&) = default;
};

}  // namespace taskstream::events
