#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/config.hpp"
#include "http/logging.hpp"
#include "http/server.hpp"

namespace taskstream::http {

struct ListenAddress {
  std::string host;  // an IP address without brackets, or `localhost`
  std::uint16_t port = 0;
};

// `HOST:PORT`, `[IPV6]:PORT`; nullopt for anything else.
std::optional<ListenAddress> read_listen_address(std::string_view text);

// What every server of this project may be told.
struct ServerFlags {
  ServerOptions options;
  LoggingOptions logging;
  std::string auth_file;  // empty = nobody has to authenticate
  bool insecure = false;
  TlsFiles tls;  // as given; empty = plain HTTP
};

// Declares --listen, --allowed-host, --cors-origin, --tls-cert, --tls-key, --auth, --insecure, --log-format,
// --log-level and a flag for each limit that every server has. `flags` outlives `settings` and holds the defaults, here
// and below.
void declare_server_flags(Settings& settings, ServerFlags& flags);
// Of a server that takes JSON: --max-batch-bytes, --max-json-depth.
void declare_body_flags(Settings& settings, Limits& limits);
// Of a server that streams: --part-deadline-ms.
void declare_stream_flags(Settings& settings, Limits& limits);

}  // namespace taskstream::http
