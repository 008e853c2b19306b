#pragma once

#include "http/metrics_page.hpp"

namespace taskstream::http {

// What the operating system says of this process, under the names that Prometheus's own clients give it.
void write_process_figures(MetricsPage& page);

}  // namespace taskstream::http
