#include "projection-service/readmodel/model_file.hpp"

#include <string>
#include <system_error>

#include "events/log/consistency_token.hpp"
#include "events/sqlite/meta.hpp"
#include "projection-service/readmodel/schema_parts.hpp"

namespace taskstream::projection {
namespace {

std::string start_over(const std::filesystem::path& path) {
  return "delete " + path.string() +
         " (with its -wal and -shm files) and start again: it is made anew from the log. Or give " +
         "another file with --read-model.";
}

bool has_tables(sqlite::Database& database) {
  return database.connection().execAndGet("SELECT count(*) FROM sqlite_master").getInt() > 0;
}

void check_schema(sqlite::Database& database, const std::filesystem::path& path) {
  const std::string number =
      database.connection().tableExists("meta") ? sqlite::read_meta(database, "schema") : std::string();
  if (number.empty()) {
    throw ReadModelRefused(path.string() +
                           " holds something else than a read model: give another file with --read-model.");
  }
  const int schema = std::stoi(number);
  if (schema > kSchemaNumber) {
    throw ReadModelRefused("The read model " + path.string() + " was made by a newer release (schema " + number +
                           ", this one knows " + std::to_string(kSchemaNumber) + "): start that release, or " +
                           start_over(path));
  }
  if (schema < kSchemaNumber) {
    throw ReadModelOutdated("The read model " + path.string() + " was made by an older release (schema " + number +
                                ", this one needs " + std::to_string(kSchemaNumber) + "): " + start_over(path),
                            sqlite::read_meta(database, "logId"));
  }
}

// Looks into a file that another process holds, which may be of an older release.
void refuse_when_outdated(const std::filesystem::path& path) {
  try {
    sqlite::Database database(path, sqlite::Database::Mode::ReadOnly);
    if (has_tables(database)) check_schema(database, path);
  } catch (const SQLite::Exception&) {
    // It cannot be looked into; that it is held says enough.
  }
}

}  // namespace

std::string another_logs_message(const std::filesystem::path& path, std::string_view log_id,
                                 const events::LogId& given) {
  return "The read model " + path.string() + " was made from the log " + std::string(log_id) + ", and --log names " +
         given.to_string() + ": correct --log, or " + start_over(path);
}

std::string damage_message(const std::filesystem::path& path, std::string_view cause) {
  return "The read model " + path.string() + " is damaged (" + std::string(cause) +
         "). Nothing is lost: " + start_over(path);
}

std::filesystem::path without_link(const std::filesystem::path& path) {
  if (!std::filesystem::is_symlink(path)) return path;
  const std::filesystem::path target = std::filesystem::read_symlink(path);
  return target.is_absolute() ? target : path.parent_path() / target;
}

ModelFile::ModelFile(const std::filesystem::path& path) {
  hold(path);
  try {
    writer_ = std::make_unique<sqlite::Database>(path_, sqlite::Database::Mode::ReadWrite);
    if (!has_tables(*writer_)) return;
    check_schema(*writer_, path_);
    if (const auto damage = writer_->find_damage()) throw ReadModelRefused(damage_message(path_, *damage));
  } catch (const SQLite::Exception& e) {
    if (sqlite::means_damage(e)) throw ReadModelRefused(damage_message(path_, e.what()));
    throw ReadModelRefused("The read model " + path_.string() + " cannot be opened (" + e.what() +
                           "): make it readable and writable, or give another file with --read-model.");
  }
}

ModelFile::~ModelFile() = default;

// Until the link still leads to what is held: another process may have led it elsewhere meanwhile, and then removed
// what it led to before.
void ModelFile::hold(const std::filesystem::path& path) {
  do {
    path_ = without_link(path);
    try {
      sole_use_ = sqlite::SoleUse::of(path_);
    } catch (const std::system_error& e) {
      throw ReadModelRefused("The read model " + path_.string() + " cannot be used (" + e.what() +
                             "): make its folder writable, or give another file with --read-model.");
    }
    if (!sole_use_) {
      refuse_when_outdated(path_);
      throw ReadModelRefused("Another process uses the read model " + path_.string() +
                             ": stop it first, or give this one a file of its own with --read-model.");
    }
  } while (without_link(path) != path_);
}

void ModelFile::adopt(const events::LogIdentity& log) {
  if (has_tables(*writer_)) {
    const std::string log_id = sqlite::read_meta(*writer_, "logId");
    if (log_id == log.log_id.to_string() &&
        sqlite::read_meta(*writer_, "idNamespace") == log.id_namespace.to_string() &&
        sqlite::read_meta(*writer_, "partitions") == std::to_string(log.partitions)) {
      return;
    }
    throw ReadModelRefused(another_logs_message(path_, log_id, log.log_id));
  }
  // In one transaction: a process that dies here leaves a file without tables, which is a new one.
  SQLite::Transaction transaction(writer_->connection());
  writer_->execute(schema_parts().tables.c_str());
  writer_->execute(schema_parts().indexes.c_str());
  write_identity(log);
  sqlite::write_meta(*writer_, "schema", std::to_string(kSchemaNumber));
  transaction.commit();
}

void ModelFile::write_identity(const events::LogIdentity& log) {
  sqlite::write_meta(*writer_, "logId", log.log_id.to_string());
  sqlite::write_meta(*writer_, "idNamespace", log.id_namespace.to_string());
  sqlite::write_meta(*writer_, "partitions", std::to_string(log.partitions));
  SQLite::Statement snapshot = writer_->prepare("INSERT INTO snapshot (one, token) VALUES (1, ?)");
  snapshot.bind(1, events::encode_token(log.log_id, {}));
  snapshot.exec();
}

}  // namespace taskstream::projection
