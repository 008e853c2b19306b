#include <cstdlib>
#include <fstream>
#include <iostream>
#include <map>
#include <string>

#include "tests/bench/big_model.hpp"
#include "tests/bench/catch_up.hpp"
#include "tests/bench/contention.hpp"
#include "tests/bench/fan_out.hpp"
#include "tests/bench/load.hpp"
#include "tests/bench/naive_loop.hpp"

// One figure a call, `name value` lines on standard output. tests/bench/run starts what is measured, calls this once
// for the project and once for the baseline beside it, and prints the ratios.
namespace {

using namespace taskstream::bench;
using Arguments = std::map<std::string, std::string>;

std::uint16_t port_of(const Arguments& arguments, const std::string& name) {
  return static_cast<std::uint16_t>(std::stoi(arguments.at(name)));
}

void print(const AppendFigures& figures) {
  std::cout << "per_second " << figures.per_second << "\np50_ms " << figures.p50_ms << "\n";
}

void print(const ContentionFigures& figures) {
  std::cout << "successes_per_second " << figures.successes_per_second << "\nhot_per_second " << figures.hot_per_second
            << "\nconflicts_per_success " << figures.conflicts_per_success << "\np50_ms " << figures.p50_ms
            << "\np99_ms " << figures.p99_ms << "\n";
}

Writers writers_of(const Arguments& arguments) {
  return {.clients = std::stoul(arguments.at("clients")), .hot = std::stoul(arguments.at("hot"))};
}

std::vector<std::string> read_lines(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(line);
  return lines;
}

int run(const std::string& what, const Arguments& a) {
  const double seconds = a.contains("seconds") ? std::stod(a.at("seconds")) : 0;
  if (what == "updates") {
    print(measure_updates(port_of(a, "command-port"), std::stoul(a.at("connections")), seconds));
  } else if (what == "kafka") {
    print(measure_kafka(a.at("servers"), a.at("topic"), std::stoul(a.at("bytes")), std::stoul(a.at("in-flight")),
                        seconds));
  } else if (what == "sqlite") {
    print(measure_sqlite(a.at("path"), std::stoul(a.at("bytes")), std::stoul(a.at("writers")), seconds));
  } else if (what == "visible") {
    const LatencyFigures figures =
        measure_visible(port_of(a, "command-port"), port_of(a, "projection-port"), std::stod(a.at("rate")), seconds);
    std::cout << "p50_ms " << figures.p50_ms << "\np99_ms " << figures.p99_ms << "\n";
  } else if (what == "fan-out") {
    const FanOutFigures figures = measure_fan_out(port_of(a, "command-port"), port_of(a, "projection-port"),
                                                  std::stoul(a.at("clients")), std::stod(a.at("rate")), seconds);
    std::cout << "events_per_second " << figures.events_per_second << "\np50_ms " << figures.p50_ms << "\np99_ms "
              << figures.p99_ms << "\nmax_ms " << figures.max_ms << "\n";
  } else if (what == "page" || what == "task") {
    const std::vector<std::string> targets =
        what == "page" ? std::vector<std::string>{"/v1/tasks?limit=20"} : read_lines(a.at("targets"));
    print(measure_reads(port_of(a, "port"), targets, std::stoul(a.at("connections")), seconds));
  } else if (what == "make-tasks") {
    for (const std::string& location : make_tasks(port_of(a, "command-port"), std::stoul(a.at("count")),
                                                  std::stoul(a.at("edits")), std::stoul(a.at("connections")))) {
      std::cout << location << "\n";
    }
  } else if (what == "contention") {
    print(measure_contention({port_of(a, "command-port"), port_of(a, "other-command-port")}, writers_of(a), seconds));
  } else if (what == "postgres") {
    print(measure_postgres(a.at("connect"), writers_of(a), seconds));
  } else if (what == "naive-catch-up") {
    std::cout << "per_second " << measure_naive_catch_up(a.at("model"), a.at("into")) << "\n";
  } else if (what == "naive-loop") {
    std::cout << "per_second " << measure_naive_loop(a.at("log"), a.at("into")) << "\n";
  } else if (what == "make-model") {
    std::cout << "per_second " << make_model(a.at("path"), std::stoul(a.at("tasks"))) << "\n";
  } else if (what == "queries") {
    measure_queries(a.at("path"), std::stoul(a.at("tasks")), seconds);
  } else {
    std::cerr << "updates, visible, fan-out, task, page, make-tasks, make-model, queries, naive-catch-up, naive-loop, "
                 "contention, postgres, "
                 "kafka or sqlite\n";
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
