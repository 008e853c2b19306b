#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

// What fuzzers share: a claim that must hold of every input, and the input cut into parts. Parts end at line feeds, so
// that a corpus can be read and written by hand.
namespace taskstream::fuzzing {

// libFuzzer takes an abort for a finding, and keeps the input.
inline void claim(bool holds, std::string_view what) {
  if (holds) return;
  std::fprintf(stderr, "a claim is broken: %.*s\n", static_cast<int>(what.size()), what.data());
  std::abort();
}

// A target as the request guard lets it through: in printable ASCII, all else escaped.
inline std::string as_target(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string target;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7f && c != '#') {
      target += c;
    } else {
      target += {'%', kHex[byte >> 4], kHex[byte & 0xf]};
    }
  }
  return target;
}

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size) : rest_(reinterpret_cast<const char*>(data), size) {}

  // 0 once all is taken.
  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto first = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return first;
  }
  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value = (value << 8) | byte();
    return value;
  }
  // Up to the next line feed, which is left out.
  std::string_view line() {
    const std::string_view text = rest_.substr(0, rest_.find('\n'));
    rest_.remove_prefix(text.size() == rest_.size() ? text.size() : text.size() + 1);
    return text;
  }
  std::string_view rest() const { return rest_; }
  bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

}  // namespace taskstream::fuzzing
