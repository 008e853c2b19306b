#include <cstdlib>
#include <iostream>
#include <map>
#include <string>

#include "tests/bench/load.hpp"

// One figure a call, `name value` lines on standard output. tests/bench/run starts what is measured, calls this once for the
// project and once for the baseline beside it, and prints the ratios.
namespace {

using namespace taskstream::bench;
using Arguments = std::map<std::string, std::string>;

std::uint16_t port_of(const Arguments& arguments, const std::string& name) {
  return static_cast<std::uint16_t>(std::stoi(arguments.at(name)));
}

void print(const AppendFigures& figures) {
  std::cout << "per_second " << figures.per_second << "\np50_ms " << figures.p50_ms << "\n";
}

int run(const std::string& what, const Arguments& a) {
  const double seconds = std::stod(a.at("seconds"));
  if (what == "updates") {
    print(measure_updates(port_of(a, "command-port"), std::stoul(a.at("connections")), seconds));
  } else if (what == "kafka") {
    print(measure_kafka(a.at("servers"), a.at("topic"), std::stoul(a.at("bytes")), std::stoul(a.at("in-flight")), seconds));
  } else if (what == "sqlite") {
    print(measure_sqlite(a.at("path"), std::stoul(a.at("bytes")), std::stoul(a.at("writers")), seconds));
  } else if (what == "visible") {
    const LatencyFigures figures = measure_visible(port_of(a, "command-port"), port_of(a, "projection-port"),
                                                   std::stod(a.at("rate")), seconds);
    std::cout << "p50_ms " << figures.p50_ms << "\np99_ms " << figures.p99_ms << "\n";
  } else {
    std::cerr << "updates, kafka, sqlite or visible\n";
    return EXIT_FAILURE;
  }
  return EXIT_SUCCESS;
}

}  // namespace

int main(int argc, char** argv) {
  Arguments arguments;
  for (int i = 2; i + 1 < argc; i += 2) arguments[std::string(argv[i]).substr(2)] = argv[i + 1];
  try {
    return run(argc > 1 ? argv[1] : "", arguments);
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return EXIT_FAILURE;
  }
}
