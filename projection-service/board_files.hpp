#pragma once

#include <vector>

#include "projection-service/http/page_files.hpp"

namespace taskstream::projection {

// What lies in web/, built into the program.
std::vector<PageFile> board_files();

}  // namespace taskstream::projection
