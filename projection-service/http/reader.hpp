#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/system/result.hpp>
#include <optional>
#include <string>

#include "http/message.hpp"
#include "http/problem.hpp"
#include "http/router.hpp"
#include "projection-service/http/read_side.hpp"
#include "projection-service/readmodel/model_file.hpp"
#include "projection-service/readmodel/task_queries.hpp"
#include "projection-service/readmodel/word_cutter.hpp"

namespace taskstream::projection {

// One worker's way to the read model: everything that its handlers have in common. Belongs to the worker's thread.
class Reader {
 public:
  explicit Reader(ReadSide& side) : side_(side) {}

  // The read model is as fresh as the request asks, or as late as it bears.
  struct Fresh {
    bool late = false;  // `handling=lenient` took an older state
  };
  // Waits for the tokens sent with the request. The problem: not caught up yet, a token that cannot be read, too late.
  boost::asio::awaitable<boost::system::result<Fresh, http::Problem>> await_freshness(const http::Request& request);
  // … and for what a change token needs, which an older state cannot stand in for.
  boost::asio::awaitable<boost::system::result<Fresh, http::Problem>> await_freshness(const http::Request& request,
                                                                                      events::PositionVector needed);
  // A change token as a client sent it. The problem: not one of ours, of another log; or nothing to read it by yet.
  boost::system::result<events::ChangeToken, http::Problem> read_change_token(std::string_view text) const;

  // Runs a query on this worker's connection. The problem: it took too long.
  template <class Query>
  auto run(Query query) -> boost::system::result<decltype(query(std::declval<TaskQueries&>())), http::Problem> {
    try {
      return query(queries());
    } catch (const QueryTooLong&) {
      return too_long();
    } catch (const SQLite::Exception& e) {
      if (sqlite::means_damage(e)) side_.options().on_damaged(damage_message(*opened_, e.what()));
      throw;
    }
  }

  // Every answer says what it was read from, and how old that is.
  http::Response stamped(http::Response response, const std::string& token, const Fresh& fresh) const;
  // A problem speaks of what is committed now.
  http::Problem stamped(http::Problem problem) const;
  http::Problem stamped(http::Problem problem, const std::string& token) const;

  // Closes a connection to a file that is no longer served.
  void let_go_of_replaced();

  ReadSide& side() { return side_; }
  // Where this worker's streams wait for news.
  std::shared_ptr<StreamLane> lane(const boost::asio::any_io_executor& executor);
  WordCutter& words() { return words_; }
  // What is overdue, due to be reminded of or locked is so at this time.
  static events::Instant now();

 private:
  TaskQueries& queries();
  std::string age() const;
  std::optional<http::Problem> not_ready() const;
  http::Problem behind(const events::PositionVector& wanted) const;
  static http::Problem too_long();

  ReadSide& side_;
  std::shared_ptr<StreamLane> lane_;
  WordCutter words_;
  std::optional<TaskQueries> queries_;  // opened with the first request: before, there may be no file yet
  std::shared_ptr<const std::filesystem::path> opened_;  // what they read
};

}  // namespace taskstream::projection
