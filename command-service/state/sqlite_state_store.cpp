#include "command-service/state/sqlite_state_store.hpp"

#include <algorithm>
#include <concepts>
#include <utility>

namespace taskstream::command {
namespace {

// A longer log costs reads time and disk; a shorter one copies the same pages more often.
constexpr int kCheckpointPages = 4'000;
constexpr int kReaderCacheKib = 8'000;

// Binds what is given in order, without copies: it must stay where it is until the statement has run.
class Binder {
 public:
  explicit Binder(SQLite::Statement& statement) : statement_(statement) {}

  Binder& operator()(std::int64_t value) { return statement_.bind(++index_, value), *this; }
  Binder& operator()(const std::string& text) { return statement_.bindNoCopy(++index_, text), *this; }
  Binder& operator()(const events::StreamId& stream) { return (*this)(stream.to_string()); }
  Binder& blob(std::string_view bytes) {
    return statement_.bindNoCopy(++index_, bytes.data(), static_cast<int>(bytes.size())), *this;
  }
  Binder& operator()(const events::Uuid& id) {
    return blob({reinterpret_cast<const char*>(id.bytes().data()), id.bytes().size()});
  }
  Binder& operator()(const std::optional<events::UserId>& user) {
    return user ? (*this)(user->uuid()) : (statement_.bind(++index_), *this);
  }

 private:
  SQLite::Statement& statement_;
  int index_ = 0;
};

// Tells what is damaged apart from what may pass.
template <std::invocable Use>
auto telling_damage(Use use) {
  try {
    return use();
  } catch (const SQLite::Exception& e) {
    if (sqlite::means_damage(e)) throw StateDamaged(std::string("the state file is damaged: ") + e.what());
    throw;
  }
}

// Leaves the statement ready for the next time, however this ends.
template <std::invocable Use>
auto with(SQLite::Statement& statement, Use use) {
  struct Reset {
    SQLite::Statement& of;
    ~Reset() { of.tryReset(); }
  } reset{statement};
  return telling_damage(use);
}

std::int64_t micros(events::Instant instant) {
  return instant.time_since_epoch().count();
}

std::string bytes_of(const SQLite::Column& column) {
  const auto* bytes = static_cast<const char*>(column.getBlob());  // null when there are none
  return bytes == nullptr ? std::string() : std::string(bytes, static_cast<std::size_t>(column.getBytes()));
}

events::Uuid uuid_of(const SQLite::Column& column) {
  const std::string bytes = bytes_of(column);
  events::Uuid::Bytes uuid{};
  if (bytes.size() != uuid.size()) throw StateDamaged("the state file is damaged: an id has not its length");
  std::ranges::copy(bytes, uuid.begin());
  return events::Uuid(uuid);
}

}  // namespace

SqliteStateStore::SqliteStateStore(std::filesystem::path path, const events::LogIdentity& log,
                                   const std::string& format)
    : file_(std::move(path), log, format),
      writer_(file_.writer()),
      reader_(file_.path(), sqlite::Database::Mode::ReadOnly, kReaderCacheKib),
      find_(reader_.prepare("SELECT entry FROM streams WHERE stream = ?")),
      find_command_(reader_.prepare("SELECT hash, event_id, version, log_time FROM commands "
                                    "WHERE stream = ? AND key = ? AND actor = ? ORDER BY version LIMIT 1")),
      concerns_after_(reader_.prepare("SELECT concerned, stream FROM streams WHERE concerned IS NOT NULL "
                                      "AND (concerned, stream) > (?, ?) ORDER BY concerned, stream LIMIT ?")),
      put_row_(writer_.prepare("INSERT INTO streams (stream, entry, concerned) VALUES (?, ?, ?) ON CONFLICT (stream) "
                               "DO UPDATE SET entry = excluded.entry, concerned = excluded.concerned")),
      put_command_(writer_.prepare("INSERT INTO commands (stream, key, actor, version, hash, event_id, log_time) "
                                   "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING")),
      forget_old_(writer_.prepare(
          "DELETE FROM commands WHERE stream = ?1 AND version > 1 AND log_time < ?2 AND version < "
          "(SELECT version FROM commands WHERE stream = ?1 AND version > 1 ORDER BY version DESC LIMIT 1 OFFSET ?3)")),
      put_checkpoint_(writer_.prepare(
          "INSERT OR REPLACE INTO checkpoint (partition, next, last_offset, last_id) VALUES (?, ?, ?, ?)")) {}

events::Checkpoint SqliteStateStore::checkpoint() {
  return telling_damage([&] {
    SQLite::Statement select =
        reader_.prepare("SELECT partition, next, last_offset, last_id FROM checkpoint ORDER BY partition");
    std::vector<events::PartitionCheckpoint> partitions;
    while (select.executeStep()) {
      partitions.resize(static_cast<std::size_t>(select.getColumn(0).getInt()));
      partitions.push_back({.next = select.getColumn(1).getInt64(),
                            .last_offset = select.getColumn(2).getInt64(),
                            .last_id = select.getColumn(3).getString()});
    }
    return events::Checkpoint(std::move(partitions));
  });
}

std::optional<std::string> SqliteStateStore::find(const events::StreamId& stream) {
  return with(find_, [&]() -> std::optional<std::string> {
    Binder{find_}(stream);
    return find_.executeStep() ? std::optional(bytes_of(find_.getColumn(0))) : std::nullopt;
  });
}

std::optional<RememberedCommand> SqliteStateStore::find_command(const events::StreamId& stream, std::string_view actor,
                                                                std::string_view key) {
  return with(find_command_, [&]() -> std::optional<RememberedCommand> {
    RememberedCommand command{.actor = std::string(actor), .key = std::string(key)};
    Binder{find_command_}(stream)(command.key)(command.actor);
    if (!find_command_.executeStep()) return std::nullopt;
    command.hash = find_command_.getColumn(0).getString();
    command.event_id = events::EventId(uuid_of(find_command_.getColumn(1)));
    command.version = {find_command_.getColumn(2).getInt64()};
    command.log_time = events::Instant(events::Instant::duration(find_command_.getColumn(3).getInt64()));
    return command;
  });
}

std::vector<Concern> SqliteStateStore::concerns_after(const Concern& after, std::size_t at_most) {
  return with(concerns_after_, [&] {
    Binder{concerns_after_}(after.user.uuid())(after.stream)(static_cast<std::int64_t>(at_most));
    std::vector<Concern> concerns;
    while (concerns_after_.executeStep()) {
      concerns.push_back({.user = events::UserId(uuid_of(concerns_after_.getColumn(0))),
                          .stream = concerns_after_.getColumn(1).getString()});
    }
    return concerns;
  });
}

void SqliteStateStore::commit(const StateChange& change) {
  telling_damage([&] {
    SQLite::Transaction transaction(writer_.connection(), SQLite::TransactionBehavior::IMMEDIATE);
    for (const StateRow& row : change.rows) put_row(row);
    put_commands(change.commands);
    // Together with the rows that it explains: a crash can neither skip a record nor apply it twice.
    put_checkpoint(change.checkpoint);
    transaction.commit();
  });
  if (writer_.wal_pages() >= kCheckpointPages) writer_.checkpoint();
}

void SqliteStateStore::put_row(const StateRow& row) {
  with(put_row_, [&] {
    Binder{put_row_}(row.stream).blob(row.entry)(row.concerned);
    put_row_.exec();
  });
}

void SqliteStateStore::put_commands(const std::vector<CommandRow>& commands) {
  for (const CommandRow& row : commands) {
    const RememberedCommand& command = row.command;
    with(put_command_, [&] {
      Binder{put_command_}(row.stream)(command.key)(command.actor)(command.version.value)(command.hash)(
          command.event_id.uuid())(micros(command.log_time));
      put_command_.exec();
    });
    const bool is_last_of_stream = &row == &commands.back() || (&row + 1)->stream != row.stream;
    if (is_last_of_stream) forget_old(row);
  }
}

// Without as many versions there cannot be too many commands: most streams are not looked at.
void SqliteStateStore::forget_old(const CommandRow& newest) {
  if (newest.command.version.value <= kCommandsRemembered + 1) return;
  with(forget_old_, [&] {
    Binder{forget_old_}(newest.stream)(micros(newest.command.log_time - kCommandsRememberedFor))(kCommandsRemembered -
                                                                                                 1);
    forget_old_.exec();
  });
}

void SqliteStateStore::put_checkpoint(const events::Checkpoint& checkpoint) {
  for (events::Partition p = 0; p < checkpoint.size(); ++p) {
    const events::PartitionCheckpoint at = checkpoint.at(p);
    with(put_checkpoint_, [&] {
      Binder{put_checkpoint_}(p)(at.next)(at.last_offset)(at.last_id);
      put_checkpoint_.exec();
    });
  }
}

}  // namespace taskstream::command
