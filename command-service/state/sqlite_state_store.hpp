#pragma once

#include "command-service/state/state_file.hpp"
#include "command-service/state/state_store.hpp"

namespace taskstream::command {

// The state in one SQLite file: a connection that writes, and alone checkpoints, and one that reads.
class SqliteStateStore final : public StateStore {
 public:
  // Throws StateRefused.
  SqliteStateStore(std::filesystem::path path, const events::LogIdentity& log, const std::string& format);

  events::Checkpoint checkpoint() override;
  std::optional<std::string> find(const events::StreamId& stream) override;
  std::optional<RememberedCommand> find_command(const events::StreamId& stream, std::string_view actor,
                                                std::string_view key) override;
  std::vector<Concern> concerns_after(const Concern& after, std::size_t at_most) override;
  void commit(const StateChange& change) override;
  void set_aside(const std::string& why) override { file_.set_aside("damaged", why); }

 private:
  void put_row(const StateRow& row);
  void put_commands(const std::vector<CommandRow>& commands);
  void forget_old(const CommandRow& newest);
  void put_checkpoint(const events::Checkpoint& checkpoint);

  StateFile file_;
  sqlite::Database& writer_;
  sqlite::Database reader_;
  SQLite::Statement find_;
  SQLite::Statement find_command_;
  SQLite::Statement concerns_after_;
  SQLite::Statement put_row_;
  SQLite::Statement put_command_;
  SQLite::Statement forget_old_;
  SQLite::Statement put_checkpoint_;
};

}  // namespace taskstream::command
