#include "command-service/http/request_terms.hpp"

#include <gtest/gtest.h>

#include "command-service/http/command_hash.hpp"
#include "events/log/consistency_token.hpp"
#include "tests/support/request.hpp"

namespace taskstream::command {
namespace {

using namespace examples;
using http::Request;

const events::LogId kLogId = *events::LogId::parse("0197f2c4-0000-7000-8000-00000000000a");
const events::LogIdentity kLog{.log_id = kLogId, .partitions = 2};
const events::LogId kOtherLog = *events::LogId::parse("0197f2c4-0000-7000-8000-00000000000c");

Request with(const std::string& name, const std::string& value) {
  Request request = request_on_task(http::Verb::patch, "", R"({"title":"x"})");
  request.fields.insert(name, value);
  return request;
}

TEST(RequestTerms, TakeTheKeyTogetherWithTheHashOfTheRequest) {
  const Request request = with("Idempotency-Key", "key-1");
  const auto terms = read_terms(request, kLog);
  ASSERT_TRUE(terms.has_value());
  ASSERT_TRUE(terms->key);
  EXPECT_EQ(terms->key->id, "key-1");
  EXPECT_EQ(terms->key->hash, command_hash(request));
  EXPECT_FALSE(read_terms(request_on_task(http::Verb::patch), kLog)->key);
}

TEST(RequestTerms, RefuseAKeyThatIsEmptyTooLongOrNotPrintable) {
  EXPECT_TRUE(read_terms(with("Idempotency-Key", std::string(255, 'k')), kLog).has_value());
  for (const std::string& key : {std::string(), std::string(256, 'k'), std::string("k\xC3\xA9")}) {
    const auto terms = read_terms(with("Idempotency-Key", key), kLog);
    ASSERT_TRUE(terms.has_error()) << key;
    EXPECT_EQ(terms.error().code, "MALFORMED");
  }
}

TEST(RequestTerms, CoverEveryTokenThatWasSent) {
  const events::PositionVector one(std::vector<events::Offset>{5, 0});
  const events::PositionVector two(std::vector<events::Offset>{1, 9});
  Request request =
      with("Consistency-Token", events::encode_token(kLogId, one) + " , " + events::encode_token(kLogId, two));
  const auto terms = read_terms(request, kLog);
  ASSERT_TRUE(terms.has_value());
  EXPECT_EQ(terms->at_least, events::PositionVector(std::vector<events::Offset>{5, 9}));
  request.fields.insert("Prefer", "handling=lenient");
  EXPECT_EQ(read_terms(request, kLog)->at_least, events::PositionVector());
}

TEST(RequestTerms, RefuseATokenThatSaysNothingOfThisLog) {
  const std::string foreign = events::encode_token(kOtherLog, events::PositionVector({1}));
  for (const std::string& token : {std::string("x"), std::string(","), foreign, events::encode_token(kLogId, {}) + ",?",
                                   events::encode_token(kLogId, events::PositionVector({0, 0, 1}))}) {
    const auto terms = read_terms(with("Consistency-Token", token), kLog);
    ASSERT_TRUE(terms.has_error()) << token;
    EXPECT_EQ(terms.error().code, "TOKEN_UNKNOWN");
  }
}

TEST(RequestTerms, PassOnATraceThatIsWellFormedAndForgetAnyOther) {
  const std::string good = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  EXPECT_EQ(read_terms(with("traceparent", good), kLog)->traceparent, good);
  EXPECT_FALSE(read_terms(with("traceparent", "00-0AF7-1-01"), kLog)->traceparent);
}

TEST(RequestTerms, RefuseATagWithoutQuotes) {
  EXPECT_TRUE(read_terms(with("If-Match", "7"), kLog).has_error());
}

TEST(RequestTerms, LeaveTheConditionOfAReadToItsAnswer) {
  for (const auto verb : {http::Verb::get, http::Verb::head}) {
    http::Request read = request_on_task(verb);
    read.fields.set("If-None-Match", "\"7\"");
    EXPECT_TRUE(read_terms(read, kLog).has_value());
  }
  EXPECT_TRUE(read_terms(with("If-None-Match", "\"7\""), kLog).has_error());
}

Terms stating(http::Precondition precondition, bool with_key = false) {
  Terms terms{.precondition = std::move(precondition)};
  if (with_key) terms.key = RequestKey{.id = "key-1", .hash = "hash"};
  return terms;
}

using Kind = Expectation::Kind;

TEST(Expectations, FollowFromThePreconditionUnderEveryRule) {
  for (const auto rule : {PreconditionRule::Version, PreconditionRule::VersionOrKey, PreconditionRule::None}) {
    EXPECT_EQ(to_expectation(stating(http::AnyVersion(), true), rule, true).kind, Kind::Any);
    EXPECT_EQ(to_expectation(stating(http::MustNotExist(), true), rule, true).kind, Kind::Absent);
    const Expectation one_of = to_expectation(stating(http::OneOfVersions{{3, 7}}), rule, true);
    EXPECT_EQ(one_of.kind, Kind::OneOf);
    EXPECT_EQ(one_of.versions, (std::vector<events::StreamVersion>{{3}, {7}}));
  }
}

TEST(Expectations, AreRequiredOfAChangeOfAVersionUnlessTheOperatorSaysOtherwise) {
  EXPECT_EQ(to_expectation(stating({}), PreconditionRule::Version, true).kind, Kind::Required);
  EXPECT_EQ(to_expectation(stating({}, true), PreconditionRule::Version, true).kind, Kind::Required);
  EXPECT_EQ(to_expectation(stating({}), PreconditionRule::Version, false).kind, Kind::NotStated);
}

TEST(Expectations, OfARelativeChangeAreAVersionOrAKeyWhateverTheOperatorSays) {
  for (const bool require_precondition : {true, false}) {
    const auto kind_of = [&](http::Precondition precondition, bool with_key) {
      return to_expectation(stating(std::move(precondition), with_key), PreconditionRule::VersionOrKey,
                            require_precondition)
          .kind;
    };
    EXPECT_EQ(kind_of({}, false), Kind::Required);
    EXPECT_EQ(kind_of(http::AnyVersion(), false), Kind::Required) << "a retry would be made twice";
    EXPECT_EQ(kind_of({}, true), Kind::NotStated);
    EXPECT_EQ(kind_of(http::OneOfVersions{{3}}, false), Kind::OneOf);
  }
}

TEST(Expectations, AreNotAskedOfWhatStatesItsOwnCondition) {
  EXPECT_EQ(to_expectation(stating({}), PreconditionRule::None, true).kind, Kind::NotStated);
}

}  // namespace
}  // namespace taskstream::command
