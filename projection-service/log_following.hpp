#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>

#include "events/log/log_url.hpp"
#include "events/log/open_log.hpp"
#include "http/health.hpp"
#include "http/stop_signal.hpp"
#include "projection-service/http/read_side.hpp"
#include "projection-service/projection/projector.hpp"

namespace taskstream::projection {

// Keeps the read model following its log until the process is asked to end: waits for the log and its genesis, follows
// it, asks where it ends, and follows anew after the read model could not be written. Runs on the thread that calls
// run().
class LogFollowing : public ProjectorListener {
 public:
  LogFollowing(events::LogUrl url, events::LogOptions options, ModelFile& file, ReadSide& reads,
               http::Readiness& readiness, http::StopSignal& stop);
  ~LogFollowing() override;

  // Throws events::LogRefused and ReadModelRefused when log or file must not be used as they are.
  void run();

 private:
  class EndQuestions;

  void on_committed(Committed committed) override;
  bool wants_changes() override { return reads_.changes().wants_changes(); }
  void on_write_failed(std::string reason, bool damaged) override;
  void on_log_damaged(std::string message) override;

  bool open_patiently();
  void follow_until_stopped();
  void follow_until_failed();
  void report_progress();
  bool pause(std::chrono::milliseconds time);

  const events::LogUrl url_;
  const events::LogOptions options_;
  ModelFile& file_;
  ReadSide& reads_;
  http::Readiness& readiness_;
  http::StopSignal& stop_;

  std::atomic<bool> write_failed_ = false;
  std::optional<events::LogIdentity> identity_;
  std::unique_ptr<Writer> writer_;
  std::unique_ptr<Projector> projector_;
  std::unique_ptr<EndQuestions> questions_;
  std::unique_ptr<events::EventLog> log_;  // goes first: its last answers still find the rest
};

}  // namespace taskstream::projection
