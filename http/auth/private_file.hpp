#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace taskstream::http {

// What of a file changes whenever its content does.
struct FileMark {
  dev_t device = 0;
  ino_t inode = 0;
  std::int64_t bytes = 0;
  std::int64_t changed_ns = 0;  // ctime, which no program can set back

  friend bool operator==(const FileMark&, const FileMark&) = default;
};
// nullopt when there is no such file.
std::optional<FileMark> mark_of(const std::filesystem::path& path);

enum class Readers { OwnerAlone, Any };

// A regular file's whole content, of at most 16 MiB. Throws std::runtime_error, with what to do, when it cannot be read
// or when others than its owner may read or write what is its owner's alone.
std::string read_small_file(const std::filesystem::path& path, Readers readers);

// Puts the text in the file's place, mode 0600, in one step: whoever reads meanwhile reads the old text or the new one,
// and so does whoever comes after a crash. Throws std::runtime_error.
void replace_private_file(const std::filesystem::path& path, const std::string& text);

}  // namespace taskstream::http
