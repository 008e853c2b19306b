#include "events/contract/envelope.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "tests/support/examples.hpp"

namespace taskstream::events {
namespace {

constexpr Partition kPartitions = 12;

Record good_record() {
  RecordedEvent event = examples::recorded(examples::full_task(), 1);
  event.context.command_id = "key-1";
  event.context.command_hash = std::string(64, 'a');
  event.context.correlation_id = "request-1";
  event.context.causation_id = "0197f2c4-5b1a-7000-8000-000000000002";
  event.context.traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  return to_record(event);
}

void remove(Record& record, std::string_view name) {
  std::erase_if(record.headers, [name](const Header& header) { return header.name == name; });
}
void add(Record& record, std::string name, std::string value) {
  record.headers.push_back({std::move(name), std::move(value)});
}
void replace(Record& record, const std::string& name, std::string value) {
  remove(record, name);
  add(record, name, std::move(value));
}

struct Defect {
  std::string name;
  std::function<void(Record&)> cause;
};

Defect without(const std::string& header) {
  return {"without " + header, [=](Record& r) { remove(r, header); }};
}
Defect with(const std::string& header, const std::string& value) {
  return {header + " = " + value, [=](Record& r) { replace(r, header, value); }};
}
Defect repeating(const std::string& header) {
  return {header + " twice", [=](Record& r) {
            const auto found = std::ranges::find(r.headers, header, &Header::name);
            const Header copy = *found;
            r.headers.push_back(copy);
          }};
}

boost::system::result<Envelope, Malformed> read(const Record& record) {
  const Partition partition = record.key ? partition_of(*record.key, kPartitions) : 0;
  return read_envelope(record, partition, kPartitions);
}

TEST(Envelope, OfAnEventIsReadBackAsItWasWritten) {
  const Record record = good_record();
  const auto envelope = read(record);
  ASSERT_TRUE(envelope.has_value());
  EXPECT_EQ(envelope->stream, StreamId::of(examples::kTask));
  EXPECT_EQ(envelope->id, examples::kEvent);
  EXPECT_EQ(envelope->type, "taskstream.task.created.v1");
  EXPECT_EQ(envelope->version, StreamVersion{1});

  const auto event = read_event(record, *envelope);
  ASSERT_TRUE(event.has_value());
  EXPECT_EQ(event->event, Event(examples::full_task()));
  EXPECT_EQ(event->context.actor, examples::kActor);
  EXPECT_EQ(event->context.time, examples::kYesterday);
  EXPECT_EQ(event->context.source, "/taskstream/command-service/one");
  EXPECT_EQ(event->context.command_id, "key-1");
  EXPECT_EQ(event->context.command_hash, std::string(64, 'a'));
  EXPECT_EQ(event->context.correlation_id, "request-1");
  EXPECT_EQ(event->context.causation_id, "0197f2c4-5b1a-7000-8000-000000000002");
  EXPECT_EQ(event->context.traceparent, "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
  EXPECT_EQ(to_record(*event), record);
}

TEST(Envelope, IsMalformedWithoutWhatTheVerdictDependsOn) {
  const std::vector<Defect> defects = {
      {"no key", [](Record& r) { r.key.reset(); }},
      {"no id in the key", [](Record& r) { r.key = "task/"; }},
      {"capitals in the key", [](Record& r) { r.key = "task/A"; }},
      {"bytes as key", [](Record& r) { r.key = "\xFF\xFE"; }},
      without("ce_id"),
      repeating("ce_id"),
      with("ce_id", ""),
      with("ce_id", "1"),
      with("ce_id", "0197f2c45b1a70008000000000000001"),
      with("ce_id", "0197f2c4-5b1a-7000-8000-00000000000g"),
      without("ce_type"),
      repeating("ce_type"),
      with("ce_type", ""),
      without("ce_streamversion"),
      repeating("ce_streamversion"),
      with("ce_streamversion", ""),
      with("ce_streamversion", "0"),
      with("ce_streamversion", "01"),
      with("ce_streamversion", "+1"),
      with("ce_streamversion", "-1"),
      with("ce_streamversion", "1 "),
      with("ce_streamversion", " 1"),
      with("ce_streamversion", "1.0"),
      with("ce_streamversion", "1e0"),
      with("ce_streamversion", "0x1"),
      with("ce_streamversion", "9007199254740992"),
      with("ce_streamversion", "99999999999999999999999999"),
      {"header names in capitals",
       [](Record& r) {
         remove(r, "ce_id");
         add(r, "CE_ID", examples::kEvent.to_string());
       }},
  };
  for (const Defect& defect : defects) {
    Record record = good_record();
    defect.cause(record);
    const auto envelope = read(record);
    ASSERT_TRUE(envelope.has_error()) << defect.name;
    EXPECT_FALSE(envelope.error().reason.empty()) << defect.name;
  }
}

TEST(Envelope, IsMalformedInAnotherPartitionThanTheKeys) {
  const Record record = good_record();
  const Partition right = partition_of(*record.key, kPartitions);
  for (Partition partition = 0; partition < kPartitions; ++partition) {
    EXPECT_EQ(read_envelope(record, partition, kPartitions).has_value(), partition == right);
  }
}

TEST(Envelope, TakesTheGreatestVersionAndIdsInCapitals) {
  Record record = good_record();
  replace(record, "ce_streamversion", "9007199254740991");
  replace(record, "ce_id", "0197F2C4-5B1A-7000-8000-000000000001");
  const auto envelope = read(record);
  ASSERT_TRUE(envelope.has_value());
  EXPECT_EQ(envelope->version.value, StreamVersion::kMax);
  EXPECT_EQ(envelope->id, examples::kEvent);
}

// Everything else that can be wrong leaves the verdict alone, or an old reader would count other versions than a new
// one.
TEST(Envelope, IsWellFormedButTheEventUnfoldableWithAnyOtherDefect) {
  std::vector<Defect> defects = {
      with("ce_specversion", "0.3"),
      with("content-type", "application/cloudevents+json"),
      with("content-type", "application/json; charset=utf-8"),
      with("ce_subject", "task/0197f2c4-5b1a-7c3e-9d2f-000000000000"),
      with("ce_source", ""),
      with("ce_actor", ""),
      with("ce_time", ""),
      with("ce_time", "yesterday"),
      with("ce_time", "2016-12-31T23:59:60Z"),
      with("ce_type", "taskstream.task.created.v2"),
      with("ce_type", "something.else"),
      with("ce_type", "taskstream.user.reactivated.v1"),
      {"a user's key",
       [](Record& r) {
         r.key = "user/" + examples::kAnn.to_string();
         replace(r, "ce_subject", *r.key);
       }},
      {"a kind that is unknown",
       [](Record& r) {
         r.key = "project/1";
         replace(r, "ce_subject", *r.key);
       }},
      {"no value", [](Record& r) { r.value.clear(); }},
      {"broken JSON", [](Record& r) { r.value = "{\"title\":"; }},
      {"a value that is large", [](Record& r) { r.value.assign(1'000'000, '['); }},
      {"bytes that are no UTF-8", [](Record& r) { r.value = "{\"title\":\"\xFF\"}"; }},
  };
  for (const std::string header :
       {"ce_specversion", "content-type", "ce_subject", "ce_source", "ce_actor", "ce_time"}) {
    defects.push_back(without(header));
    defects.push_back(repeating(header));
  }
  for (const std::string header :
       {"ce_commandid", "ce_commandhash", "ce_correlationid", "ce_causationid", "ce_traceparent"}) {
    defects.push_back(repeating(header));
  }
  for (const Defect& defect : defects) {
    Record record = good_record();
    defect.cause(record);
    const auto envelope = read(record);
    ASSERT_TRUE(envelope.has_value()) << defect.name;
    const auto event = read_event(record, *envelope);
    ASSERT_TRUE(event.has_error()) << defect.name;
    EXPECT_FALSE(event.error().reason.empty()) << defect.name;
  }
}

TEST(Envelope, DoesNotMindHeadersOfOthers) {
  Record record = good_record();
  add(record, "x-note", "\xFF");
  add(record, "x-note", "");
  const auto envelope = read(record);
  ASSERT_TRUE(envelope.has_value());
  EXPECT_TRUE(read_event(record, *envelope).has_value());
}

TEST(CommandKey, IsReadFromARecordWhoseEventCannotBe) {
  Record record = good_record();
  record.value = "?";
  const auto key = read_command_key(record);
  ASSERT_TRUE(key);
  EXPECT_EQ(key->actor, examples::kActor);
  EXPECT_EQ(key->command_id, "key-1");
  EXPECT_EQ(key->command_hash, std::string(64, 'a'));
}

TEST(CommandKey, IsNotThereWhenNoneWasSent) {
  Record record = good_record();
  remove(record, "ce_commandid");
  EXPECT_FALSE(read_command_key(record));
}

}  // namespace
}  // namespace taskstream::events
