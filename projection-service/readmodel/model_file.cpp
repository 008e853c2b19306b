#include "projection-service/readmodel/model_file.hpp"

#include <string>
#include <system_error>

#include "events/log/consistency_token.hpp"
#include "events/sqlite/meta.hpp"
#include "projection-service/schema_sql.hpp"

namespace taskstream::projection {
namespace {

std::string start_over(const std::filesystem::path& path) {
  return "delete " + path.string() +
         " (with its -wal and -shm files) and start again: it is made anew from the log. Or give " +
         "another file with --read-model.";
}

}  // namespace

std::string damage_message(const std::filesystem::path& path, std::string_view cause) {
  return "The read model " + path.string() + " is damaged (" + std::string(cause) +
         "). Nothing is lost: " + start_over(path);
}

ModelFile::ModelFile(std::filesystem::path path) : path_(std::move(path)) {
  try {
    sole_use_ = sqlite::SoleUse::of(path_);
  } catch (const std::system_error& e) {
    throw ReadModelRefused("The read model " + path_.string() + " cannot be used (" + e.what() +
                           "): make its folder writable, or give another file with --read-model.");
  }
  if (!sole_use_) {
    throw ReadModelRefused("Another process uses the read model " + path_.string() +
                           ": stop it first, or give this one a file of its own with --read-model.");
  }
  try {
    writer_ = std::make_unique<sqlite::Database>(path_, sqlite::Database::Mode::ReadWrite);
    if (!has_tables()) return;
    check_schema();
    if (const auto damage = writer_->find_damage()) throw ReadModelRefused(damage_message(path_, *damage));
  } catch (const SQLite::Exception& e) {
    if (sqlite::means_damage(e)) throw ReadModelRefused(damage_message(path_, e.what()));
    throw ReadModelRefused("The read model " + path_.string() + " cannot be opened (" + e.what() +
                           "): make it readable and writable, or give another file with --read-model.");
  }
}

bool ModelFile::has_tables() {
  return writer_->connection().execAndGet("SELECT count(*) FROM sqlite_master").getInt() > 0;
}

std::string ModelFile::meta(std::string_view name) {
  return sqlite::read_meta(*writer_, name);
}

void ModelFile::check_schema() {
  if (!writer_->connection().tableExists("meta") || meta("schema").empty()) {
    throw ReadModelRefused(path_.string() +
                           " holds something else than a read model: give another file with --read-model.");
  }
  const int schema = std::stoi(meta("schema"));
  if (schema > kSchemaNumber) {
    throw ReadModelRefused("The read model " + path_.string() + " was made by a newer release (schema " +
                           std::to_string(schema) + ", this one knows " + std::to_string(kSchemaNumber) +
                           "): start that release, or " + start_over(path_));
  }
  if (schema < kSchemaNumber) {
    throw ReadModelRefused("The read model " + path_.string() + " was made by an older release (schema " +
                           std::to_string(schema) + ", this one needs " + std::to_string(kSchemaNumber) +
                           "): " + start_over(path_));
  }
}

void ModelFile::adopt(const events::LogIdentity& log) {
  if (has_tables()) {
    if (meta("logId") == log.log_id.to_string() && meta("idNamespace") == log.id_namespace.to_string() &&
        meta("partitions") == std::to_string(log.partitions)) {
      return;
    }
    throw ReadModelRefused("The read model " + path_.string() + " was made from the log " + meta("logId") +
                           ", and --log names " + log.log_id.to_string() + ": correct --log, or " + start_over(path_));
  }
  // In one transaction: a process that dies here leaves a file without tables, which is a new one.
  SQLite::Transaction transaction(writer_->connection());
  writer_->execute(kSchemaSql);
  sqlite::write_meta(*writer_, "schema", std::to_string(kSchemaNumber));
  sqlite::write_meta(*writer_, "logId", log.log_id.to_string());
  sqlite::write_meta(*writer_, "idNamespace", log.id_namespace.to_string());
  sqlite::write_meta(*writer_, "partitions", std::to_string(log.partitions));
  SQLite::Statement snapshot = writer_->prepare("INSERT INTO snapshot (one, token) VALUES (1, ?)");
  snapshot.bind(1, events::encode_token(log.log_id, {}));
  snapshot.exec();
  transaction.commit();
}

}  // namespace taskstream::projection
