#pragma once

#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>
#include <vector>

#include "events/log/kafka/client.hpp"
#include "events/log/kafka/ends_query.hpp"
#include "events/log/kafka/reachability.hpp"

namespace taskstream::events::kafka {

// Answers where partitions end, on a client and threads of its own: librdkafka's call blocks. Requests that come while
// a call is under way share the next one and never that one, which may have been answered before they came. Also
// settles doubts about whether the cluster can be reached. Thread-safe.
class EndOfLog {
 public:
  EndOfLog(const Cluster& cluster, Reachability& reachability);
  ~EndOfLog();
  EndOfLog(const EndOfLog&) = delete;
  EndOfLog& operator=(const EndOfLog&) = delete;

  void ask(std::vector<Partition> of, Deadline deadline, EventLog::EndDone done);

 private:
  struct Request {
    std::vector<Partition> of;
    Deadline deadline;
    EventLog::EndDone done;
    bool under_way = false;
  };

  void answer_requests();
  void expire_requests();
  void answer_together(std::unique_lock<std::mutex>& lock);
  void settle_doubt(std::unique_lock<std::mutex>& lock);

  Reachability& reachability_;
  std::unique_ptr<Client> client_;
  EndsQuery query_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool closing_ = false;
  int failed_probes_ = 0;
  std::string last_reason_ = "the Kafka cluster did not say in time where the log ends";
  std::list<Request> requests_;
  std::thread expirer_;
  std::thread asker_;
};

}  // namespace taskstream::events::kafka
