#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "tests/simulation/simulation.hpp"

namespace taskstream::simulation {
namespace {

constexpr const char* kUsage =
    "usage: simulation [--seeds N] [--from S] [--until-failed] [--trace] [--deposed-leaders-without-strict-barrier]\n";

struct Arguments {
  std::uint64_t seeds = 100;
  std::uint64_t from = 1;
  bool until_failed = false;
  Options options;
};

std::uint64_t number(const char* text) {
  std::uint64_t value = 0;
  const char* end = text + std::strlen(text);
  if (std::from_chars(text, end, value).ptr != end || text == end) {
    std::fprintf(stderr, "'%s' is no number\n%s", text, kUsage);
    std::exit(2);
  }
  return value;
}

Arguments read_arguments(int count, char** texts) {
  Arguments arguments;
  for (int i = 1; i < count; ++i) {
    const std::string name = texts[i];
    const bool has_value = i + 1 < count;
    if (name == "--seeds" && has_value) {
      arguments.seeds = number(texts[++i]);
    } else if (name == "--from" && has_value) {
      arguments.from = number(texts[++i]);
    } else if (name == "--until-failed") {
      arguments.until_failed = true;
    } else if (name == "--trace") {
      arguments.options.prints_trace = true;
    } else if (name == "--deposed-leaders-without-strict-barrier") {
      arguments.options.deposed_leaders_without_strict_barrier = true;
    } else {
      std::fprintf(stderr, "%s", kUsage);
      std::exit(name == "--help" ? 0 : 2);
    }
  }
  return arguments;
}

void print_failure(std::uint64_t seed, const Outcome& outcome) {
  std::printf("seed %llu failed:\n", static_cast<unsigned long long>(seed));
  constexpr std::size_t kAtMost = 5;
  for (std::size_t i = 0; i < outcome.violations.size() && i < kAtMost; ++i) {
    std::printf("  %s\n", outcome.violations[i].c_str());
  }
  if (outcome.violations.size() > kAtMost) std::printf("  and %zu more\n", outcome.violations.size() - kAtMost);
}

int run(const Arguments& arguments) {
  std::uint64_t done = 0, failed = 0, trace = 0, operations = 0;
  std::map<std::string, int> answers;
  for (; done < arguments.seeds && !(failed > 0 && arguments.until_failed); ++done) {
    const Outcome outcome = simulate(arguments.from + done, arguments.options);
    trace = (trace ^ outcome.trace) * 0x100000001b3;
    operations += outcome.operations;
    for (const auto& [answer, times] : outcome.answers) answers[answer] += times;
    if (outcome.violations.empty()) continue;
    ++failed;
    print_failure(arguments.from + done, outcome);
  }
  std::printf("%llu operations answered:", static_cast<unsigned long long>(operations));
  for (const auto& [answer, times] : answers) std::printf(" %s %d;", answer.c_str(), times);
  std::printf("\nseeds %llu, failed %llu, trace %016llx\n", static_cast<unsigned long long>(done),
              static_cast<unsigned long long>(failed), static_cast<unsigned long long>(trace));
  return failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace taskstream::simulation

int main(int count, char** texts) {
  return taskstream::simulation::run(taskstream::simulation::read_arguments(count, texts));
}
