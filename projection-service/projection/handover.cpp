#include "projection-service/projection/handover.hpp"

#include <utility>

namespace taskstream::projection {
namespace {

std::size_t bytes_of(const events::LogRecord& record) {
  std::size_t bytes = sizeof(record) + record.record.value.size() + (record.record.key ? record.record.key->size() : 0);
  for (const events::Header& header : record.record.headers) {
    bytes += sizeof(header) + header.name.size() + header.value.size();
  }
  return bytes;
}

}  // namespace

std::optional<Handover::Delivery> Handover::take(std::chrono::milliseconds time) {
  std::unique_lock lock(mutex_);
  if (!came_.wait_for(lock, time, [this] { return !waiting_.empty(); })) return std::nullopt;
  Waiting next = std::move(waiting_.front());
  waiting_.pop_front();
  bytes_ -= next.bytes;
  taken_.notify_one();
  return std::move(next.delivery);
}

void Handover::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  waiting_.clear();
  taken_.notify_all();
}

void Handover::put(Delivery delivery, std::size_t bytes) {
  std::unique_lock lock(mutex_);
  // A batch that is larger than all that may wait goes through alone.
  taken_.wait(lock, [&] { return closed_ || waiting_.empty() || bytes_ + bytes <= capacity_bytes_; });
  if (closed_) return;
  bytes_ += bytes;
  waiting_.push_back({.delivery = std::move(delivery), .bytes = bytes});
  came_.notify_one();
}

void Handover::on_records(Records records) {
  std::size_t bytes = 0;
  for (const events::LogRecord& record : records) bytes += bytes_of(record);
  put(std::move(records), bytes);
}

void Handover::on_partition_end(events::Position end) {
  put(end, sizeof(end));
}

void Handover::on_log_damaged(std::string message) {
  put(Damage{std::move(message)}, 0);
}

}  // namespace taskstream::projection
