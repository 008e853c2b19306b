#include <libpq-fe.h>

#include <array>
#include <memory>
#include <stdexcept>
#include <thread>

#include "tests/bench/contention.hpp"

namespace taskstream::bench {
namespace {

using Session = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Rows = std::unique_ptr<PGresult, decltype(&PQclear)>;

Rows checked(const Session& session, PGresult* result) {
  Rows rows(result, PQclear);
  const ExecStatusType status = PQresultStatus(result);
  if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) throw std::runtime_error(PQerrorMessage(session.get()));
  return rows;
}

Rows execute(const Session& session, const char* sql) {
  return checked(session, PQexec(session.get(), sql));
}

template <std::size_t N>
Rows execute_prepared(const Session& session, const char* name, const std::array<const char*, N>& values) {
  return checked(session, PQexecPrepared(session.get(), name, N, values.data(), nullptr, nullptr, 0));
}

Session connect(const std::string& connection_string) {
  Session session(PQconnectdb(connection_string.c_str()), PQfinish);
  if (PQstatus(session.get()) != CONNECTION_OK) throw std::runtime_error(PQerrorMessage(session.get()));
  return session;
}

void prepare(const Session& session) {
  checked(session, PQprepare(session.get(), "change",
                             "UPDATE tasks SET title = $3, version = version + 1 WHERE id = $1 AND version = $2 "
                             "RETURNING version",
                             3, nullptr));
  checked(session, PQprepare(session.get(), "look", "SELECT version FROM tasks WHERE id = $1", 1, nullptr));
}

// The rows of earlier runs are gone: each run begins alike.
void make_rows(const Session& session, std::size_t count) {
  execute(session,
          "SET client_min_messages = warning; DROP TABLE IF EXISTS tasks; CREATE TABLE tasks (id integer PRIMARY KEY, "
          "version bigint NOT NULL, title text NOT NULL)");
  const std::string last = std::to_string(count - 1);
  checked(
      session,
      PQexec(session.get(),
             ("INSERT INTO tasks SELECT id, 1, 'Write the guide' FROM generate_series(0, " + last + ") id").c_str()));
}

void keep_changing(const Session& session, std::size_t row, const ContentionRun& run, ContentionRun::Tally& tally) {
  const std::string id = std::to_string(row);
  std::string version = "1";
  for (std::uint64_t i = 1; run.goes_on(); ++i) {
    const std::string title = "Write the guide, take " + std::to_string(i);
    const auto sent = Clock::now();
    Rows rows = execute_prepared<3>(session, "change", {id.c_str(), version.c_str(), title.c_str()});
    if (PQntuples(rows.get()) == 1) {
      tally.note_success(sent);
    } else {
      rows = execute_prepared<1>(session, "look", {id.c_str()});
      tally.note_conflict(sent);
    }
    version = PQgetvalue(rows.get(), 0, 0);
  }
}

}  // namespace

ContentionFigures measure_postgres(const std::string& connection_string, Writers writers, double seconds) {
  std::vector<Session> sessions;
  for (std::size_t client = 0; client < writers.clients; ++client) {
    sessions.push_back(connect(connection_string));
    if (client == 0) make_rows(sessions.front(), writers.clients);
    prepare(sessions.back());
  }
  const ContentionRun run(seconds);
  std::vector<ContentionRun::Tally> tallies(writers.clients, ContentionRun::Tally(run));
  std::vector<std::exception_ptr> failures(writers.clients);
  {
    std::vector<std::jthread> threads;
    for (std::size_t client = 0; client < writers.clients; ++client) {
      threads.emplace_back([&, client] {
        try {
          // Row 0 is the hot one; a client of its own never has that number, where there are hot ones at all.
          keep_changing(sessions[client], client < writers.hot ? 0 : client, run, tallies[client]);
        } catch (...) {
          failures[client] = std::current_exception();
        }
      });
    }
  }
  for (const std::exception_ptr& failure : failures) rethrow(failure);
  return run.figures_of(tallies, writers.hot);
}

}  // namespace taskstream::bench
