#include "events/fold/stream_fold.hpp"

#include <gtest/gtest.h>

#include "tests/support/examples.hpp"

namespace taskstream::events {
namespace {

using namespace examples;

// A stream that is read record by record, as from one partition.
class Reading {
 public:
  Applied meet(const Record& record) {
    const auto envelope = read_envelope(record, 0, 1);
    EXPECT_TRUE(envelope.has_value());
    return apply(stream_, *envelope, record);
  }
  Applied meet(const Event& event, std::int64_t version) { return meet(to_record(recorded(event, version))); }
  Applied meet_unknown_type(std::int64_t version) {
    Record record = to_record(recorded(TaskDeleted{}, version));
    std::ranges::find(record.headers, "ce_type", &Header::name)->value = "taskstream.task.starred.v1";
    return meet(record);
  }

  const Stream& stream() const { return stream_; }
  const TaskState& task() const { return std::get<TaskState>(stream_.state); }

 private:
  Stream stream_;
};

const TaskEdited kEdit{{.title = "y"}};

TEST(StreamFold, AcceptsTheNextVersionAndNoOther) {
  Reading reading;
  EXPECT_EQ(reading.meet(full_task(), 2).verdict, Verdict::Superseded);
  EXPECT_EQ(reading.meet(full_task(), 1).verdict, Verdict::Accepted);
  EXPECT_EQ(reading.meet(kEdit, 1).verdict, Verdict::Superseded);
  EXPECT_EQ(reading.meet(kEdit, 3).verdict, Verdict::Superseded);
  const TaskState before = reading.task();
  EXPECT_EQ(reading.meet(kEdit, StreamVersion::kMax).verdict, Verdict::Superseded);
  EXPECT_EQ(reading.task(), before);
  EXPECT_EQ(reading.meet(kEdit, 2).verdict, Verdict::Accepted);
  EXPECT_EQ(reading.task().title, "y");
  EXPECT_EQ(reading.stream().version, StreamVersion{2});
}

TEST(StreamFold, TakesTheSameRecordOnce) {
  Reading reading;
  reading.meet(full_task(), 1);
  EXPECT_EQ(reading.meet(kEdit, 2).verdict, Verdict::Accepted);
  EXPECT_EQ(reading.meet(kEdit, 2).verdict, Verdict::Superseded);
  EXPECT_EQ(reading.stream().version, StreamVersion{2});
}

TEST(StreamFold, HandsOutTheEventItFolded) {
  Reading reading;
  const Applied applied = reading.meet(full_task(), 1);
  ASSERT_TRUE(applied.event);
  EXPECT_EQ(applied.event->event, Event(full_task()));
  EXPECT_FALSE(applied.parked);
  EXPECT_EQ(reading.stream().last_time, kYesterday);
}

TEST(StreamFold, CountsAnEventThatItCannotFoldAndKeepsTheLastGoodState) {
  Reading reading;
  reading.meet(full_task(), 1);
  const TaskState before = reading.task();
  const Applied unknown = reading.meet_unknown_type(2);
  EXPECT_EQ(unknown.verdict, Verdict::Accepted);
  EXPECT_TRUE(unknown.parked);
  EXPECT_FALSE(unknown.event);
  EXPECT_NE(unknown.reason.find("taskstream.task.starred.v1"), std::string::npos);
  EXPECT_EQ(reading.stream().version, StreamVersion{2});
  EXPECT_EQ(reading.task(), before);
  ASSERT_TRUE(reading.stream().quarantine);
  EXPECT_EQ(reading.stream().quarantine->version, StreamVersion{2});
}

TEST(StreamFold, ParksEverythingAfterTheFirstEventThatItCannotFold) {
  Reading reading;
  reading.meet(full_task(), 1);
  reading.meet_unknown_type(2);
  const TaskState before = reading.task();
  const Quarantine first = *reading.stream().quarantine;
  const Applied later = reading.meet(kEdit, 3);
  EXPECT_EQ(later.verdict, Verdict::Accepted);
  EXPECT_TRUE(later.parked);
  EXPECT_EQ(reading.meet(kEdit, 3).verdict, Verdict::Superseded);
  EXPECT_EQ(reading.stream().version, StreamVersion{3});
  EXPECT_EQ(reading.task(), before);
  EXPECT_EQ(reading.stream().quarantine, first);
}

TEST(StreamFold, QuarantinesAStreamThatBeginsWithAChange) {
  Reading reading;
  const Applied applied = reading.meet(kEdit, 1);
  EXPECT_EQ(applied.verdict, Verdict::Accepted);
  EXPECT_TRUE(applied.parked);
  EXPECT_TRUE(std::holds_alternative<std::monostate>(reading.stream().state));
  EXPECT_EQ(reading.stream().version, StreamVersion{1});
}

TEST(StreamFold, KeepsTheLatestTimeOfAllVersions) {
  Reading reading;
  RecordedEvent created = recorded(full_task(), 1);
  created.context.time = kNow;
  reading.meet(to_record(created));
  reading.meet(kEdit, 2);
  EXPECT_EQ(reading.stream().last_time, kNow);
}

TEST(Acceptance, NamesItsVerdicts) {
  EXPECT_EQ(to_string(Verdict::Accepted), "accepted");
  EXPECT_EQ(to_string(Verdict::Superseded), "superseded");
  EXPECT_EQ(to_string(Verdict::Malformed), "malformed");
}

}  // namespace
}  // namespace taskstream::events
