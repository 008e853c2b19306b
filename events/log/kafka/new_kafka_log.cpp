#include "events/log/kafka/new_kafka_log.hpp"

#include "events/log/end_of_all.hpp"
#include "events/log/kafka/kafka_event_log.hpp"
#include "events/log/kafka/topic_check.hpp"
#include "events/log/kafka/unfinished_topic.hpp"
#include "events/log/take_back.hpp"

namespace taskstream::events {
namespace {

constexpr std::chrono::seconds kFinish{30};

class NewKafkaLog final : public NewLog {
 public:
  NewKafkaLog(KafkaUrl url, LogOptions options, Deadline deadline)
      : url_(std::move(url)), cluster_(cluster_of(url_, options)) {
    options.create = true;
    const Partition partitions = kafka::check_topic(cluster_, options, deadline);
    log_ = open_kafka_log_unchecked(url_, options, partitions);
    refuse_records(deadline);
    mark(deadline);
  }

  EventLog& log() override { return *log_; }

  void finish() override {
    log_.reset();
    kafka::mark_finished(cluster_, std::chrono::steady_clock::now() + kFinish);
  }

  std::vector<std::filesystem::path> drafts() const override { return {}; }
  std::string left_behind() const override {
    return "Topic '" + url_.topic +
           "' is left as it is, marked as unfinished, and every service refuses it. Remove it: " +
           kafka::deletion_of(cluster_);
  }

 private:
  // A service that had opened the topic before it was marked may have written since. Then the topic is that service's,
  // and must not keep a mark that says to delete it.
  void mark(Deadline deadline) {
    // The mark too: where it is not seen in time it may be there all the same.
    do_or_take_back(
        [&] {
          kafka::mark_unfinished(cluster_, deadline);
          refuse_records(deadline);
        },
        [&] { kafka::mark_finished(cluster_, std::chrono::steady_clock::now() + kFinish); },
        "The topic may keep its mark as unfinished all the same, and every service refuses it then. Do not delete it: "
        "take the mark away with " +
            kafka::unmarking_of(cluster_));
  }

  void refuse_records(Deadline deadline) {
    if (end_of_all(*log_, deadline) == PositionVector()) return;
    throw LogRefused("Topic '" + url_.topic +
                     "' has records already, and events are imported into an empty log alone. Name a topic that is not "
                     "there yet with --log.");
  }

  const KafkaUrl url_;
  const kafka::Cluster cluster_;
  std::unique_ptr<EventLog> log_;
};

}  // namespace

std::unique_ptr<NewLog> begin_kafka_log(const KafkaUrl& url, const LogOptions& options, Deadline deadline) {
  return std::make_unique<NewKafkaLog>(url, options, deadline);
}

}  // namespace taskstream::events
