#pragma once

#include <atomic>
#include <memory>
#include <thread>

#include "events/log/event_log.hpp"
#include "events/log/genesis.hpp"
#include "projection-service/projection/bulk_load.hpp"
#include "projection-service/readmodel/model_name.hpp"

namespace taskstream::projection {

// A rebuild of the read model on a thread of its own, in a file beside the one that is served. As long as the object
// lives no other process builds one for the same name, nor gives the name to what it has built.
class Rebuilding {
 public:
  // Throws BulkLoadFailed when another process is building.
  Rebuilding(const ModelName& name, events::EventLog& log, const events::LogIdentity& identity,
             const RebuildMemory& memory, RebuildDesk& desk);
  // Gives up what is under way, and removes it.
  ~Rebuilding();

  bool is_over() const { return over_; }
  // Once it is over: the file, complete up to a moment ago; nullptr when it failed, which has been logged.
  std::unique_ptr<ModelFile> take() { return std::move(file_); }

 private:
  void run(events::EventLog& log, const events::LogIdentity& identity, const RebuildMemory& memory, RebuildDesk& desk);

  const ModelName& name_;
  std::unique_ptr<sqlite::SoleUse> building_;
  std::unique_ptr<ModelFile> file_;
  std::atomic<bool> stop_ = false;
  std::atomic<bool> over_ = false;
  std::thread thread_;
};

}  // namespace taskstream::projection
