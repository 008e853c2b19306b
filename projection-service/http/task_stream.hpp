#pragma once

#include <memory>
#include <string>

#include "http/auth/standing.hpp"
#include "http/body_stream.hpp"
#include "projection-service/http/reader.hpp"

namespace taskstream::projection {

// One open stream. It reads from the rows what lies between its place and the newest changes, then takes what is
// committed from the hub, and goes back to the rows where the hub has nothing to go on with.
class TaskStream {
 public:
  struct Options {
    TaskFilter filter;
    Sight sight;
    std::optional<ChangeToken> since;  // none = from now
    http::Standing standing;           // of who reads
  };

  TaskStream(Reader& reader, http::BodyStream& body, const boost::asio::any_io_executor& executor, Options options);

  // Until the client goes, the server ends, the client is too slow, or its token no longer gives what it gave.
  boost::asio::awaitable<void> run();

 private:
  using Clock = StreamLane::Clock;
  enum class Next { Rows, Hub, End };

  Next find_place();
  boost::asio::awaitable<Next> read_rows();
  boost::asio::awaitable<Next> follow_hub();
  boost::asio::awaitable<bool> send();
  boost::asio::awaitable<Next> resync();
  void add(const ChangedTask& changed);
  void add(const StreamedChange& change);
  void add_heartbeat_when_due();
  Clock::time_point next_look() const;
  std::string id() const;

  Reader& reader_;
  http::BodyStream& body_;
  std::shared_ptr<StreamLane> lane_;
  StreamLane::Sleeper sleeper_;
  Options options_;

  ChangeToken at_;              // everything up to here has been told
  ChangeHub::Place place_ = 0;  // in the hub, once it follows it
  Clock::time_point heartbeat_;
  std::string frames_;  // to be sent
};

}  // namespace taskstream::projection
