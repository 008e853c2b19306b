#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>
#include <variant>

namespace taskstream::events {

// `kafka://host:port[,host:port…]/topic`
struct KafkaUrl {
  std::string bootstrap_servers;  // host:port[,host:port…]
  std::string topic;
};

// `file:PATH`
struct FileUrl {
  std::string path;
};

using LogUrl = std::variant<KafkaUrl, FileUrl>;

// Says what is wrong, and what a log URL looks like.
struct UrlError {
  std::string message;
};

boost::system::result<LogUrl, UrlError> parse_log_url(std::string_view text);

}  // namespace taskstream::events
