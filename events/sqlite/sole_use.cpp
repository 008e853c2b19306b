#include "events/sqlite/sole_use.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <string>
#include <system_error>

namespace taskstream::sqlite {

namespace {

// Whoever removes a file may remove the file of its lock too, while holding it: what was opened before is then no lock
// on anything.
bool is_still_there(int descriptor, const std::string& path) {
  struct stat opened{};
  struct stat named{};
  return fstat(descriptor, &opened) == 0 && stat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino &&
         opened.st_dev == named.st_dev;
}

}  // namespace

std::unique_ptr<SoleUse> SoleUse::of(const std::filesystem::path& file) {
  if (file.has_parent_path()) std::filesystem::create_directories(file.parent_path());
  const std::string beside = file.string() + ".lock";
  while (true) {
    const int descriptor = open(beside.c_str(), O_CREAT | O_RDWR | O_CLOEXEC, 0644);
    if (descriptor < 0) throw std::system_error(errno, std::generic_category(), beside);
    std::unique_ptr<SoleUse> use(new SoleUse(descriptor));
    if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) return nullptr;
    if (is_still_there(descriptor, beside)) return use;
  }
}

SoleUse::~SoleUse() {
  close(descriptor_);
}

}  // namespace taskstream::sqlite
