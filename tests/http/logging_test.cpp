#include "http/logging.hpp"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

namespace taskstream::http {
namespace {

// What the process says on standard error, behind the time.
std::string logged(const std::string& format, std::string_view message, std::string_view path) {
  testing::internal::CaptureStderr();
  start_logging({.format = format});
  log_with_fields(spdlog::level::warn, message, {{"path", path}});
  start_logging({});
  const auto text = testing::internal::GetCapturedStderr();
  return text.substr(text.find(format == "json" ? ',' : ' ') + 1);
}

TEST(Logging, LetsNothingThatWasBroughtAlongLookLikeAnEntryOfItsOwn) {
  EXPECT_EQ(logged("text", "cannot read `a\n2026-11-26T00:00:00Z info all is well`\x1b[2J\r", "/x"),
            "warning cannot read `a\n  2026-11-26T00:00:00Z info all is well`_[2J_ path=/x\n");
  EXPECT_EQ(logged("text", "no", "/a b\nc"), "warning no path=/a_b_c\n");
  EXPECT_EQ(logged("json", "one\ntwo", "/a\nb"), R"("level":"warning","message":"one\ntwo","path":"/a\nb"})"
                                                 "\n");
}

TEST(Logging, KeepsTheLinesOfAMessageApart) {
  EXPECT_EQ(logged("text", "Change it with\n  a command", ""), "warning Change it with\n    a command\n");
}

}  // namespace
}  // namespace taskstream::http
