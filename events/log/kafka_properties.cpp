#include "events/log/kafka_properties.hpp"

#include <boost/algorithm/string/trim.hpp>
#include <fstream>

namespace taskstream::events {

boost::system::result<std::map<std::string, std::string>, PropertiesError> read_kafka_properties(
    const std::string& path) {
  std::ifstream file(path);
  if (!file) return PropertiesError{"the file " + path + " cannot be read"};
  std::map<std::string, std::string> properties;
  std::string line;
  for (int number = 1; std::getline(file, line); ++number) {
    boost::trim(line);
    if (line.empty() || line.front() == '#') continue;
    const std::size_t equals = line.find('=');
    const std::string name = boost::trim_copy(line.substr(0, equals));
    if (equals == std::string::npos || name.empty()) {
      return PropertiesError{path + ", line " + std::to_string(number) +
                             ": a property looks like security.protocol=SASL_SSL"};
    }
    if (!properties.emplace(name, boost::trim_copy(line.substr(equals + 1))).second) {
      return PropertiesError{path + ", line " + std::to_string(number) + ": " + name + " is there twice"};
    }
  }
  return properties;
}

}  // namespace taskstream::events
