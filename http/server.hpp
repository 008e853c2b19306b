#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/observer.hpp"
#include "http/router.hpp"

namespace taskstream::http {

// How much a client may ask of the server. 0 = no limit.
struct Limits {
  std::size_t header_bytes = 8 * 1024;
  std::size_t header_fields = 100;
  std::size_t body_bytes = 64 * 1024;
  std::size_t batch_body_bytes = 1024 * 1024;  // of POST /v1/batch
  std::size_t json_depth = 32;
  std::size_t connections = 12'000;
  std::chrono::milliseconds request_deadline{10'000};    // to send a request, from its first byte
  std::chrono::milliseconds idle_time{60'000};           // between requests on one connection
  std::chrono::milliseconds part_deadline{10'000};       // for a client to take a part of an answer that goes on
  std::chrono::milliseconds handshake_deadline{10'000};  // to agree on TLS
  std::uint32_t request_rate = 0;                        // requests a second of each principal
};

// Both in PEM, read anew on SIGHUP and when they change.
struct TlsFiles {
  std::string certificate;  // the server's own first, then those of the authorities between it and a root
  std::string key;
};

class Authenticator;

struct ServerOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;                  // 0 = any free one
  std::vector<std::string> allowed_hosts;  // host names beside loopback's that are answered to
  std::vector<std::string> cors_origins;   // foreign origins whose pages may read and write
  std::optional<TlsFiles> tls;             // plain HTTP without
  Limits limits;
  const Authenticator* authenticator = nullptr;  // who may ask; outlives the server. nullptr = everybody may do all
  Observer* observer = nullptr;                  // outlives the server
};

// A thread of execution for connections, with the routes that serve them: each worker's handlers may hold what belongs
// to its thread alone. The caller runs the contexts, each on one thread.
struct Worker {
  boost::asio::io_context& context;
  const Router& router;
};

// Accepts connections and spreads them over the workers. Everything that a handler throws is answered with a plain 500
// and logged with its cause.
class Server {
 public:
  // Binds at once; throws std::runtime_error with a message that says what to do (port taken, not an address, no
  // certificate).
  Server(ServerOptions options, std::vector<Worker> workers);
  ~Server();

  std::uint16_t port() const;
  // `http://HOST:PORT`, or `https://…`
  std::string url() const;

  void start();
  // Stops accepting, lets the requests under way finish until the deadline, then closes what is left. Blocks; call it
  // from a thread that runs none of the workers.
  void drain(std::chrono::milliseconds deadline);

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  // the connections' coroutines hold it too
};

}  // namespace taskstream::http
