#include <gtest/gtest.h>

#include <ostream>

#include "tests/http/raw_client.hpp"
#include "tests/http/test_server.hpp"

// Request framing and smuggling over a real socket. Every case is followed by a second request in the same write: after
// a refusal nobody may answer it and the connection ends; after a good request both answers come, in order.
namespace taskstream::http {
namespace {

using Statuses = std::vector<unsigned>;

const std::string kNext = "GET /hello HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
const std::string kHost = "Host: localhost\r\n";
const std::string kJson = "Content-Type: application/json\r\n";
const std::string kPost = "POST /echo HTTP/1.1\r\n" + kHost + kJson;
const std::string kGet = "GET /hello HTTP/1.1\r\n" + kHost;

struct RawCase {
  std::string name;
  std::string bytes;
  Statuses statuses;  // of all answers, the second request's among them
};

void PrintTo(const RawCase& raw, std::ostream* out) {
  *out << raw.name;
}

RawCase refused(std::string name, std::string bytes, unsigned status) {
  return {.name = std::move(name), .bytes = std::move(bytes), .statuses = {status}};
}
RawCase served(std::string name, std::string bytes, unsigned status) {
  return {.name = std::move(name), .bytes = std::move(bytes), .statuses = {status, 200}};
}
std::string with_length(const std::string& value) {
  return kPost + "Content-Length: " + value + "\r\n\r\n{}";
}
std::string with_coding(const std::string& value) {
  return kPost + "Transfer-Encoding: " + value + "\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
}
std::string chunked(const std::string& body) {
  return kPost + "Transfer-Encoding: chunked\r\n\r\n" + body;
}

std::vector<RawCase> cases() {
  const std::string inner = "GET /hello HTTP/1.1\r\nHost: localhost\r\n\r\n";
  return {
      // Good requests: both are answered.
      served("PlainGet", kGet + "\r\n", 200),
      served("PostWithLength", with_length("2"), 201),
      served("PostWithLengthZero", kPost + "Content-Length: 0\r\n\r\n", 201),
      served("LeadingZerosOfALengthAreDigits", with_length("02"), 201),
      served("PostChunked", with_coding("chunked"), 201),
      served("ChunkedInCapitals", with_coding("CHUNKED"), 201),
      served("ChunksInPieces", chunked("1\r\n{\r\n1\r\n}\r\n0\r\n\r\n"), 201),
      served("ChunkExtensionIsPassedOver", chunked("2;a=b;c=\"d\"\r\n{}\r\n0;last\r\n\r\n"), 201),
      served("BodyThatLooksLikeARequest",
             kPost + "Content-Length: " + std::to_string(inner.size()) + "\r\n\r\n" + inner, 201),
      served("OneEmptyLineBefore", "\r\n" + kGet + "\r\n", 200),
      served("GetWithEmptyBody", kGet + "Content-Length: 0\r\n\r\n", 200),
      served("BlanksAroundValues", "GET /hello HTTP/1.1\r\nHost: \t localhost \t\r\n\r\n", 200),
      served("NotFoundKeepsTheConnection", "POST /nowhere HTTP/1.1\r\n" + kHost + "Content-Length: 2\r\n\r\n{}", 404),
      served("MethodNotAllowedKeepsTheConnection", "PUT /hello HTTP/1.1\r\n" + kHost + "Content-Length: 2\r\n\r\n{}",
             405),
      served("WrongMediaTypeKeepsTheConnection",
             "POST /echo HTTP/1.1\r\n" + kHost + "Content-Type: text/plain\r\nContent-Length: 2\r\n\r\n{}", 415),
      served("GetWithABody", kGet + "Content-Length: 2\r\n\r\n{}", 415),
      served("HandlerThatThrows", "GET /boom HTTP/1.1\r\n" + kHost + "\r\n", 500),
      served("Options", "OPTIONS /hello HTTP/1.1\r\n" + kHost + "\r\n", 204),
      served("BrokenEscapeInThePath", "GET /%zz HTTP/1.1\r\n" + kHost + "\r\n", 400),
      served("BrokenEscapeInTheQuery", "GET /hello?a=%zz HTTP/1.1\r\n" + kHost + "\r\n", 400),
      served("KeepAliveOnHttp10", "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", 200),
      {.name = "CloseIsHonoured", .bytes = kGet + "Connection: close\r\n\r\n", .statuses = {200}},
      {.name = "Http10CloseByDefault", .bytes = "GET /hello HTTP/1.0\r\n\r\n", .statuses = {200}},
      {.name = "ThreeInOneWrite",
       .bytes = kGet + "\r\n" + with_length("2") + kGet + "\r\n",
       .statuses = {200, 201, 200, 200}},

      // Two lengths.
      refused("LengthAndChunked", kPost + "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
      refused("ChunkedAndLength", kPost + "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n", 400),
      refused("ChunkedAndLengthZero", kPost + "Transfer-Encoding: chunked\r\nContent-Length: 0\r\n\r\n", 400),
      refused("TwoEqualLengths", kPost + "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}", 400),
      refused("TwoDifferentLengths", kPost + "Content-Length: 2\r\nContent-Length: 0\r\n\r\n{}", 400),
      refused("LengthAsAList", with_length("2, 2"), 400),
      refused("LengthWithPlus", with_length("+2"), 400),
      refused("LengthWithMinus", with_length("-2"), 400),
      refused("LengthInHexadecimal", with_length("0x2"), 400),
      refused("LengthEmpty", with_length(""), 400),
      refused("LengthWithABlankInside", with_length("2 2"), 400),
      refused("LengthBeyond64Bits", with_length("18446744073709551618"), 400),
      refused("LengthHuge", with_length("9223372036854775807"), 413),
      refused("LengthAboveTheLimit", with_length("65537"), 413),

      // Transfer codings.
      refused("XChunked", with_coding("xchunked"), 400),
      refused("ChunkedIdentity", with_coding("chunked, identity"), 400),
      refused("ChunkedTwiceInOneField", with_coding("chunked, chunked"), 400),
      refused("ChunkedTwiceInTwoFields",
              kPost + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),
      refused("ChunkedThenAnotherField", kPost + "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n",
              400),
      refused("GzipChunked", with_coding("gzip, chunked"), 501),
      refused("CodingEmpty", with_coding(""), 400),
      refused("CodingWithVerticalTab",
              with_coding("\x0b"
                          "chunked"),
              400),
      refused("CodingQuoted", with_coding("\"chunked\""), 400),
      refused("BlankBeforeTheColonOfTheCoding", kPost + "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n", 400),
      refused("CodingOnHttp10",
              "POST /echo HTTP/1.0\r\n" + kHost + kJson + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400),

      // Chunks.
      refused("Trailers", chunked("2\r\n{}\r\n0\r\nX-Late: 1\r\n\r\n"), 400),
      refused("TrailerThatWouldReplaceTheHost", chunked("0\r\nHost: evil\r\n\r\n"), 400),
      refused("ChunkSizeHuge", chunked("fffffffffffffff0\r\n{}\r\n"), 413),
      refused("ChunkSizeBeyond64Bits", chunked("10000000000000002\r\n{}\r\n0\r\n\r\n"), 400),
      refused("ChunkSizeNegative", chunked("-2\r\n{}\r\n0\r\n\r\n"), 400),
      refused("ChunkSizePrefixed", chunked("0x2\r\n{}\r\n0\r\n\r\n"), 400),
      refused("ChunkSizeEmpty", chunked("\r\n{}\r\n0\r\n\r\n"), 400),
      refused("ChunkSizeFollowedByABlank", chunked("2 \r\n{}\r\n0\r\n\r\n"), 400),
      refused("ChunkLongerThanItsSize", chunked("1\r\n{}\r\n0\r\n\r\n"), 400),
      refused("ChunkLineEndsWithLineFeedAlone", chunked("2\n{}\r\n0\r\n\r\n"), 400),
      refused("ChunkExtensionWithLineFeed", chunked("2;a\n{}\r\n0\r\n\r\n"), 400),
      refused("ChunkExtensionWithoutEnd", chunked("2;" + std::string(1000, 'a') + "\r\n{}\r\n0\r\n\r\n"), 400),
      refused("ChunksAboveTheLimit", chunked("10000\r\n" + std::string(65536, ' ') + "\r\n1\r\n \r\n0\r\n\r\n"), 413),

      // Lines and fields.
      refused("FoldedField", kGet + "X-A: 1\r\n and more\r\n\r\n", 400),
      refused("FoldedCoding", kPost + "Transfer-Encoding:\r\n chunked\r\n\r\n0\r\n\r\n", 400),
      refused("FirstFieldIsIndented", "GET /hello HTTP/1.1\r\n Host: localhost\r\n\r\n", 400),
      refused("LineFeedAlone", "GET /hello HTTP/1.1\nHost: localhost\n\n", 400),
      refused("LineFeedAloneInOneLine", kGet + "X-A: 1\n\r\n", 400),
      refused("CarriageReturnAlone", kGet + "X-A: 1\rX-B: 2\r\n\r\n", 400),
      refused("NulInAValue", kGet + std::string("X-A: a\0b\r\n\r\n", 12), 400),
      refused("NulInAName", kGet + std::string("X\0A: b\r\n\r\n", 10), 400),
      refused("ControlInAValue", kGet + "X-A: \x01\r\n\r\n", 400),
      refused("FieldWithoutColon", kGet + "X-A\r\n\r\n", 400),
      refused("FieldWithoutName", kGet + ": 1\r\n\r\n", 400),
      refused("BlankInAName", kGet + "X A: 1\r\n\r\n", 400),
      refused(
          "TooManyFields",
          kGet +
              [] {
                std::string fields;
                for (int i = 0; i < 100; ++i) fields += "X: 1\r\n";
                return fields;
              }() +
              "\r\n",
          431),
      refused("HeaderTooLarge", kGet + "X-A: " + std::string(9000, 'a') + "\r\n\r\n", 431),
      refused("HeaderWithoutEnd", kGet + "X-A: " + std::string(20'000, 'a'), 431),

      // Request lines and hosts.
      refused("NoHost", "GET /hello HTTP/1.1\r\n\r\n", 400),
      refused("TwoHosts", kGet + kHost + "\r\n", 400),
      refused("HostWithUser", "GET /hello HTTP/1.1\r\nHost: localhost@evil\r\n\r\n", 400),
      refused("AbsoluteForm", "GET http://localhost/hello HTTP/1.1\r\n" + kHost + "\r\n", 400),
      refused("AsteriskForm", "OPTIONS * HTTP/1.1\r\n" + kHost + "\r\n", 400),
      refused("Connect", "CONNECT localhost:80 HTTP/1.1\r\n" + kHost + "\r\n", 501),
      refused("Trace", "TRACE /hello HTTP/1.1\r\n" + kHost + "\r\n", 501),
      refused("UnknownMethod", "BREW /hello HTTP/1.1\r\n" + kHost + "\r\n", 501),
      refused("MethodInSmallLetters", "get /hello HTTP/1.1\r\n" + kHost + "\r\n", 501),
      refused("Http09", "GET /hello\r\n", 400),
      refused("Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400),
      refused("Http12", "GET /hello HTTP/1.2\r\n" + kHost + "\r\n", 400),
      refused("VersionInSmallLetters", "GET /hello http/1.1\r\n" + kHost + "\r\n", 400),
      refused("TwoBlanks", "GET  /hello HTTP/1.1\r\n" + kHost + "\r\n", 400),
      refused("BlankAfterTheVersion", "GET /hello HTTP/1.1 \r\n" + kHost + "\r\n", 400),
      refused("TargetBeyondAscii", "GET /caf\xc3\xa9 HTTP/1.1\r\n" + kHost + "\r\n", 400),
      refused("TargetWithFragment", "GET /hello#x HTTP/1.1\r\n" + kHost + "\r\n", 400),
      refused("TwoEmptyLinesBefore", "\r\n\r\n" + kGet + "\r\n", 400),
      refused("TlsHello", std::string("\x16\x03\x01\x00\xa5\x01\x00", 7), 400),

      // Expectations.
      refused("UnknownExpectation", kPost + "Expect: 200-maybe\r\nContent-Length: 2\r\n\r\n{}", 417),
      refused("TwoExpectations", kPost + "Expect: 100-continue\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}",
              417),
      served("ExpectationWithoutABody", kGet + "Expect: 100-continue\r\n\r\n", 200),
      served("ExpectationWithTheBodyAlreadyThere", kPost + "Expect: 100-continue\r\nContent-Length: 2\r\n\r\n{}", 201),
  };
}

class RawSocket : public ::testing::TestWithParam<RawCase> {
 protected:
  static void SetUpTestSuite() { server_ = new TestServer; }
  static void TearDownTestSuite() {
    delete server_;
    server_ = nullptr;
  }
  static inline TestServer* server_ = nullptr;
};

TEST_P(RawSocket, AnswersAsTheGuardOwes) {
  RawClient client(server_->server->port());
  client.send(GetParam().bytes + kNext);
  EXPECT_EQ(client.receive_all(), GetParam().statuses);
  EXPECT_TRUE(client.is_closed());
}

// However the bytes are cut, the answers are the same.
TEST_P(RawSocket, AnswersTheSameByteByByte) {
  RawClient client(server_->server->port());
  for (const char byte : GetParam().bytes + kNext) client.send({&byte, 1});
  // Between head and body the server may say 100, or find that the body has begun: that depends on who is quicker, and
  // both are right (RFC 9110 §10.1.1). A case that expects 100 has it looked at where the bytes come whole.
  std::vector<unsigned> statuses = client.receive_all();
  std::vector<unsigned> expected = GetParam().statuses;
  std::erase(statuses, 100U);
  std::erase(expected, 100U);
  EXPECT_EQ(statuses, expected);
  EXPECT_TRUE(client.is_closed());
}

INSTANTIATE_TEST_SUITE_P(Every, RawSocket, ::testing::ValuesIn(cases()),
                         [](const ::testing::TestParamInfo<RawCase>& info) { return info.param.name; });

}  // namespace
}  // namespace taskstream::http
