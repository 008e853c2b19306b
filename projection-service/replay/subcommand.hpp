#pragma once

#include <memory>
#include <span>
#include <stdexcept>
#include <string_view>

#include "http/config.hpp"
#include "projection-service/replay/interruption.hpp"

namespace taskstream::replay {

// What the process ends with; docs/replay.md tells them to its users.
enum ExitCode : int {
  kFine = 0,
  kDifferent = 1,  // differences were found, or what was asked for is not in the log
  kUsage = 2,
  kCannotUse = 3,  // the log or a file
  kInterrupted = 130,
};

// One subcommand: its flags, and what it does with them. Used once.
class Subcommand {
 public:
  virtual ~Subcommand() = default;

  virtual void declare(http::Settings& settings) = 0;
  // Answers an exit code. Throws Interrupted, and std::exception where log or file cannot be used.
  virtual int run(Interruption& interruption) = 0;
};

struct SubcommandEntry {
  std::string_view name;
  std::string_view purpose;
  std::unique_ptr<Subcommand> (*make)();
};

// All there are, in the order of --help.
std::span<const SubcommandEntry> subcommands();

// A log or a file cannot be used. The message says what to do.
class CannotUse : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace taskstream::replay
