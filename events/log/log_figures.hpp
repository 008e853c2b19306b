#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "events/log/durations.hpp"

namespace taskstream::events {

// Something that a log knows of itself, named as the metric that shows it. Labels hold nothing that a client chose.
struct LogFigure {
  enum class Kind { Counter, Gauge, Durations };

  const char* name;
  const char* help;
  Kind kind = Kind::Gauge;
  std::vector<std::pair<std::string, std::string>> labels = {};
  double value = 0;          // of a counter or a gauge
  Durations durations = {};  // of durations
};
using LogFigures = std::vector<LogFigure>;

// For whatever page both services show their metrics on.
template <class Page>
void write(const LogFigures& figures, Page& page) {
  for (const LogFigure& figure : figures) {
    switch (figure.kind) {
      case LogFigure::Kind::Counter:
        page.counter(figure.name, figure.help, figure.value, figure.labels);
        break;
      case LogFigure::Kind::Gauge:
        page.gauge(figure.name, figure.help, figure.value, figure.labels);
        break;
      case LogFigure::Kind::Durations:
        page.durations(figure.name, figure.help, figure.durations, figure.labels);
        break;
    }
  }
}

}  // namespace taskstream::events
