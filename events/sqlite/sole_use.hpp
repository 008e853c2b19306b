#pragma once

#include <filesystem>
#include <memory>

namespace taskstream::sqlite {

// This process alone uses a file, as long as the object lives. A lock on a file beside it says so, which goes with the
// process however it ends.
class SoleUse {
 public:
  // Null while another process uses the file. Makes the folder when it is missing; the file itself is not looked at.
  // Throws std::system_error where folder or lock file cannot be made.
  static std::unique_ptr<SoleUse> of(const std::filesystem::path& file);

  ~SoleUse();
  SoleUse(const SoleUse&) = delete;
  SoleUse& operator=(const SoleUse&) = delete;

 private:
  explicit SoleUse(int descriptor) : descriptor_(descriptor) {}

  int descriptor_;
};

}  // namespace taskstream::sqlite
