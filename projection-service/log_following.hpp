#pragma once

#include <chrono>
#include <memory>
#include <optional>

#include "events/log/log_url.hpp"
#include "events/log/open_log.hpp"
#include "http/health.hpp"
#include "http/stop_signal.hpp"
#include "projection-service/followed_model.hpp"
#include "projection-service/http/read_side.hpp"
#include "projection-service/rebuilding.hpp"

namespace taskstream::projection {

// Keeps the read model following its log until the process is asked to end: waits for the log and its genesis, follows
// it, asks where it ends, and rebuilds the model when it is asked to or when there is none that this release can use. A
// rebuilt one takes the other's place once it holds all that the other does. Runs on the thread that calls run().
class LogFollowing {
 public:
  struct Options {
    events::LogUrl url;
    events::LogOptions log;
    std::filesystem::path read_model;
    RebuildMemory memory;
    bool rebuild = false;  // also when there is a model that could be used
  };

  // Throws ReadModelRefused when the file must not be used as it is.
  LogFollowing(Options options, ReadSide& reads, http::Readiness& readiness, http::StopSignal& stop);
  ~LogFollowing();

  // Throws events::LogRefused and ReadModelRefused when log or file must not be used as they are.
  void run();

 private:
  class EndQuestions;

  void open_model();
  bool open_patiently();
  void begin();
  void tend();
  bool tend_served();
  void tend_rebuild();
  void start_rebuild();
  void put_in_place();
  void give_up_rebuild();
  void report_progress();
  bool pause(std::chrono::milliseconds time);

  const Options options_;
  const ModelName name_;
  ReadSide& reads_;
  http::Readiness& readiness_;
  http::StopSignal& stop_;

  std::optional<events::LogIdentity> identity_;
  std::unique_ptr<ModelFile> found_;            // until the log says who it is
  std::optional<std::string> outdated_log_id_;  // of a model of an older release
  std::unique_ptr<EndQuestions> questions_;
  std::unique_ptr<events::EventLog> log_;
  std::unique_ptr<FollowedModel> served_;
  std::unique_ptr<Rebuilding> rebuilding_;
  std::unique_ptr<FollowedModel> rebuilt_;  // catching up, to be served next
  std::chrono::steady_clock::time_point next_rebuild_;
};

}  // namespace taskstream::projection
