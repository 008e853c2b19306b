#include "http/process_figures.hpp"

#include <poll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <vector>

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

// How many descriptors the process has had room for; it never shrinks.
std::size_t descriptor_slots() {
  std::ifstream file("/proc/self/status");
  std::string word;
  std::size_t slots = 0;
  while (file >> word) {
    if (word == "FDSize:" && file >> slots) return slots;
    file.ignore(std::numeric_limits<std::streamsize>::max(), '\n');
  }
  return 0;
}

// Listing /proc/self/fd costs microseconds a file, on a thread that answers requests; to be told by poll() which of the
// descriptors are none costs a tenth of that.
double open_files(rlim_t at_most) {
  std::vector<pollfd> descriptors(std::min<std::size_t>(descriptor_slots(), at_most));  // poll() takes no more
  for (std::size_t i = 0; i < descriptors.size(); ++i) descriptors[i].fd = static_cast<int>(i);
  if (poll(descriptors.data(), descriptors.size(), 0) < 0) return 0;
  return static_cast<double>(std::ranges::count_if(
      descriptors, [](const pollfd& descriptor) { return (descriptor.revents & POLLNVAL) == 0; }));
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
  page.gauge("process_open_fds", "File descriptors that are open.", open_files(files.rlim_cur));
  page.gauge("process_max_fds", "File descriptors that may be open.", static_cast<double>(files.rlim_cur));
  page.gauge("process_start_time_seconds", "When the process was started, since 1970 in UTC.",
             machine_started_seconds() + stat.started_ticks / ticks_per_second);
}

}  // namespace taskstream::http
