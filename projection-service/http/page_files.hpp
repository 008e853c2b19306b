#pragma once

#include <string>
#include <vector>

#include "http/router.hpp"

namespace taskstream::projection {

// A file of the board as the service hands it out.
struct PageFile {
  std::string path;
  std::string media_type;
  std::string text;
};

// The routes of the board: its files, open to everybody, and `/config.json`, which tells it where commands go. The
// policy for its content lets it reach this service and the origin of `command_url`, and nothing else.
std::vector<http::Route> page_routes(const std::vector<PageFile>& files, const std::string& command_url);

}  // namespace taskstream::projection
