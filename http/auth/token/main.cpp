#include <algorithm>
#include <array>
#include <iostream>
#include <string>
#include <vector>

#include "http/auth/token/subcommand.hpp"

namespace taskstream::http::token {
namespace {

constexpr const char* kProgram = "taskstream-token";

struct Entry {
  std::string_view name;
  std::string_view purpose;
  std::unique_ptr<Subcommand> (*make)();
};
constexpr std::array<Entry, 3> kSubcommands{{{"make", "Makes a token, and prints it once", make_make},
                                             {"list", "Lists the tokens, by everything but themselves", make_list},
                                             {"revoke", "Takes a token back", make_revoke}}};

void print_help() {
  std::cout
      << "Keeps the file that says who may ask the services of Taskstream (their --auth). It is replaced as a whole, "
         "so "
         "that a\nservice reads the old one or the new one; a service that runs takes the new one within a second.\n\n"
         "Usage: taskstream-token SUBCOMMAND --auth FILE ...\n\n";
  for (const auto& [name, purpose, make] : kSubcommands) {
    std::cout << "  " << name << std::string(10 - name.size(), ' ') << purpose << ".\n";
  }
  std::cout
      << "\n`taskstream-token SUBCOMMAND --help` tells its flags and shows examples.\n\n"
         "It ends with 0 (fine), 1 (there is no such token), 2 (the command line makes no sense) or 3 (the file cannot "
         "be used).\n";
}

int complain(const std::string& what) {
  std::cerr << kProgram << ": " << what << "\n--help lists the subcommands.\n";
  return kUsage;
}

int run(Subcommand& subcommand) {
  try {
    return subcommand.run();
  } catch (const std::exception& error) {
    std::cerr << kProgram << ": " << error.what() << '\n';
    return kCannotUse;
  }
}

int main(std::vector<const char*> arguments) {
  const std::string_view first = arguments.empty() ? std::string_view() : arguments.front();
  if (first == "--help" || first == "-h") return print_help(), kFine;
  if (first == "--version") return std::cout << kProgram << ' ' << TASKSTREAM_VERSION << '\n', kFine;
  const auto* const entry = std::ranges::find(kSubcommands, first, &Entry::name);
  if (entry == kSubcommands.end()) return complain(first.empty() ? "which subcommand?" : "there is no such subcommand");

  const std::string name = std::string(kProgram) + ' ' + std::string(entry->name);
  arguments.front() = name.c_str();
  const auto subcommand = entry->make();
  Settings settings(name, std::string(entry->purpose) + '.', TASKSTREAM_VERSION);
  subcommand->declare(settings);
  if (const auto code = settings.read(static_cast<int>(arguments.size()), arguments.data())) return *code;
  return run(*subcommand);
}

}  // namespace

void declare_auth_file(Settings& settings, std::string& path) {
  settings.text("auth", path, "The file, as the services' --auth names it; `make` begins one that is not there.",
                "/etc/taskstream/auth.json");
  settings.require([&path]() -> std::optional<std::string> {
    if (path.empty())
      return "--auth is to be given: the file that the services read, e.g. --auth /etc/taskstream/auth.json";
    return std::nullopt;
  });
}

}  // namespace taskstream::http::token

int main(int argc, char** argv) {
  return taskstream::http::token::main({argv + 1, argv + argc});
}
