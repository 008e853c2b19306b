#include "events/log/log_url.hpp"

#include <gtest/gtest.h>

namespace taskstream::tests {
namespace {

using namespace events;

TEST(LogUrl, NamesATopicBehindOneBrokerOrSeveral) {
  const auto one = parse_log_url("kafka://127.0.0.1:9092/taskstream");
  ASSERT_TRUE(one);
  EXPECT_EQ(std::get<KafkaUrl>(*one).bootstrap_servers, "127.0.0.1:9092");
  EXPECT_EQ(std::get<KafkaUrl>(*one).topic, "taskstream");
  const auto several = parse_log_url("kafka://a:1,b.example:65535,[::1]:9/T_1.x-y");
  ASSERT_TRUE(several);
  EXPECT_EQ(std::get<KafkaUrl>(*several).bootstrap_servers, "a:1,b.example:65535,[::1]:9");
}

TEST(LogUrl, NamesAFileByAnyPath) {
  for (const std::string path : {"data/taskstream.log", "/var/lib/x", "a b:c"}) {
    const auto url = parse_log_url("file:" + path);
    ASSERT_TRUE(url) << path;
    EXPECT_EQ(std::get<FileUrl>(*url).path, path);
  }
}

TEST(LogUrl, RefusesWhatIsNoneAndShowsWhatOneLooksLike) {
  for (const std::string text :
       {"", "file:", "data/taskstream.log", "http://a:1/t", "kafka:a:1/t", "kafka://", "kafka://a:1", "kafka://a:1/",
        "kafka://a/t", "kafka://:1/t", "kafka://a:/t", "kafka://a:0/t", "kafka://a:65536/t", "kafka://a:+1/t",
        "kafka://a:1,/t", "kafka://a:1/..", "kafka://a:1/t/u", "kafka://a:1/t?x"}) {
    const auto url = parse_log_url(text);
    ASSERT_FALSE(url) << text;
    EXPECT_NE(url.error().message.find("file:PATH"), std::string::npos) << url.error().message;
  }
  EXPECT_FALSE(parse_log_url("kafka://a:1/" + std::string(250, 't')));
}

}  // namespace
}  // namespace taskstream::tests
