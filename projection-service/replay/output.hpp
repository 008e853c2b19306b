#pragma once

#include <string>
#include <string_view>

namespace taskstream::replay {

// The text as a terminal may see it: the log is written by others, and what they wrote must not move the cursor.
// Control characters become `\x1b` and the like, and what is no UTF-8 becomes U+FFFD.
std::string printable(std::string_view text);

// One line on standard output. Throws CannotUse when nobody reads it any more.
void print_line(std::string_view line);
// To be called before the end: what was printed has been taken.
void flush_output();

}  // namespace taskstream::replay
