#include "http/process_figures.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <sstream>
#include <string>

namespace taskstream::http {
namespace {

// The fields of /proc/self/stat from the third on, as proc(5) numbers them; the second may hold blanks.
struct Stat {
  double cpu_ticks = 0;
  double threads = 0;
  double started_ticks = 0;  // since the machine's start
  double virtual_bytes = 0;
  double resident_pages = 0;
};

Stat read_stat() {
  std::ifstream file("/proc/self/stat");
  std::string line;
  std::getline(file, line);
  const auto name_end = line.rfind(')');
  if (name_end == std::string::npos) return {};
  std::istringstream fields(line.substr(name_end + 1));
  std::array<double, 25> of{};
  std::string state;
  fields >> state;
  for (std::size_t field = 4; field < of.size() && fields >> of[field]; ++field) {
  }
  return {.cpu_ticks = of[14] + of[15],
          .threads = of[20],
          .started_ticks = of[22],
          .virtual_bytes = of[23],
          .resident_pages = of[24]};
}

double machine_started_seconds() {
  std::ifstream file("/proc/stat");
  std::string word;
  double seconds = 0;
  while (file >> word) {
    if (word == "btime" && file >> seconds) return seconds;
    file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return 0;
}

// Counting them opens one more, which is closed again.
double open_files() {
  std::error_code error;
  std::filesystem::directory_iterator files("/proc/self/fd", error);
  if (error) return 0;
  return static_cast<double>(std::distance(begin(files), end(files))) - 1;
}

}  // namespace

void write_process_figures(MetricsPage& page) {
  const Stat stat = read_stat();
  const auto ticks_per_second = static_cast<double>(sysconf(_SC_CLK_TCK));
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  page.counter("process_cpu_seconds_total", "Processor time, of the user and the system.",
               stat.cpu_ticks / ticks_per_second);
  page.gauge("process_resident_memory_bytes", "Memory that is resident.",
             stat.resident_pages * static_cast<double>(sysconf(_SC_PAGESIZE)));
  page.gauge("process_virtual_memory_bytes", "Memory that is mapped.", stat.virtual_bytes);
  page.gauge("process_threads", "Threads.", stat.threads);
  page.gauge("process_open_fds", "File descriptors that are open.", open_files());
  page.gauge("process_max_fds", "File descriptors that may be open.", static_cast<double>(files.rlim_cur));
  page.gauge("process_start_time_seconds", "When the process was started, since 1970 in UTC.",
             machine_started_seconds() + stat.started_ticks / ticks_per_second);
}

}  // namespace taskstream::http
