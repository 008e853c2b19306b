#pragma once

#include <boost/system/result.hpp>
#include <map>
#include <string>

namespace taskstream::events {

struct PropertiesError {
  std::string message;
};

// Reads a file of librdkafka properties: `name=value` lines, blank lines, and comments behind `#`. Whether a property
// exists is the library's to say, when the log is opened.
boost::system::result<std::map<std::string, std::string>, PropertiesError> read_kafka_properties(
    const std::string& path);

}  // namespace taskstream::events
