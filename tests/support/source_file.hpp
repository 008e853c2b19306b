#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

// Files of the repository that tests hold the code against. TASKSTREAM_SOURCE_DIR is set by the test's CMakeLists.txt.
namespace taskstream::examples {

inline std::filesystem::path source_path(const std::string& path) {
  return std::filesystem::path(TASKSTREAM_SOURCE_DIR) / path;
}

inline std::string read_source_file(const std::filesystem::path& path) {
  std::ifstream file(source_path(path), std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace taskstream::examples
