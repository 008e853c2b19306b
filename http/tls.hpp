#pragma once

#include <boost/asio/ssl/context.hpp>
#include <memory>
#include <mutex>

#include "http/server.hpp"

namespace taskstream::http {

// The certificate that connections are greeted with: TLS 1.2 and 1.3, ciphers with forward secrecy and authenticated
// encryption alone, no renegotiation, no compression, `http/1.1` where the client asks by ALPN. Thread-safe.
class TlsCertificate {
 public:
  // Throws std::runtime_error that names the file and says what is wrong with it.
  explicit TlsCertificate(TlsFiles files);

  const TlsFiles& files() const { return files_; }
  // What new connections use; those that there are keep what they have.
  std::shared_ptr<boost::asio::ssl::context> current() const;
  // Reads the files again. What is no good there is told in the log, and what was served goes on being served.
  void reload();

 private:
  const TlsFiles files_;
  mutable std::mutex mutex_;
  std::shared_ptr<boost::asio::ssl::context> current_;
};

}  // namespace taskstream::http
