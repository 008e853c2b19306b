#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "events/log/checkpoint.hpp"
#include "projection-service/readmodel/model_file.hpp"
#include "projection-service/readmodel/rows.hpp"

namespace taskstream::projection {

// Writes the read model: the only connection that does. Rows and the position vector that explains them go into one
// transaction, so a crash can neither skip an event nor apply it twice. Used by one thread at a time. Throws
// SQLite::Exception; the transaction must then be rolled back.
class Writer {
 public:
  // The file has been adopted. It outlives the writer.
  Writer(ModelFile& file, const events::LogId& log);

  events::Checkpoint load_checkpoint();
  std::optional<StoredStream> find_stream(const std::string& key);
  StreamNo next_stream_no();
  // Streams that stand in quarantine, and their parked records in the order of the log.
  std::vector<std::string> quarantined_streams();
  std::vector<ParkedRow> parked_of(StreamNo stream);

  void begin();
  void add_stream(StreamNo no, const std::string& key, const events::Stream& stream);
  void update_stream(StreamNo no, const events::Stream& stream);
  // `changed` = where the record lies that changed it last.
  void add_task(StreamNo no, const events::Stream& stream, events::Position changed);
  void update_task(StreamNo no, const events::Stream& stream, unsigned changed_columns, events::Position changed);
  void replace_tags(StreamNo no, const std::vector<std::string>& before, const std::vector<std::string>& after);
  // The user's row, whether there was one or not.
  void put_user(StreamNo no, const events::Stream& stream);
  // `before` is, to the letter, what was given as `after` the last time. None = under no word.
  void replace_words(Words of, StreamNo no, const std::optional<std::string>& before,
                     const std::optional<std::string>& after);
  void add_history(const HistoryRow& row);
  void lose_sight(const SightLostRow& row);
  // Of one task, as far as lose_sight() has kept them.
  std::vector<SightLostRow> sights_lost(StreamNo no);
  void park(const ParkedRow& row);
  void unpark(events::Position position);
  // The token of what is committed comes back.
  std::string commit(const events::Checkpoint& checkpoint);
  // Copies the write-ahead log into the file once it has so many pages; waits for the disk. Outside of a transaction.
  void checkpoint_when_over(int wal_pages);
  void rollback() noexcept;

 private:
  sqlite::Database& database_;
  events::LogId log_;
  events::Checkpoint saved_;

  SQLite::Statement begin_;
  SQLite::Statement commit_;
  SQLite::Statement rollback_;
  SQLite::Statement find_stream_;
  SQLite::Statement add_stream_;
  SQLite::Statement update_stream_;
  SQLite::Statement add_task_;
  SQLite::Statement add_tag_;
  SQLite::Statement remove_tag_;
  SQLite::Statement put_user_;
  std::array<SQLite::Statement, 2> add_words_;  // by what they are of
  std::array<SQLite::Statement, 2> remove_words_;
  SQLite::Statement add_history_;
  SQLite::Statement lose_sight_;
  SQLite::Statement sights_lost_;
  SQLite::Statement forget_lost_sights_;
  SQLite::Statement park_;
  SQLite::Statement save_position_;
  SQLite::Statement save_token_;
  std::array<std::optional<SQLite::Statement>, TaskColumns::kAll + 1> update_task_;  // by the set of changed columns
};

}  // namespace taskstream::projection
