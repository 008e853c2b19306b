#pragma once

#include <filesystem>
#include <string>

namespace taskstream::http {

// Who may read a file. Others than its owner may never write it: they could put a key of their own there.
enum class Readers { OwnerAlone, Any };

// A regular file's whole content, of at most 16 MiB. Throws std::runtime_error, with what to do, when it cannot be read
// or when others than its owner may read or write what is its owner's alone.
std::string read_small_file(const std::filesystem::path& path, Readers readers);

// Puts the text in the file's place, mode 0600, in one step: whoever reads meanwhile reads the old text or the new one,
// and so does whoever comes after a crash. Throws std::runtime_error.
void replace_private_file(const std::filesystem::path& path, const std::string& text);

}  // namespace taskstream::http
