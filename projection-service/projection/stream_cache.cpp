#include "projection-service/projection/stream_cache.hpp"

#include <utility>

namespace taskstream::projection {
namespace {

// The fields of fixed size, and what list, table and key need around them.
constexpr std::size_t kOverheadBytes = sizeof(CachedStream) + 160;

std::size_t weight_of(const CachedStream& stream) {
  std::size_t bytes = kOverheadBytes + stream.key.size();
  if (const auto* task = std::get_if<events::TaskState>(&stream.stream.state)) {
    bytes += task->title.size() + task->created_by.size() + task->updated_by.size();
    if (task->description) bytes += task->description->size();
    for (const std::string& tag : task->tags) bytes += sizeof(tag) + tag.size();
  }
  return bytes;
}

}  // namespace

CachedStream* StreamCache::find(const std::string& key) {
  const auto found = by_key_.find(key);
  if (found == by_key_.end()) return nullptr;
  latest_first_.splice(latest_first_.begin(), latest_first_, found->second);
  return &*found->second;
}

CachedStream& StreamCache::add(CachedStream stream) {
  CachedStream& added = latest_first_.emplace_front(std::move(stream));
  by_key_.emplace(added.key, latest_first_.begin());
  weigh(added);
  return added;
}

void StreamCache::weigh(CachedStream& stream) {
  bytes_ -= stream.bytes;
  stream.bytes = weight_of(stream);
  bytes_ += stream.bytes;
}

void StreamCache::shrink() {
  while (bytes_ > capacity_bytes_) {
    bytes_ -= latest_first_.back().bytes;
    by_key_.erase(latest_first_.back().key);
    latest_first_.pop_back();
  }
}

void StreamCache::clear() {
  by_key_.clear();
  latest_first_.clear();
  bytes_ = 0;
}

}  // namespace taskstream::projection
