#include "http/tls.hpp"

#include <openssl/ssl.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <stdexcept>
#include <string_view>

#include "http/auth/private_file.hpp"

namespace taskstream::http {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

namespace {

// Of TLS 1.2; those of 1.3 are all of this kind.
constexpr const char* kCiphers = "ECDHE+AESGCM:ECDHE+CHACHA20";

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* chosen_size, const unsigned char* offered,
                    unsigned int offered_size, void*) {
  static constexpr std::string_view kHttp11 = "http/1.1";
  for (std::string_view rest(reinterpret_cast<const char*>(offered), offered_size); !rest.empty();) {
    const auto size = static_cast<unsigned char>(rest.front());
    if (rest.substr(1, size) == kHttp11) {
      *chosen = reinterpret_cast<const unsigned char*>(rest.data() + 1);
      *chosen_size = size;
      return SSL_TLSEXT_ERR_OK;
    }
    rest.remove_prefix(std::min<std::size_t>(rest.size(), size + 1U));
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;  // RFC 7301 §3.2: rather than speak what the client does not
}

void check(const error_code& error, const std::string& what) {
  if (error) throw std::runtime_error(what + ": " + error.message());
}

std::shared_ptr<ssl::context> load(const TlsFiles& files) {
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  auto* native = context->native_handle();
  if (SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION) != 1 || SSL_CTX_set_cipher_list(native, kCiphers) != 1) {
    throw std::runtime_error("OpenSSL here has no TLS 1.2, or none of the ciphers that are taken");
  }
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                  SSL_OP_PRIORITIZE_CHACHA);
  // What sessions could be resumed by is the client's to keep; what a silent connection does not need is given back.
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_mode(native, SSL_MODE_RELEASE_BUFFERS);
  SSL_CTX_set_alpn_select_cb(native, choose_protocol, nullptr);

  error_code error;
  // Nobody is there to be asked for one: without this OpenSSL would ask on the terminal.
  context->set_password_callback([](std::size_t, ssl::context::password_purpose) { return std::string(); }, error);
  const auto chain = read_small_file(files.certificate, Readers::Any);
  const auto key = read_small_file(files.key, Readers::Any);
  context->use_certificate_chain(boost::asio::buffer(chain), error);
  check(error, "the certificate chain " + files.certificate + " cannot be used (PEM is expected)");
  context->use_private_key(boost::asio::buffer(key), ssl::context::pem, error);
  check(error, "the private key " + files.key + " cannot be used (PEM without a password, of the certificate's key)");
  if (SSL_CTX_check_private_key(native) != 1) {
    throw std::runtime_error("the private key " + files.key + " does not belong to the certificate " +
                             files.certificate);
  }
  return context;
}

}  // namespace

TlsCertificate::TlsCertificate(TlsFiles files) : files_(std::move(files)), current_(load(files_)) {}

std::shared_ptr<ssl::context> TlsCertificate::current() const {
  const std::lock_guard lock(mutex_);
  return current_;
}

void TlsCertificate::reload() {
  try {
    auto loaded = load(files_);
    const std::lock_guard lock(mutex_);
    current_ = std::move(loaded);
    spdlog::info("the TLS certificate was loaded anew from {}", files_.certificate);
  } catch (const std::exception& error) {
    spdlog::error("the TLS certificate is not loaded anew, the one before goes on being served: {}", error.what());
  }
}

}  // namespace taskstream::http
