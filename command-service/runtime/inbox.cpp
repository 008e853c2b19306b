#include "command-service/runtime/inbox.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace taskstream::command {

Inbox::Inbox(boost::asio::io_context& context, std::function<void()> drain)
    : context_(context), drain_(std::move(drain)) {}

void Inbox::put(LogInput input) {
  std::unique_lock lock(mutex_);
  if (const auto* read = std::get_if<RecordsRead>(&input)) {
    room_.wait(lock, [this] { return closed_ || records_ < kRecordsAtMost; });
    records_ += read->records.size();
  }
  if (closed_) return;
  inputs_.push_back(std::move(input));
  if (!std::exchange(drain_posted_, true)) boost::asio::post(context_, drain_);
}

std::vector<LogInput> Inbox::take() {
  const std::lock_guard lock(mutex_);
  drain_posted_ = false;
  records_ = 0;
  room_.notify_all();
  return std::exchange(inputs_, {});
}

void Inbox::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  inputs_.clear();
  room_.notify_all();
}

}  // namespace taskstream::command
