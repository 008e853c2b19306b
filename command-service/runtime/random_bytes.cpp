#include "command-service/runtime/random_bytes.hpp"

#include <sys/random.h>

#include <cerrno>
#include <system_error>

namespace taskstream::command {

events::Uuid::Bytes random_bytes() {
  events::Uuid::Bytes bytes{};
  if (getrandom(bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size())) {
    throw std::system_error(errno, std::generic_category(), "getrandom");
  }
  return bytes;
}

}  // namespace taskstream::command
