#pragma once

#include <atomic>
#include <optional>
#include <string>
#include <thread>

#include "events/log/checkpoint.hpp"
#include "events/log/file/doorbell.hpp"
#include "events/log/file/log_file.hpp"

namespace taskstream::events {

// Follows the file on a thread of its own.
class FileTail final : public Subscription {
 public:
  // Throws as open_file_log does.
  FileTail(const std::string& path, LogFile::Access access, Checkpoint from, Follower& follower);
  ~FileTail() override;

 private:
  void run(Follower& follower);
  bool deliver(Follower& follower);
  std::optional<std::string> find_damage();

  const std::string path_;
  DoorbellWaiter waiter_;  // armed before the first look
  LogFile file_;
  Checkpoint checkpoint_;
  Deadline next_check_{};
  bool told_end_ = false;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

}  // namespace taskstream::events
