#include "command-service/http/command_hash.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <boost/algorithm/hex.hpp>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <vector>

#include "http/json_body.hpp"

namespace taskstream::command {
namespace {

// SHA-256 (FIPS 180-4) over texts, each behind its length.
class Sha256 {
 public:
  using Digest = std::array<std::uint8_t, 32>;

  Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free) {
    check(EVP_DigestInit_ex(context_.get(), EVP_sha256(), nullptr));
  }

  Sha256& add(std::string_view text) {
    std::array<std::uint8_t, 8> length{};
    for (std::size_t i = 0; i < length.size(); ++i) {
      length[i] = static_cast<std::uint8_t>(text.size() >> (8 * (length.size() - 1 - i)));
    }
    check(EVP_DigestUpdate(context_.get(), length.data(), length.size()));
    check(EVP_DigestUpdate(context_.get(), text.data(), text.size()));
    return *this;
  }

  Digest finish() {
    Digest digest{};
    check(EVP_DigestFinal_ex(context_.get(), digest.data(), nullptr));
    return digest;
  }

 private:
  static void check(int ok) {
    if (ok != 1) throw std::runtime_error("OpenSSL cannot compute SHA-256");
  }

  std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context_;
};

// An id may be written in either case and means the same; everything else counts as it was sent.
std::string with_ids_in_lower_case(std::string_view target) {
  std::string text(target);
  const std::size_t path_end = std::min(text.find('?'), text.size());
  for (std::size_t begin = 0; begin < path_end;) {
    const std::size_t end = std::min(text.find('/', begin), path_end);
    if (const auto id = events::Uuid::parse(std::string_view(text).substr(begin, end - begin))) {
      text.replace(begin, end - begin, id->to_string());
    }
    begin = end + 1;
  }
  return text;
}

std::string_view method_of(const http::Request& request) {
  const auto name = boost::beast::http::to_string(request.verb);
  return {name.data(), name.size()};
}

}  // namespace

std::string command_hash(const http::Request& request) {
  const Sha256::Digest digest = Sha256()
                                    .add(request.actor)
                                    .add(method_of(request))
                                    .add(with_ids_in_lower_case(request.target))
                                    .add(http::canonical_json(request.body))
                                    .finish();
  std::string hex;
  boost::algorithm::hex_lower(digest.begin(), digest.end(), std::back_inserter(hex));
  return hex;
}

events::TaskId task_id_from_key(const events::Uuid& id_namespace, std::string_view actor, std::string_view key) {
  const events::Uuid::Bytes& bytes = id_namespace.bytes();
  const Sha256::Digest digest = Sha256()
                                    .add(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()))
                                    .add(actor)
                                    .add(key)
                                    .finish();
  events::Uuid::Bytes first{};
  std::copy_n(digest.begin(), first.size(), first.begin());
  return events::TaskId(events::make_uuid_v8(first));
}

}  // namespace taskstream::command
