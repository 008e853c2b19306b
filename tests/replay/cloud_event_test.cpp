#include "projection-service/replay/cloud_event.hpp"

#include <gtest/gtest.h>

#include <random>

namespace taskstream::replay {
namespace {

events::Record record_with(std::string value) {
  return {.key = "task/1",
          .headers = {{"content-type", "application/json"},
                      {"ce_specversion", "1.0"},
                      {"ce_id", "a"},
                      {"ce_subject", "task/1"},
                      {"ce_streamversion", "3"}},
          .value = std::move(value)};
}

TEST(CloudEvent, IsReadBackAsTheSameRecord) {
  for (const char* value :
       {R"({"title":"x"})", R"({ "n": 1.50e+3 , "n" : "\u00e4" })", "", "7", "not json", " {}", "{}\n", "\xff\xfe",
        "\"a\"", "[1,[2,{\"}\":\"]\"}]]", "null", "\xef\xbb\xbf{}", "\t{}", "1,\"x\":2", "{}}"}) {
    const events::Record record = record_with(value);
    const std::string line = to_cloud_event(record);
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
    const auto read = read_cloud_event(line);
    ASSERT_TRUE(read.has_value()) << line << ": " << read.error().reason;
    EXPECT_EQ(*read, record) << line;
  }
}

TEST(CloudEvent, KeepsTheLexemesOfItsData) {
  EXPECT_NE(to_cloud_event(record_with(R"({"n":1.50e+3})")).find(R"("data":{"n":1.50e+3})"), std::string::npos);
}

TEST(CloudEvent, OfAnyBytesIsReadBackAsTheSameRecord) {
  const unsigned seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto bytes = [&] {
    std::string text(random() % 8, '\0');
    for (char& c : text) c = random() % 2 == 0 ? static_cast<char>(random()) : "{}[]\",:\\ \n0a"[random() % 13];
    return text;
  };
  for (int i = 0; i < 5'000; ++i) {
    events::Record record{.key = "task/1", .headers = {}, .value = bytes()};
    for (auto count = random() % 4; count > 0; --count) {
      static constexpr const char* kNames[] = {
          "ce_subject", "content-type", "ce_data", "ce_partitionkey", "ce_x", "x", ""};
      record.headers.push_back({kNames[random() % std::size(kNames)], bytes()});
    }
    const auto read = read_cloud_event(to_cloud_event(record));
    ASSERT_TRUE(read.has_value()) << to_cloud_event(record) << read.error().reason;
    ASSERT_EQ(*read, record) << to_cloud_event(record);
  }
}

TEST(CloudEvent, IsNoOtherLine) {
  for (const char* line : {"", "x", "[]", "7", "{}", R"({"subject":7})", R"({"subject":"task/1","subject":"task/2"})",
                           R"({"subject":"task/1","Subject":"x"})", R"({"subject":"task/1","data_base64":"?"})",
                           R"({"subject":"task/1","recordheaders":"AAAA"})", R"({"subject":"task/1"} {})",
                           "\xef\xbb\xbf{\"subject\":\"task/1\"}"}) {
    EXPECT_FALSE(read_cloud_event(line).has_value()) << line;
  }
}

TEST(CloudEvent, MayHaveBeenWrittenAnew) {
  const auto read = read_cloud_event(" { \"data\" : { \"a\" : [1, 2] } , \"subject\" : \"task/1\" ,\"id\":\"a\" } ");
  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->value, R"({ "a" : [1, 2] })");
  EXPECT_EQ(read->headers, (std::vector<events::Header>{{"ce_subject", "task/1"}, {"ce_id", "a"}}));
}

}  // namespace
}  // namespace taskstream::replay
