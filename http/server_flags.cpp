#include "http/server_flags.hpp"

#include <boost/asio/ip/address.hpp>

#include "http/cors.hpp"
#include "http/text.hpp"

namespace taskstream::http {
namespace {

constexpr std::int64_t kMaxBytes = std::int64_t{1} << 30;
constexpr std::int64_t kDayMs = 86'400'000;

std::string address_text(const ServerOptions& options) {
  const bool is_v6 = options.host.find(':') != std::string::npos;
  return (is_v6 ? '[' + options.host + ']' : options.host) + ':' + std::to_string(options.port);
}

bool is_loopback(const std::string& host) {
  boost::system::error_code error;
  return host == "localhost" || boost::asio::ip::make_address(host, error).is_loopback();
}

void declare_limits(Settings& settings, Limits& limits) {
  settings.number("max-header-bytes", limits.header_bytes, {0, kMaxBytes}, "Size of a request's header; 0 = no limit.");
  settings.number("max-header-fields", limits.header_fields, {0, 1'000'000},
                  "Fields in a request's header; 0 = no limit.");
  settings.number("max-body-bytes", limits.body_bytes, {0, kMaxBytes}, "Size of a request's body; 0 = no limit.");
  settings.number("max-connections", limits.connections, {0, 1'000'000},
                  "Connections at one time; more wait. 0 = no limit.");
  settings.number("request-deadline-ms", limits.request_deadline, {0, kDayMs},
                  "Milliseconds to send a request in, from its first byte; 0 = no limit.");
  settings.number("idle-time-ms", limits.idle_time, {0, kDayMs},
                  "Milliseconds that a connection may stay silent between requests; 0 = no limit.");
  settings.number("handshake-deadline-ms", limits.handshake_deadline, {0, kDayMs},
                  "Milliseconds to agree on TLS in; 0 = no limit.");
  settings.number("rate-limit", limits.request_rate, {0, 1'000'000},
                  "Requests a second of each principal, then 429; 0 = no limit.");
}

void declare_tls(Settings& settings, ServerFlags& flags) {
  settings.text("tls-cert", flags.tls.certificate,
                "File of the certificate chain in PEM, for https; read anew on SIGHUP and when it changes.",
                "/etc/taskstream/chain.pem");
  settings.text("tls-key", flags.tls.key, "File of the certificate's private key in PEM.", "/etc/taskstream/key.pem");
  settings.require([&flags]() -> std::optional<std::string> {
    if (flags.tls.certificate.empty() != flags.tls.key.empty()) return "--tls-cert and --tls-key need each other";
    if (!flags.tls.key.empty()) flags.options.tls = flags.tls;
    return std::nullopt;
  });
}

std::optional<std::string> check_origins(const std::vector<std::string>& origins) {
  for (const auto& origin : origins) {
    if (is_origin(origin)) continue;
    return "--cors-origin " + origin + " is no origin: give scheme, host and port alone, e.g. https://board.example";
  }
  return std::nullopt;
}

}  // namespace

std::optional<ListenAddress> read_listen_address(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  auto host = text.substr(0, colon);
  const auto digits = text.substr(colon + 1);
  const auto port = read_decimal(digits);
  if (!port || *port > 65'535 || (digits.size() > 1 && digits.front() == '0')) return std::nullopt;

  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(std::string(host), error);
  if (host != "localhost" && (error || address.is_v6() != bracketed)) return std::nullopt;
  return ListenAddress{.host = std::string(host), .port = static_cast<std::uint16_t>(*port)};
}

void declare_server_flags(Settings& settings, ServerFlags& flags) {
  settings.custom("listen", address_text(flags.options), "Address to listen on; port 0 = any free one.",
                  address_text(flags.options), [&flags](const std::string& value) -> std::optional<std::string> {
                    auto address = read_listen_address(value);
                    if (!address)
                      return "is not HOST:PORT with an IP address (IPv6 in brackets) and a port from 0 to 65535";
                    flags.options.host = std::move(address->host);
                    flags.options.port = address->port;
                    return std::nullopt;
                  });
  settings.text("auth", flags.auth_file,
                "File that says who may ask; see `taskstream-token --help`. Without it anybody.",
                "/etc/taskstream/auth.json");
  settings.toggle("insecure", flags.insecure, "Listen beyond loopback although nobody has to authenticate.");
  settings.list("allowed-host", flags.options.allowed_hosts, "Host name beside loopback's that is answered to.",
                "tasks.example");
  settings.list("cors-origin", flags.options.cors_origins, "Foreign origin whose pages may read and write.",
                "https://board.example");
  settings.require([&flags] { return check_origins(flags.options.cors_origins); });
  declare_tls(settings, flags);
  declare_limits(settings, flags.options.limits);
  settings.choice("log-format", flags.logging.format, {"text", "json"}, "What a line of the log looks like.");
  settings.choice("log-level", flags.logging.level, {"debug", "info", "warn", "error"}, "The least that is logged.");
  settings.require([&flags]() -> std::optional<std::string> {
    if (flags.insecure || !flags.auth_file.empty() || is_loopback(flags.options.host)) return std::nullopt;
    return "--listen " + address_text(flags.options) +
           " is open to other machines, where anybody could change everything: say who may ask with --auth FILE, "
           "listen "
           "on 127.0.0.1, or say --insecure";
  });
}

void declare_body_flags(Settings& settings, Limits& limits) {
  settings.number("max-batch-bytes", limits.batch_body_bytes, {0, kMaxBytes}, "Size of a batch's body; 0 = no limit.");
  settings.number("max-json-depth", limits.json_depth, {0, 10'000}, "Nesting of JSON in a body; 0 = no limit.");
}

void declare_stream_flags(Settings& settings, Limits& limits) {
  settings.number("part-deadline-ms", limits.part_deadline, {0, kDayMs},
                  "Milliseconds for a client to take a part of a stream; 0 = no limit.");
}

}  // namespace taskstream::http
