#include "events/sqlite/sole_use.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace taskstream::sqlite {

std::unique_ptr<SoleUse> SoleUse::of(const std::filesystem::path& file) {
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path());
  const std::string beside = file.string() + ".lock";
  const int descriptor = open(beside.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
  if (descriptor < 0) throw std::system_error(errno, std::generic_category(), beside);
  std::unique_ptr<SoleUse> use(new SoleUse(descriptor));
  return flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? std::move(use) : nullptr;
}

SoleUse::~SoleUse() {
  close(descriptor_);
}

}  // namespace taskstream::sqlite
