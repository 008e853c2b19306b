#include "command-service/runtime/inbox.hpp"

#include <boost/asio/post.hpp>
#include <utility>

namespace taskstream::command {

namespace {

// What the records take, about: a small one has its headers and not much else.
std::size_t bytes_of(const LogInput& input) {
  constexpr std::size_t kHeaders = 1'024;
  const auto* read = std::get_if<RecordsRead>(&input);
  if (read == nullptr) return 0;
  std::size_t bytes = 0;
  for (const events::LogRecord& record : read->records) bytes += kHeaders + record.record.value.size();
  return bytes;
}

}  // namespace

Inbox::Inbox(boost::asio::io_context& context, std::size_t bytes_at_most, std::function<void()> drain)
    : context_(context), bytes_at_most_(bytes_at_most), drain_(std::move(drain)) {}

void Inbox::put(LogInput input) {
  const std::size_t bytes = bytes_of(input);
  std::unique_lock lock(mutex_);
  if (bytes > 0) {
    room_.wait(lock, [this] { return closed_ || bytes_ < bytes_at_most_; });
    bytes_ += bytes;
  }
  if (closed_) return;
  inputs_.push_back(std::move(input));
  if (!std::exchange(drain_posted_, true)) boost::asio::post(context_, drain_);
}

std::vector<LogInput> Inbox::take() {
  const std::lock_guard lock(mutex_);
  drain_posted_ = false;
  bytes_ = 0;
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
