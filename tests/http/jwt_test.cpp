#include "http/auth/jwt.hpp"

#include <gtest/gtest.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <nlohmann/json.hpp>

#include "events/contract/base64.hpp"
#include "http/auth/credentials.hpp"
#include "tests/http/auth_files.hpp"

namespace taskstream::http {
namespace {

using Json = nlohmann::json;
using namespace std::chrono_literals;
using std::chrono::system_clock;

const std::string kSharedSecret = "a secret of more than thirty-two bytes";
const system_clock::time_point kNow{std::chrono::seconds(1'800'000'000)};

Json claims() {
  return {{"iss", "https://id.example"}, {"aud", "taskstream"},  {"sub", kMemberId},
          {"exp", 1'800'000'100},        {"nbf", 1'799'999'900}, {"scope", "tasks:write"}};
}
Json claims_with(const char* name, Json value) {
  auto all = claims();
  all[name] = std::move(value);
  return all;
}
Json claims_without(const char* name) {
  auto all = claims();
  all.erase(name);
  return all;
}

std::string hmac(std::string_view key, std::string_view text) {
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
       text.size(), bytes, &length);
  return {reinterpret_cast<const char*>(bytes), length};
}

// Signs whatever it is given, as an identity provider, or somebody who would like to be one, might.
std::string hs256(const std::string& header, const std::string& payload, std::string_view key = kSharedSecret) {
  const auto text = events::to_base64url(header) + '.' + events::to_base64url(payload);
  return text + '.' + events::to_base64url(hmac(key, text));
}
std::string hs256(const Json& payload) {
  return hs256(R"({"alg":"HS256","typ":"JWT"})", payload.dump());
}

JwtRules rules(JwtKey key = JwtKey(JwtAlgorithm::Hs256, kSharedSecret)) {
  return {.key = std::move(key), .issuer = "https://id.example", .audience = "taskstream"};
}

std::string complaint_of(const std::string& token, const JwtRules& by = rules(), system_clock::time_point now = kNow) {
  const auto grant = check_jwt(token, by, now);
  return grant ? std::string() : grant.error();
}

// A key pair of the test's own.
class KeyPair {
 public:
  explicit KeyPair(EVP_PKEY* key) : key_(key) {}
  ~KeyPair() { EVP_PKEY_free(key_); }
  KeyPair(const KeyPair&) = delete;

  std::string public_pem() const {
    BIO* out = BIO_new(BIO_s_mem());
    PEM_write_bio_PUBKEY(out, key_);
    char* text = nullptr;
    const auto length = static_cast<std::size_t>(BIO_get_mem_data(out, &text));
    std::string pem(text, length);
    BIO_free(out);
    return pem;
  }
  std::string sign(std::string_view text) const {
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    EVP_DigestSignInit(context, nullptr, EVP_sha256(), nullptr, key_);
    std::size_t length = 1'024;
    std::string signature(length, '\0');
    EVP_DigestSign(context, reinterpret_cast<unsigned char*>(signature.data()), &length,
                   reinterpret_cast<const unsigned char*>(text.data()), text.size());
    EVP_MD_CTX_free(context);
    signature.resize(length);
    return signature;
  }
  std::string token(const std::string& alg, const Json& payload) const {
    const auto text = events::to_base64url(Json{{"alg", alg}}.dump()) + '.' + events::to_base64url(payload.dump());
    const auto signature = sign(text);
    return text + '.' + events::to_base64url(alg == "ES256" ? raw_of(signature) : signature);
  }
  static std::string raw_of(const std::string& der) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
    std::string raw(64, '\0');
    BN_bn2binpad(ECDSA_SIG_get0_r(pair), reinterpret_cast<unsigned char*>(raw.data()), 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(pair), reinterpret_cast<unsigned char*>(raw.data()) + 32, 32);
    ECDSA_SIG_free(pair);
    return raw;
  }

 private:
  EVP_PKEY* key_;
};

TEST(Jwt, GivesWhatItsClaimsSay) {
  const auto grant = check_jwt(hs256(claims()), rules(), kNow);
  ASSERT_TRUE(grant) << grant.error();
  EXPECT_EQ(grant->principal.actor, kMemberId);
  EXPECT_EQ(grant->principal.role, Role::Member);
  EXPECT_EQ(grant->principal.scopes, scopes_of({&Scopes::tasks_write}));
  EXPECT_TRUE(grant->principal.is_authenticated);
  EXPECT_EQ(*grant->principal.expires_at, kNow + 100s);
  EXPECT_EQ(*grant->taken_until, kNow + 130s);
}

TEST(Jwt, TakesTheHighestRoleAndTheScopesThatItKnows) {
  const auto of = [](const Json& payload) { return check_jwt(hs256(payload), rules(), kNow)->principal; };
  EXPECT_EQ(of(claims_with("roles", {"member", "admin", "manager"})).role, Role::Admin);
  EXPECT_EQ(of(claims_with("roles", {"manager", "auditor"})).role, Role::Manager);
  EXPECT_EQ(of(claims_with("roles", {"auditor"})).role, Role::Member);
  EXPECT_EQ(of(claims_with("roles", Json::array())).role, Role::Member);
  EXPECT_EQ(of(claims_with("scope", "openid tasks:read  users:write")).scopes,
            scopes_of({&Scopes::tasks_read, &Scopes::users_write}));
  EXPECT_EQ(of(claims_with("scope", "")).scopes, Scopes{});
  EXPECT_EQ(of(claims_without("scope")).scopes, Scopes{});
  EXPECT_EQ(of(claims_with("aud", {"other", "taskstream"})).actor, kMemberId);
  EXPECT_EQ(of(claims_with("sub", "0198C5A2-0000-7000-8000-000000000001")).actor, kMemberId);
  auto manager = claims_with("roles", {"manager"});
  manager["sub"] = "Ada Lovelace";
  EXPECT_EQ(of(manager).actor, "Ada Lovelace");
}

TEST(Jwt, RefusesClaimsThatAreWrongOrMissing) {
  for (const auto* name : {"iss", "aud", "exp", "nbf", "sub"}) {
    EXPECT_NE(complaint_of(hs256(claims_without(name))), "") << name;
    EXPECT_NE(complaint_of(hs256(claims_with(name, nullptr))), "") << name;
    EXPECT_NE(complaint_of(hs256(claims_with(name, Json::object()))), "") << name;
    EXPECT_NE(complaint_of(hs256(claims_with(name, "x"))), "") << name;
  }
  EXPECT_NE(complaint_of(hs256(claims_with("iss", "https://id.example/"))), "");
  EXPECT_NE(complaint_of(hs256(claims_with("aud", Json::array()))), "");
  EXPECT_NE(complaint_of(hs256(claims_with("aud", {"taskstream", 7}))), "");
  EXPECT_NE(complaint_of(hs256(claims_with("exp", "1800000100"))), "");
  EXPECT_NE(complaint_of(hs256(claims_with("exp", -1))), "");
  EXPECT_NE(complaint_of(hs256(claims_with("scope", {"tasks:read"}))), "");
  EXPECT_NE(complaint_of(hs256(claims_with("roles", "admin"))), "");
  EXPECT_NE(complaint_of(hs256(claims_with("roles", {1}))), "");
  EXPECT_NE(complaint_of(hs256(claims_with("sub", "Ada"))), "");  // a member who is no user
  auto system = claims_with("roles", {"admin"});
  system["sub"] = "system:policy";
  EXPECT_NE(complaint_of(hs256(system)), "");
}

TEST(Jwt, HoldsWithinItsTimeAndTheLeeway) {
  const auto token = hs256(claims());
  const std::pair<std::chrono::seconds, bool> times[] = {
      {-131s, false}, {-130s, true}, {0s, true}, {129s, true}, {130s, false}};
  for (const auto& [after, holds] : times) {
    EXPECT_EQ(complaint_of(token, rules(), kNow + after).empty(), holds) << after.count();
  }
  EXPECT_EQ(complaint_of(hs256(claims_with("exp", 1'800'000'000.5)), rules(), kNow + 30s), "");
  EXPECT_EQ(complaint_of(hs256(claims_with("exp", 253'402'300'799))), "");  // the year 9999
  EXPECT_EQ(complaint_of(hs256(claims_with("exp", 1e300))), "");
}

TEST(Jwt, RefusesForgeries) {
  const auto payload = claims().dump();
  const auto good = hs256(claims());
  const auto last_dot = good.rfind('.');
  const auto unsigned_part = good.substr(0, last_dot);
  const KeyPair rsa(EVP_RSA_gen(2'048));

  const std::string tokens[] = {
      events::to_base64url(R"({"alg":"none"})") + '.' + events::to_base64url(payload) + '.',
      events::to_base64url(R"({"alg":"None"})") + '.' + events::to_base64url(payload) + '.',
      hs256(R"({"alg":"none"})", payload),
      hs256(R"({"typ":"JWT"})", payload),
      hs256(R"({"alg":"HS512"})", payload),
      hs256(R"({"alg":"hs256"})", payload),
      hs256(R"({"alg":["HS256"]})", payload),
      hs256(R"({"alg":"none","alg":"HS256"})", payload),
      hs256(R"({"alg":"HS256","crit":["exp"]})", payload),
      hs256(R"({"alg":"HS256","crit":["b64"],"b64":false})", payload),
      hs256("HS256", payload),
      hs256("[]", payload),
      hs256(R"({"alg":"HS256"})", payload, "another secret of more than thirty-two bytes"),
      hs256(R"({"alg":"HS256"})", payload, ""),
      hs256(R"({"alg":"HS256"})", R"({"sub":"a",)" + payload.substr(1)),
      hs256(R"({"alg":"HS256"})", payload + "x"),
      hs256(R"({"alg":"HS256"})", "[]"),
      hs256(R"({"alg":"HS256"})", ""),
      unsigned_part + '.',
      unsigned_part,
      unsigned_part + ".AAAA",
      good + "AA",
      good + '=',
      good + ".x",
      good.substr(0, good.size() - 1),
      '.' + good,
      "..",
      ".",
      "",
      events::to_base64url(R"({"alg":"HS256"})") + '.' + events::to_base64url(claims_with("sub", "x").dump()) +
          good.substr(last_dot),
      rsa.token("RS256", claims()),
  };
  for (const auto& token : tokens) EXPECT_NE(complaint_of(token), "") << token;
  EXPECT_EQ(complaint_of(good), "");
}

TEST(Jwt, IsNotVerifiedWithAPublicKeyAsASecret) {
  const KeyPair rsa(EVP_RSA_gen(2'048));
  const auto pem = rsa.public_pem();
  const auto by = rules(JwtKey(JwtAlgorithm::Rs256, pem));
  EXPECT_EQ(complaint_of(rsa.token("RS256", claims()), by), "");
  EXPECT_NE(complaint_of(hs256(R"({"alg":"HS256"})", claims().dump(), pem), by), "");
  EXPECT_NE(complaint_of(hs256(R"({"alg":"RS256"})", claims().dump(), pem), by), "");
  EXPECT_THROW(JwtKey(JwtAlgorithm::Hs256, pem), std::runtime_error);
}

TEST(Jwt, OfRs256IsOfItsKeyAlone) {
  const KeyPair key(EVP_RSA_gen(2'048));
  const KeyPair other(EVP_RSA_gen(2'048));
  const auto by = rules(JwtKey(JwtAlgorithm::Rs256, key.public_pem()));
  EXPECT_NE(complaint_of(other.token("RS256", claims()), by), "");
}

TEST(Jwt, OfEs256IsTwoNumbers) {
  const KeyPair key(EVP_EC_gen("P-256"));
  const KeyPair other(EVP_EC_gen("P-256"));
  const auto by = rules(JwtKey(JwtAlgorithm::Es256, key.public_pem()));
  EXPECT_EQ(complaint_of(key.token("ES256", claims()), by), "");
  EXPECT_NE(complaint_of(other.token("ES256", claims()), by), "");

  const auto text = events::to_base64url(R"({"alg":"ES256"})") + '.' + events::to_base64url(claims().dump());
  EXPECT_NE(complaint_of(text + '.' + events::to_base64url(key.sign(text)), by), "") << "in DER";
  EXPECT_NE(complaint_of(text + '.' + events::to_base64url(std::string(64, '\0')), by), "") << "CVE-2022-21449";
  EXPECT_NE(complaint_of(text + '.' + events::to_base64url(std::string(64, '\xff')), by), "");
  EXPECT_EQ(complaint_of(text + '.' + events::to_base64url(KeyPair::raw_of(key.sign(text))), by), "");
}

// RFC 7515, appendices A.1 to A.3: one payload, signed in three ways. Their claims lack what is required here, so what
// is told of them is that the signature fits.
TEST(Jwt, VerifiesTheExamplesOfTheRfc) {
  const auto payload =
      std::string("eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ");
  const auto secret =
      *events::from_base64url("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
  EXPECT_TRUE(JwtKey(JwtAlgorithm::Hs256, secret)
                  .verifies("eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + payload,
                            *events::from_base64url("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")));
  const std::string rsa = R"(-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAofgWCuLjybRlzo0tZWJj
NiuSfb4p4fAkd/wWJcyQoTbji9k0l8W26mPddxHmfHQp+Vaw+4qPCJrcS2mJPMEz
P1Pt0Bm4d4QlL+yRT+SFd2lZS+pCgNMsD1W/YpRPEwOWvG6b32690r2jZ47soMZo
9wGzjb/7OMg0LOL+bSf63kpaSHSXndS5z5rexMdbBYUsLA9e+KXBdQOS+UTo7WTB
EMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6/I5IhlJH7aGhyxX
FvUK+DWNmoudF8NAco9/h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXp
oQIDAQAB
-----END PUBLIC KEY-----
)";
  EXPECT_TRUE(JwtKey(JwtAlgorithm::Rs256, rsa)
                  .verifies("eyJhbGciOiJSUzI1NiJ9." + payload,
                            *events::from_base64url("cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7"
                                                    "AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4"
                                                    "BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K"
                                                    "0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqv"
                                                    "hJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrB"
                                                    "p0igcN_IoypGlUPQGe77Rw")));
  const std::string ec = R"(-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEf83OJ3D2xF1Bg8vub9tLe1gHMzV7
6e8Tus9uPHvRVEXH8UTNG72bfocs3+257rn0s2ldbqkLJK2KRiMohYjlrQ==
-----END PUBLIC KEY-----
)";
  EXPECT_TRUE(
      JwtKey(JwtAlgorithm::Es256, ec)
          .verifies("eyJhbGciOiJFUzI1NiJ9." + payload,
                    *events::from_base64url(
                        "DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q")));
}

TEST(Jwt, HasAKeyThatIsWorthSomething) {
  const KeyPair short_rsa(EVP_RSA_gen(1'024));
  const KeyPair other_curve(EVP_EC_gen("P-384"));
  const KeyPair ec(EVP_EC_gen("P-256"));
  EXPECT_THROW(JwtKey(JwtAlgorithm::Hs256, std::string(31, 'x')), std::runtime_error);
  EXPECT_THROW(JwtKey(JwtAlgorithm::Hs256, std::string(31, 'x') + "\n"), std::runtime_error);
  EXPECT_NO_THROW(JwtKey(JwtAlgorithm::Hs256, std::string(32, 'x') + "\n"));
  EXPECT_THROW(JwtKey(JwtAlgorithm::Rs256, short_rsa.public_pem()), std::runtime_error);
  EXPECT_THROW(JwtKey(JwtAlgorithm::Rs256, ec.public_pem()), std::runtime_error);
  EXPECT_THROW(JwtKey(JwtAlgorithm::Es256, other_curve.public_pem()), std::runtime_error);
  EXPECT_THROW(JwtKey(JwtAlgorithm::Es256, "no key"), std::runtime_error);
  EXPECT_THROW(JwtKey(JwtAlgorithm::Es256, ""), std::runtime_error);
}

TEST(Credentials, TellBothKindsOfTokensApart) {
  std::vector<TokenRecord> tokens{token_of("opaque", kMemberId, Role::Member, scopes_of({&Scopes::tasks_read}))};
  tokens.front().expires_at = std::chrono::floor<std::chrono::microseconds>(kNow + 1s);
  const Credentials with_jwt(tokens, rules());
  const Credentials without_jwt(tokens, std::nullopt);
  EXPECT_TRUE(with_jwt.check("opaque", kNow));
  EXPECT_FALSE(with_jwt.check("opaque", kNow + 1s));
  EXPECT_FALSE(with_jwt.check("opaque ", kNow));
  EXPECT_FALSE(with_jwt.check("", kNow));
  EXPECT_FALSE(with_jwt.check(events::to_hex(events::sha256("opaque")), kNow));
  EXPECT_TRUE(with_jwt.check(hs256(claims()), kNow));
  EXPECT_FALSE(without_jwt.check(hs256(claims()), kNow));
  EXPECT_TRUE(with_jwt.check(hs256(claims_with("x", std::string(4'000, 'x'))), kNow));
  EXPECT_FALSE(with_jwt.check(hs256(claims_with("x", std::string(6'200, 'x'))), kNow)) << "longer than 8 KiB";
}

}  // namespace
}  // namespace taskstream::http
