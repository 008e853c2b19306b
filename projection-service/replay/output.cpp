#include "projection-service/replay/output.hpp"

#include <iostream>

#include "events/contract/utf8.hpp"
#include "projection-service/replay/subcommand.hpp"

namespace taskstream::replay {
namespace {

// C0, DEL, and C1 in its two bytes of UTF-8.
bool is_control(std::string_view text, std::size_t at) {
  const auto byte = static_cast<unsigned char>(text[at]);
  if (byte < 0x20 || byte == 0x7f) return true;
  if (byte != 0xc2 || at + 1 >= text.size()) return false;
  const auto next = static_cast<unsigned char>(text[at + 1]);
  return next >= 0x80 && next < 0xa0;
}

void append_escaped(std::string& out, unsigned char byte) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += "\\x";
  out += kDigits[byte >> 4];
  out += kDigits[byte & 15];
}

void check() {
  if (!std::cout) throw CannotUse("standard output cannot be written: does nobody read it any more?");
}

}  // namespace

std::string printable(std::string_view text) {
  const std::string valid = events::with_valid_utf8(std::string(text));
  std::string shown;
  shown.reserve(valid.size());
  for (std::size_t at = 0; at < valid.size(); ++at) {
    if (!is_control(valid, at)) {
      shown += valid[at];
      continue;
    }
    if (static_cast<unsigned char>(valid[at]) == 0xc2) ++at;
    append_escaped(shown, static_cast<unsigned char>(valid[at]));
  }
  return shown;
}

void print_line(std::string_view line) {
  std::cout << line << '\n';
  check();
}

void flush_output() {
  std::cout.flush();
  check();
}

}  // namespace taskstream::replay
