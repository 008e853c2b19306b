#include <gtest/gtest.h>

#include <map>
#include <regex>
#include <set>

#include "tests/parse/every_problem.hpp"
#include "tests/support/source_file.hpp"

// What docs/errors.md shows is what is answered.
namespace taskstream::command {
namespace {

using Json = nlohmann::ordered_json;

// The examples of the page, by code.
std::map<std::string, Json> examples_of_the_page() {
  constexpr std::string_view kBegin = "```json\n";
  const std::string page = examples::read_source_file("docs/errors.md");
  std::map<std::string, Json> found;
  for (std::size_t at = page.find(kBegin); at != std::string::npos; at = page.find(kBegin, at)) {
    at += kBegin.size();
    Json example = Json::parse(page.substr(at, page.find("\n```", at) - at));
    const auto code = example["code"].get<std::string>();
    EXPECT_TRUE(found.emplace(code, std::move(example)).second) << code << " is shown twice";
  }
  return found;
}

std::set<std::string> codes_of_the_page() {
  static const std::regex kCode(R"(\n\| <a id="[a-z_]+"></a>`([A-Z_]+)`)");
  const std::string page = examples::read_source_file("docs/errors.md");
  std::set<std::string> codes;
  for (std::sregex_iterator match(page.begin(), page.end(), kCode), end; match != end; ++match)
    codes.insert((*match)[1]);
  return codes;
}

// The problem as it would be answered to the request of the example.
Json answered(const http::Problem& problem, const Json& example) {
  http::Request request;
  request.target = example.value("instance", "");
  request.request_id = example.value("requestId", "");
  return Json::parse(http::to_response(problem, request).body);
}

TEST(ThePageOfErrors, ShowsAnExampleOfEachCodeAndOfNoOther) {
  std::set<std::string> shown;
  for (const auto& [code, example] : examples_of_the_page()) shown.insert(code);
  EXPECT_EQ(shown, codes_of_the_page());
}

TEST(ThePageOfErrors, ShowsTheCommandServicesProblemsAsTheyAreAnswered) {
  const auto page = examples_of_the_page();
  for (const auto& [problem, status, code] : every_problem()) {
    // The page shows the projection's: it knows the seconds too, and has other reasons to be unavailable.
    if (code == "READ_MODEL_BEHIND" || code == "SERVICE_UNAVAILABLE") continue;
    const auto found = page.find(code);
    ASSERT_NE(found, page.end()) << code;
    EXPECT_EQ(found->second.dump(2), answered(problem, found->second).dump(2));
  }
}

TEST(ThePageOfErrors, ShowsNothingThatIsNoProblemDocument) {
  static const std::set<std::string> kFrame = {"type", "title", "status", "detail", "instance", "code", "requestId"};
  for (const auto& [code, example] : examples_of_the_page()) {
    http::Problem problem{.status = static_cast<http::Status>(example["status"].get<int>()),
                          .code = code,
                          .detail = example["detail"].get<std::string>()};
    for (const auto& [name, value] : example.items()) {
      if (!kFrame.contains(name)) problem.members[name] = value;
    }
    EXPECT_EQ(example.dump(2), answered(problem, example).dump(2));
  }
}

}  // namespace
}  // namespace taskstream::command
