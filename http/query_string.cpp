#include "http/query_string.hpp"

#include <algorithm>
#include <boost/url/pct_string_view.hpp>

#include "http/text.hpp"

namespace taskstream::http {
namespace {

boost::system::result<std::string, Problem> decoded(std::string_view encoded, bool plus_is_blank,
                                                    std::string_view what) {
  if (encoded.find_first_of(plus_is_blank ? "%+" : "%") == std::string_view::npos) return std::string(encoded);
  const auto checked = boost::urls::make_pct_string_view({encoded.data(), encoded.size()});
  if (!checked) {
    return malformed("The " + std::string(what) +
                     " holds a `%` that two hexadecimal digits do not follow: write a percent sign as `%25`.");
  }
  boost::urls::encoding_opts options;
  options.space_as_plus = plus_is_blank;
  std::string text = checked->decode(options);
  if (!is_utf8(text)) return malformed("The " + std::string(what) + " is not UTF-8 once it is percent-decoded.");
  return text;
}

}  // namespace

boost::system::result<std::string, Problem> read_path(std::string_view target) {
  auto path = decoded(target.substr(0, target.find('?')), false, "path");
  if (!path) return path;
  const auto encoded = target.substr(0, target.find('?'));
  for (auto at = encoded.find('%'); at != std::string_view::npos; at = encoded.find('%', at + 1)) {
    const auto escape = encoded.substr(at, 3);
    if (equals_ignoring_case(escape, "%2f") || escape == "%00") {
      return malformed("The path holds `" + std::string(escape) + "`, which no path here needs.");
    }
  }
  return path;
}

boost::system::result<std::vector<QueryParameter>, Problem> read_query(std::string_view target) {
  std::vector<QueryParameter> parameters;
  const auto mark = target.find('?');
  if (mark == std::string_view::npos) return parameters;
  for (auto rest = target.substr(mark + 1); !rest.empty();) {
    const auto pair = rest.substr(0, rest.find('&'));
    rest.remove_prefix(std::min(pair.size() + 1, rest.size()));
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    auto name = decoded(pair.substr(0, equals), true, "query");
    if (!name) return name.error();
    auto value =
        decoded(equals == std::string_view::npos ? std::string_view{} : pair.substr(equals + 1), true, "query");
    if (!value) return value.error();
    parameters.push_back({.name = std::move(*name), .value = std::move(*value)});
  }
  return parameters;
}

}  // namespace taskstream::http
