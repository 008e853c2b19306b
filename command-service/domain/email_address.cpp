#include "command-service/domain/email_address.hpp"

#include <string>

#include "events/contract/sha256.hpp"

namespace taskstream::command {
namespace {

// Of ASCII alone, whatever the locale of the process.
char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace

events::StreamId email_stream(std::string_view address) {
  std::string lower(address);
  for (char& c : lower) c = to_lower(c);
  return events::StreamId::of_email(events::to_hex(events::sha256(lower)));
}

}  // namespace taskstream::command
