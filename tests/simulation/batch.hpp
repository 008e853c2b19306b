#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "command-service/core/batch_chain.hpp"
#include "tests/simulation/commands.hpp"
#include "tests/simulation/site.hpp"

namespace taskstream::simulation {

// A batch on its way through one instance: each stream's items one after another, those of different streams at the
// same time. Keeps itself alive until it has ended.
class BatchRun : public std::enable_shared_from_this<BatchRun> {
 public:
  struct Ends {
    std::function<void(const Operation&)> item;   // of each that was asked
    std::function<void(bool is_answered)> batch;  // not, when its instance died
  };

  BatchRun(Site& site, std::vector<BatchCommand> commands, Ends ends);

  void start();

 private:
  // The items of one stream.
  struct Line {
    command::BatchChain chain;
    std::optional<Operation::Follows> known;  // from the first that succeeded
  };

  void go_on(Line& line);
  void on_end(Line& line, const Operation& operation);
  void end_line();

  Site& site_;
  std::vector<BatchCommand> commands_;
  Ends ends_;
  std::vector<Line> lines_;
  std::size_t open_lines_ = 0;
  bool is_answered_ = true;
};

}  // namespace taskstream::simulation
