#pragma once

#include <atomic>
#include <set>
#include <thread>
#include <vector>

#include "events/log/checkpoint.hpp"
#include "events/log/kafka/client.hpp"
#include "events/log/kafka/truncation_watch.hpp"

namespace taskstream::events::kafka {

// Reads every partition, as no member of any group, and delivers on a thread of its own. A follower that blocks stops
// the reading: librdkafka fetches no more than its queue is allowed to hold.
class Tail final : public Subscription {
 public:
  Tail(const Cluster& cluster, Partition partitions, const Checkpoint& from, Follower& follower,
       Reachability& reachability);
  ~Tail() override;
  Tail(const Tail&) = delete;
  Tail& operator=(const Tail&) = delete;

 private:
  // A file descriptor that librdkafka and the watch write to when there is something to see.
  class Bell {
   public:
    Bell();
    ~Bell();
    Bell(const Bell&) = delete;
    Bell& operator=(const Bell&) = delete;
    void ring() const;
    void wait() const;
    void be_rung_by(rd_kafka_queue_t* queue) const;

   private:
    int descriptor_;
  };

  void run();
  void start_what_stands_still();
  void drain();
  void deliver(const std::vector<Message>& messages);
  void take_error(const rd_kafka_message_t& message);

  const Partition partitions_;
  Follower& follower_;
  std::vector<PartitionCheckpoint> read_;  // the tail thread's own
  std::set<Partition> standing_still_;
  std::uint64_t cleared_ = 0;
  std::atomic<bool> closing_ = false;
  Bell bell_;
  TruncationWatch watch_;
  std::unique_ptr<Client> client_;
  Queue queue_;
  std::thread thread_;
};

}  // namespace taskstream::events::kafka
