#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "projection-service/replay/interruption.hpp"

// Files of lines; compressed with zstd where their name ends in `.zst`, standard input and output where it is `-`.
namespace taskstream::replay {

// A line longer than this is refused: a record of the log is far shorter.
inline constexpr std::size_t kLineAtMost = 64 * 1024 * 1024;

// Written under a name of its own and put in place by finish(): a file that is there is whole. Throws CannotUse: there
// is a file already, or it cannot be written.
class LineWriter {
 public:
  LineWriter(const std::string& path, Interruption& interruption);
  ~LineWriter();

  void write(std::string_view line);
  void finish();

 private:
  class Sink;
  std::unique_ptr<Sink> sink_;
};

// Throws CannotUse: it cannot be read, or is not what its name says.
class LineReader {
 public:
  explicit LineReader(const std::string& path);
  ~LineReader();

  // Without its line feed. nullopt at the end.
  std::optional<std::string> next();
  std::int64_t line_number() const { return line_number_; }  // of the last one
  std::int64_t bytes_read() const;                           // of the file, compressed as it is
  std::int64_t bytes_in_all() const;                         // 0 = not known

 private:
  class Source;
  std::unique_ptr<Source> source_;
  std::int64_t line_number_ = 0;
};

}  // namespace taskstream::replay
