#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <string>

#include "events/log/event_log.hpp"
#include "projection-service/applied_lines.hpp"
#include "projection-service/http/read_side.hpp"
#include "projection-service/projection/projector.hpp"

namespace taskstream::projection {

// A read model that follows the log, whether it is served or about to be. Its calls come from one thread.
class FollowedModel final : public ProjectorListener {
 public:
  // The file has been adopted.
  FollowedModel(std::unique_ptr<ModelFile> file, const events::LogIdentity& log);
  ~FollowedModel() override;

  const std::filesystem::path& path() const { return file_->path(); }

  // To be called again and again: follows the log, also anew after the file could not be written, and commits what
  // waits for more.
  void tend(events::EventLog& log);
  void expect_end(const events::PositionVector& end) { projector_.expect_end(end); }
  // Commits nothing more until it is tended again.
  void stop_following() { subscription_.reset(); }

  // From now on readers are told what is committed, beginning with what is committed now.
  void serve(ReadSide& reads);
  events::PositionVector committed() const;

  // Why it does not follow just now; empty when it does.
  std::string trouble() const;
  // Said of a file or a log that is broken: going on is in vain.
  std::string damage() const;

 private:
  void on_committed(Committed committed) override;
  bool wants_changes() override;
  void on_applied(const AppliedRecord& applied) override;
  void on_write_failed(std::string reason, bool damaged) override;
  void on_log_damaged(std::string message) override;

  AppliedLines applied_lines_;  // for the projector's calls, which come one at a time
  std::unique_ptr<ModelFile> file_;
  Writer writer_;

  mutable std::mutex mutex_;  // of what the log's thread tells
  Committed committed_;       // without the changes
  ReadSide* reads_ = nullptr;
  std::string trouble_;
  std::string damage_;

  std::chrono::steady_clock::time_point try_again_;
  Projector projector_;
  std::unique_ptr<events::Subscription> subscription_;  // goes first: no call comes after it
};

}  // namespace taskstream::projection
