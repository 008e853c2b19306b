#include "http/request_guard.hpp"

#include <gtest/gtest.h>

namespace taskstream::http {
namespace {

constexpr HeadLimits kLimits;

unsigned status_of(const std::variant<RequestHead, Refusal>& outcome) {
  const auto* refusal = std::get_if<Refusal>(&outcome);
  return refusal == nullptr ? 0 : static_cast<unsigned>(refusal->status);
}

// The status of a refusal; 0 = read.
unsigned verdict(std::string_view head) {
  return status_of(read_head(head, kLimits));
}
unsigned verdict_on_fields(const std::string& fields) {
  return verdict("POST /v1/tasks HTTP/1.1\r\nHost: localhost\r\n" + fields + "\r\n");
}
unsigned verdict_on_line(const std::string& line) {
  return verdict(line + "\r\nHost: localhost\r\n\r\n");
}

TEST(RequestGuard, ReadsAPlainRequest) {
  const auto outcome = read_head(
      "PATCH /v1/tasks/7?a=b HTTP/1.1\r\nHost: localhost:8080\r\nX-Thing:  two words \t\r\nContent-Length: 12\r\n\r\n",
      kLimits);
  ASSERT_EQ(status_of(outcome), 0U);
  const auto& head = std::get<RequestHead>(outcome);
  EXPECT_EQ(head.verb, Verb::patch);
  EXPECT_EQ(head.target, "/v1/tasks/7?a=b");
  EXPECT_TRUE(head.keep_alive);
  EXPECT_EQ(head.content_length, 12U);
  EXPECT_FALSE(head.chunked);
  EXPECT_EQ(head.fields["x-thing"], "two words");
}

TEST(RequestGuard, KnowsTheEndOfTheConnection) {
  const auto keeps = [](std::string_view line, std::string_view fields) {
    return std::get<RequestHead>(
               read_head(std::string(line) + "\r\nHost: a\r\n" + std::string(fields) + "\r\n", kLimits))
        .keep_alive;
  };
  EXPECT_TRUE(keeps("GET / HTTP/1.1", ""));
  EXPECT_FALSE(keeps("GET / HTTP/1.1", "Connection: TE, Close\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.1", "Connection: keep-alive\r\nConnection: close\r\n"));
  EXPECT_FALSE(keeps("GET / HTTP/1.0", ""));
  EXPECT_TRUE(keeps("GET / HTTP/1.0", "Connection: Keep-Alive\r\n"));
}

TEST(RequestGuard, RefusesRequestLinesThatAreNone) {
  for (const auto* line :
       {"", " ", "GET", "GET /", "GET / ", "GET  / HTTP/1.1", "GET / HTTP/1.1 ", " GET / HTTP/1.1", "GET\t/ HTTP/1.1",
        "G(T / HTTP/1.1", "GET / http/1.1", "GET / HTTP/1.2", "GET / HTTP/2.0", "GET / HTTP/0.9", "GET / HTTP/1.10",
        "GET / HTTP/01.1", "GET / a HTTP/1.1", "PRI * HTTP/2.0"}) {
    EXPECT_EQ(verdict_on_line(line), 400U) << line;
  }
}

TEST(RequestGuard, TakesTargetsInOriginFormOnly) {
  for (const auto* target :
       {"*", "http://localhost/", "localhost:80", "?a=b", "/a#b", "/caf\xc3\xa9", "/a\x7f", "/a\x01"}) {
    EXPECT_EQ(verdict_on_line("GET " + std::string(target) + " HTTP/1.1"), 400U) << target;
  }
  EXPECT_EQ(verdict_on_line("GET /a;b=c/%C3%A9?x=[1]&y={} HTTP/1.1"), 0U);
}

TEST(RequestGuard, DoesNotImplementOtherMethods) {
  for (const auto* method : {"TRACE", "CONNECT", "PROPFIND", "get", "BREW"}) {
    EXPECT_EQ(verdict_on_line(std::string(method) + " / HTTP/1.1"), 501U) << method;
  }
  EXPECT_EQ(verdict("CONNECT example.org:443 HTTP/1.1\r\nHost: example.org\r\n\r\n"), 501U);
}

TEST(RequestGuard, AsksForExactlyOneHost) {
  EXPECT_EQ(verdict("GET / HTTP/1.1\r\n\r\n"), 400U);
  EXPECT_EQ(verdict("GET / HTTP/1.0\r\n\r\n"), 0U);
  EXPECT_EQ(verdict("GET / HTTP/1.0\r\nHost: a\r\nHost: a\r\n\r\n"), 400U);
  EXPECT_EQ(verdict_on_fields("Host: localhost\r\n"), 400U);
  for (const auto* host : {"a b", "user@a", "a/b", "a:b", "[::1", "a:80:80", "\"a\""}) {
    EXPECT_EQ(verdict("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n"), 400U) << host;
  }
}

TEST(RequestGuard, RefusesDoubtfulContentLengths) {
  for (const auto* value :
       {"", "+1", "-1", "0x1", "1, 1", "1,1", "1 1", "1.0", "one", "18446744073709551616", "1\t2", "'1'"}) {
    EXPECT_EQ(verdict_on_fields("Content-Length: " + std::string(value) + "\r\n"), 400U) << value;
  }
  EXPECT_EQ(verdict_on_fields("Content-Length: 1\r\nContent-Length: 1\r\n"), 400U);
  EXPECT_EQ(verdict_on_fields("Content-Length: 1\r\ncontent-length: 2\r\n"), 400U);
  EXPECT_EQ(verdict_on_fields("Content-Length: 0\r\n"), 0U);
}

TEST(RequestGuard, TakesOneChunkedAndNothingElseAsTransferEncoding) {
  EXPECT_EQ(verdict_on_fields("Transfer-Encoding: chunked\r\n"), 0U);
  EXPECT_EQ(verdict_on_fields("transfer-encoding:\tChunked \r\n"), 0U);
  for (const auto* value : {"", "xchunked", "chunkedx", "chunked, identity", "identity", "gzip", "chunked, chunked",
                            "chunked,", ", chunked", "\"chunked\"", "chunked;a=b", "chun ked",
                            "\x0b"
                            "chunked"}) {
    EXPECT_EQ(verdict_on_fields("Transfer-Encoding: " + std::string(value) + "\r\n"), 400U) << value;
  }
  EXPECT_EQ(verdict_on_fields("Transfer-Encoding: gzip, chunked\r\n"), 501U);
  EXPECT_EQ(verdict_on_fields("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n"), 400U);
  EXPECT_EQ(verdict_on_fields("Transfer-Encoding: chunked\r\nContent-Length: 5\r\n"), 400U);
  EXPECT_EQ(verdict_on_fields("Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"), 400U);
  EXPECT_EQ(verdict("POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n"), 400U);
}

TEST(RequestGuard, RefusesFieldsThatTwoReadersCouldReadDifferently) {
  for (const auto* fields : {"X-A: 1\r\n folded\r\n", "X-A: 1\r\n\tfolded\r\n", " X-A: 1\r\n", "X-A : 1\r\n",
                             "X-A\t: 1\r\n", "X-A\r\n", ": 1\r\n", "X(A): 1\r\n", "X-A: 1\n", "X-A: 1\r",
                             "X-A: a\rb\r\n", "X-A: a\nb\r\n", "X-A: \x01\r\n", "X-A: \x7f\r\n", "X\xc3\xa9: 1\r\n"}) {
    EXPECT_EQ(verdict_on_fields(fields), 400U) << fields;
  }
  EXPECT_EQ(verdict_on_fields(std::string("X-A: a\0b\r\n", 11)), 400U);
  EXPECT_EQ(verdict_on_fields(std::string("X\0A: a\r\n", 8)), 400U);
  EXPECT_EQ(verdict_on_fields("X-A: caf\xc3\xa9, a\tb\r\nX-Empty:\r\n"), 0U);
}

TEST(RequestGuard, TakesNoOtherExpectationThan100Continue) {
  EXPECT_EQ(verdict_on_fields("Expect: 100-Continue\r\n"), 0U);
  for (const auto* value : {"", "200-ok", "100-continue, 100-continue", "100-continue;q=1"}) {
    EXPECT_EQ(verdict_on_fields("Expect: " + std::string(value) + "\r\n"), 417U) << value;
  }
  EXPECT_EQ(verdict_on_fields("Expect: 100-continue\r\nExpect: 100-continue\r\n"), 417U);
}

TEST(RequestGuard, BoundsTheHeader) {
  std::string fields;
  for (int i = 0; i < 99; ++i) fields += "X: 1\r\n";
  EXPECT_EQ(verdict_on_fields(fields), 0U);
  EXPECT_EQ(verdict_on_fields(fields + "X: 1\r\n"), 431U);
  EXPECT_EQ(verdict_on_fields("X: " + std::string(8 * 1024, 'a') + "\r\n"), 431U);
  EXPECT_EQ(status_of(read_head("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(60'000, 'a') +
                                    "\r\nY: " + std::string(60'000, 'a') + "\r\n\r\n",
                                {.bytes = 0, .fields = 0})),
            0U);
  EXPECT_EQ(status_of(read_head("GET / HTTP/1.1\r\nHost: a\r\nX: " + std::string(70'000, 'a') + "\r\n\r\n",
                                {.bytes = 0, .fields = 0})),
            431U);
}

TEST(HeadScanner, FindsTheEndWhereverTheBytesAreCut) {
  const std::string head = "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string received = head + "GET /next";
  for (std::size_t cut = 0; cut < head.size(); ++cut) {
    HeadScanner scanner(kLimits);
    EXPECT_TRUE(
        std::holds_alternative<HeadScanner::Incomplete>(scanner.scan(std::string_view(received).substr(0, cut))))
        << cut;
    const auto progress = scanner.scan(received);
    ASSERT_TRUE(std::holds_alternative<std::size_t>(progress)) << cut;
    EXPECT_EQ(std::get<std::size_t>(progress), head.size()) << cut;
  }
}

TEST(HeadScanner, RefusesOtherProtocolsAtOnce) {
  for (const auto* bytes : {"GET /\r\n", "GET /\n", "\n", "\r\n\r\n", "GET / HTTP/1.1\r\nHost: a\n", "\x16\x03\x01",
                            "PRI * HTTP/2.0\r\n", " GET", "\x80"}) {
    EXPECT_TRUE(std::holds_alternative<Refusal>(HeadScanner(kLimits).scan(bytes))) << bytes;
  }
}

TEST(HeadScanner, RefusesAHeaderThatDoesNotEnd) {
  const auto progress = HeadScanner({.bytes = 64, .fields = 100}).scan("GET / HTTP/1.1\r\nX: " + std::string(64, 'a'));
  ASSERT_TRUE(std::holds_alternative<Refusal>(progress));
  EXPECT_EQ(std::get<Refusal>(progress).status, Status::request_header_fields_too_large);
}

TEST(Host, IsSplitFromItsPort) {
  EXPECT_EQ(host_without_port("localhost:8080"), "localhost");
  EXPECT_EQ(host_without_port("[::1]:80"), "[::1]");
  EXPECT_EQ(host_without_port("127.0.0.1"), "127.0.0.1");
  EXPECT_EQ(host_without_port("a:"), "a");
  EXPECT_EQ(host_without_port("[::1]x"), std::nullopt);
}

}  // namespace
}  // namespace taskstream::http
