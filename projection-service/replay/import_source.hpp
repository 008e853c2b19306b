#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "events/contract/log_event.hpp"
#include "events/contract/record.hpp"
#include "projection-service/replay/judge.hpp"
#include "projection-service/replay/line_files.hpp"

namespace taskstream::replay {

// The events of an export, each checked as it comes: it can be read, a log would accept it where it stands, and at the
// end stands the closing line. Throws CannotUse, with the line's number, where one of these fails.
class ImportSource {
 public:
  explicit ImportSource(const std::string& path);

  // What the first event says of the log that was exported. It is not among those of next().
  const events::LogOpened& exported_log() const { return exported_log_; }
  // nullopt behind the last one.
  std::optional<events::Record> next();
  std::int64_t events() const { return events_; }  // so far, the first one included

  std::int64_t bytes_read() const { return lines_.bytes_read(); }
  std::int64_t bytes_in_all() const { return lines_.bytes_in_all(); }

 private:
  events::Record read(const std::string& line) const;
  void check_end(std::int64_t promised);
  [[noreturn]] void fail(const std::string& what) const;

  const std::string path_;
  LineReader lines_;
  Judge judge_{1};
  events::LogOpened exported_log_;
  std::int64_t events_ = 0;
};

}  // namespace taskstream::replay
