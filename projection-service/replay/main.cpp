#include <algorithm>
#include <csignal>
#include <cstring>
#include <iostream>
#include <string>
#include <vector>

#include "http/logging.hpp"
#include "projection-service/replay/output.hpp"
#include "projection-service/replay/subcommand.hpp"

namespace taskstream::replay {
namespace {

constexpr const char* kProgram = "taskstream-replay";

void print_help(std::ostream& out) {
  out << "Reads the log of Taskstream: prints it, checks it, rebuilds from it, takes it along.\n\n"
         "Usage: taskstream-replay SUBCOMMAND [--log URL] ...\n\n";
  for (const SubcommandEntry& entry : subcommands()) {
    out << "  " << entry.name << std::string(14 - entry.name.size(), ' ') << entry.purpose << '\n';
  }
  out << "\n`taskstream-replay SUBCOMMAND --help` tells its flags and shows examples.\n\n"
         "It ends with 0 (fine), 1 (differences were found, or what was asked for is not in the log), 2 (the command "
         "line\n"
         "makes no sense), 3 (the log or a file cannot be used) or 130 (interrupted; nothing is left half done).\n";
}

const SubcommandEntry* find(std::string_view name) {
  const auto all = subcommands();
  const auto found = std::ranges::find(all, name, &SubcommandEntry::name);
  return found != all.end() ? &*found : nullptr;
}

// The subcommand may stand behind the flags that all have: its place does not matter to whoever types it.
std::size_t place_of_subcommand(const std::vector<const char*>& arguments) {
  std::size_t at = 0;
  while (at < arguments.size() && arguments[at][0] == '-') {
    const std::string_view flag = arguments[at];
    const bool is_common = flag == "--log" || flag == "--kafka-config" || flag == "--config";
    at += is_common ? 2 : 1;
  }
  return at;
}

int complain(const std::string& what) {
  std::cerr << kProgram << ": " << what << "\n--help lists the subcommands.\n";
  return kUsage;
}

// As text, and only what matters: standard error also carries the progress.
void start_logging() {
  http::start_logging({.format = "text", .level = "error"});
}

int run(Subcommand& subcommand, Interruption& interruption) {
  try {
    const int code = subcommand.run(interruption);
    return interruption.requested() && code != kFine ? kInterrupted : code;
  } catch (const Interrupted&) {
    std::cerr << kProgram << ": interrupted\n";
    return kInterrupted;
  } catch (const std::exception& e) {
    if (interruption.requested()) return kInterrupted;
    std::cerr << kProgram << ": " << e.what() << '\n';
    return kCannotUse;
  }
}

int main(std::vector<const char*> arguments) {
  const std::size_t at = place_of_subcommand(arguments);
  if (at >= arguments.size()) {
    for (const char* argument : arguments) {
      if (std::strcmp(argument, "--help") == 0 || std::strcmp(argument, "-h") == 0) return print_help(std::cout), kFine;
      if (std::strcmp(argument, "--version") == 0) {
        std::cout << kProgram << ' ' << TASKSTREAM_VERSION << '\n';
        return kFine;
      }
    }
    return complain("which subcommand?");
  }
  const SubcommandEntry* entry = find(arguments[at]);
  if (entry == nullptr) return complain("there is no subcommand `" + printable(arguments[at]) + "`");
  arguments.erase(arguments.begin() + static_cast<std::ptrdiff_t>(at));

  const std::string name = std::string(kProgram) + ' ' + std::string(entry->name);
  arguments.insert(arguments.begin(), name.c_str());
  const auto subcommand = entry->make();
  std::string purpose(entry->purpose);
  purpose.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(purpose.front())));
  http::Settings settings(name, purpose + ".", TASKSTREAM_VERSION);
  subcommand->declare(settings);
  if (const auto code = settings.read(static_cast<int>(arguments.size()), arguments.data())) return *code;

  std::signal(SIGPIPE, SIG_IGN);  // a reader that goes away is an error of writing
  start_logging();
  Interruption interruption;
  return run(*subcommand, interruption);
}

}  // namespace
}  // namespace taskstream::replay

int main(int argc, char** argv) {
  return taskstream::replay::main({argv + 1, argv + argc});
}
