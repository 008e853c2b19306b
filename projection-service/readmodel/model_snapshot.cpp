#include "projection-service/readmodel/model_snapshot.hpp"

#include "events/sqlite/meta.hpp"
#include "projection-service/readmodel/comparison.hpp"

namespace taskstream::projection {
namespace {

// A damaged file may name any number.
constexpr int kPartitionsAtMost = 100'000;

const std::filesystem::path& existing(const std::filesystem::path& path) {
  if (!std::filesystem::exists(path)) throw ReadModelRefused("The read model " + path.string() + " is not there.");
  return path;
}

}  // namespace

ModelSnapshot::ModelSnapshot(const std::filesystem::path& path) try
    : database_(existing(path), sqlite::Database::Mode::ReadOnly) {
  sort_on_disk(database_);
  if (!database_.connection().tableExists("meta") || meta("schema").empty()) {
    throw ReadModelRefused(path.string() + " is no read model.");
  }
  if (meta("schema") != std::to_string(kSchemaNumber)) {
    throw ReadModelRefused("The read model " + path.string() + " has schema " + meta("schema") + ", and this release " +
                           std::to_string(kSchemaNumber) + ": use the release that made it.");
  }
} catch (const SQLite::Exception& e) {
  throw ReadModelRefused("The read model " + path.string() + " cannot be read: " + e.what());
}

void ModelSnapshot::hold() {
  database_.execute("BEGIN");
  positions();  // the snapshot begins with the first read
}

std::string ModelSnapshot::meta(std::string_view name) {
  return sqlite::read_meta(database_, name);
}

events::PositionVector ModelSnapshot::positions() {
  events::PositionVector positions;
  SQLite::Statement select = database_.prepare("SELECT partition, next FROM positions");
  while (select.executeStep()) {
    const int partition = select.getColumn(0).getInt();
    if (partition >= 0 && partition < kPartitionsAtMost) positions.advance(partition, select.getColumn(1).getInt64());
  }
  return positions;
}

}  // namespace taskstream::projection
