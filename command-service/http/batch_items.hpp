#pragma once

#include <boost/system/result.hpp>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "command-service/http/command_endpoints.hpp"
#include "events/contract/ids.hpp"
#include "http/message.hpp"
#include "http/problem.hpp"
#include "http/router.hpp"

namespace taskstream::command {

// One item of a batch, and the single request that it stands for: sent alone with the item's id as its Idempotency-Key,
// that request is the same command.
struct BatchItem {
  std::string command_id;
  http::Request request;
  const CommandEndpoint* endpoint = nullptr;
  PreparedCommand command;
  bool expects_previous = false;  // the version that the item before it in the stream has made: not known beforehand

  const events::StreamId& stream() const { return command.request.stream; }
};

struct Batch {
  std::vector<BatchItem> items;
  events::LogId log_id;
  events::PositionVector sent;  // of the consistency tokens that came with it
};

// Reads batches. Refers to `api`, and its items refer to the reader.
class BatchReader {
 public:
  static constexpr std::size_t kItemsAtMost = 500;

  BatchReader(const CommandApi& api, std::vector<CommandEndpoint> endpoints);

  // A problem is one of the whole batch: 400 for what is no JSON and for header fields, 422 for items that could not be
  // requests at all, with the path of each member that is wrong. What an item's values are worth is told in its turn.
  boost::system::result<Batch, http::Problem> read(const http::Request& request) const;

 private:
  using Streams = std::unordered_set<events::StreamId>;
  class ItemReader;

  const CommandApi& api_;
  std::vector<CommandEndpoint> endpoints_;
  http::Router router_;
};

}  // namespace taskstream::command
