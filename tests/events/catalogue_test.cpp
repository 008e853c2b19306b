#include <gtest/gtest.h>

#include <regex>
#include <set>

#include "tests/support/every_event.hpp"
#include "tests/support/source_file.hpp"

// What is published about events names exactly the events that the code knows.
namespace taskstream::events {
namespace {

std::set<std::string> types_of_the_code() {
  std::set<std::string> types;
  for (const Event& event : examples::one_event_of_each_type()) types.emplace(type_of(event));
  return types;
}

std::set<std::string> first_groups(const std::string& text, const char* pattern) {
  std::set<std::string> found;
  const std::regex regex(pattern);
  for (std::sregex_iterator match(text.begin(), text.end(), regex), end; match != end; ++match)
    found.insert((*match)[1]);
  return found;
}

TEST(AsyncApi, DescribesEveryEventAndNoOther) {
  const std::string text = examples::read_source_file("events/asyncapi.yaml");
  EXPECT_EQ(first_groups(text, R"(\n      name: (taskstream\.\S+))"), types_of_the_code());
  EXPECT_EQ(first_groups(text, R"(ce_type: \{ const: (taskstream\.\S+) \})"), types_of_the_code());
}

TEST(AsyncApi, OffersEveryMessageOnTheChannel) {
  const std::string text = examples::read_source_file("events/asyncapi.yaml");
  const auto described = first_groups(text, R"(\n    (\w+):\n      name: taskstream\.)");
  EXPECT_EQ(described.size(), types_of_the_code().size());
  EXPECT_EQ(first_groups(text, R"(\n      \w+: \{ \$ref: '#/components/messages/(\w+)' \})"), described);
}

TEST(Catalogue, ListsEveryEventAndNoOther) {
  const std::string text = examples::read_source_file("events/README.md");
  EXPECT_EQ(first_groups(text, R"(\n\| `(taskstream\.[^`]+)` \|)"), types_of_the_code());
}

}  // namespace
}  // namespace taskstream::events
