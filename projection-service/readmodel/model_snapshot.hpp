#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "events/log/genesis.hpp"
#include "events/log/position.hpp"
#include "events/sqlite/database.hpp"
#include "projection-service/readmodel/model_file.hpp"

namespace taskstream::projection {

// A read model as a reader sees it, a live one too: nothing is locked, and nothing is written.
class ModelSnapshot {
 public:
  // Throws ReadModelRefused: not there, no read model, another schema.
  explicit ModelSnapshot(const std::filesystem::path& path);

  // From here on everything is read as it is now, until the object goes. Meanwhile the journal of a live model grows.
  void hold();
  std::string meta(std::string_view name);
  events::PositionVector positions();
  sqlite::Database& database() { return database_; }

 private:
  sqlite::Database database_;
};

}  // namespace taskstream::projection
