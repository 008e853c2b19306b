#include "events/log/log_url.hpp"

#include <algorithm>
#include <boost/algorithm/string/classification.hpp>
#include <boost/algorithm/string/split.hpp>
#include <charconv>
#include <vector>

namespace taskstream::events {
namespace {

constexpr std::string_view kKafkaScheme = "kafka://";
constexpr std::string_view kFileScheme = "file:";
constexpr std::string_view kShape =
    " A log is named as kafka://host:port[,host:port...]/topic, e.g. kafka://127.0.0.1:9092/taskstream, or as "
    "file:PATH, e.g. file:data/taskstream.log.";

UrlError error(std::string what) {
  return {std::move(what) + std::string(kShape)};
}

bool is_host_and_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) return false;
  const std::string_view digits = text.substr(colon + 1);
  unsigned port = 0;
  const auto [end, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  return failure == std::errc() && end == digits.data() + digits.size() && port >= 1 && port <= 65'535;
}

// Kafka's own rule for the names of topics (org.apache.kafka.common.internals.Topic).
bool is_topic_name(std::string_view name) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' || c == '_' ||
           c == '-';
  };
  return !name.empty() && name.size() <= 249 && name != "." && name != ".." && std::ranges::all_of(name, fits);
}

boost::system::result<LogUrl, UrlError> parse_kafka(std::string_view rest) {
  const std::size_t slash = rest.find('/');
  if (slash == std::string_view::npos) return error("The log URL names no topic.");
  const std::string servers(rest.substr(0, slash));
  const std::string_view topic = rest.substr(slash + 1);
  std::vector<std::string> each;
  boost::split(each, servers, boost::is_any_of(","));
  for (const std::string& server : each) {
    if (!is_host_and_port(server)) return error("'" + server + "' is not host:port.");
  }
  if (!is_topic_name(topic)) return error("'" + std::string(topic) + "' cannot be the name of a topic.");
  return LogUrl(KafkaUrl{.bootstrap_servers = servers, .topic = std::string(topic)});
}

}  // namespace

boost::system::result<LogUrl, UrlError> parse_log_url(std::string_view text) {
  if (text.starts_with(kKafkaScheme)) return parse_kafka(text.substr(kKafkaScheme.size()));
  if (text.starts_with(kFileScheme) && text.size() > kFileScheme.size()) {
    return LogUrl(FileUrl{.path = std::string(text.substr(kFileScheme.size()))});
  }
  return error("'" + std::string(text) + "' is no log URL.");
}

}  // namespace taskstream::events
