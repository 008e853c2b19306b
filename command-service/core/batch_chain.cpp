#include "command-service/core/batch_chain.hpp"

#include <unordered_map>
#include <utility>

namespace taskstream::command {

std::optional<BatchChain::Item> BatchChain::next() const {
  if (is_broken_ || done_ == items_.size()) return std::nullopt;
  return Item{.place = items_[done_], .previous = previous_};
}

void BatchChain::answered(const Result& result) {
  const auto* success = std::get_if<Succeeded>(&result);
  if (success == nullptr) return break_off();
  ++done_;
  previous_ = success->event_version.value_or(events::version_of(success->state));
}

void BatchChain::break_off() {
  ++done_;
  is_broken_ = true;
}

std::span<const std::size_t> BatchChain::skipped() const {
  return is_broken_ ? std::span(items_).subspan(done_) : std::span<const std::size_t>();
}

std::vector<BatchChain> chains_of(const std::vector<events::StreamId>& streams) {
  std::vector<std::vector<std::size_t>> items;
  std::unordered_map<events::StreamId, std::size_t> chain_of;
  for (std::size_t place = 0; place < streams.size(); ++place) {
    const auto [known, is_new] = chain_of.emplace(streams[place], items.size());
    if (is_new) items.emplace_back();
    items[known->second].push_back(place);
  }
  std::vector<BatchChain> chains;
  chains.reserve(items.size());
  for (auto& of_one_stream : items) chains.emplace_back(std::move(of_one_stream));
  return chains;
}

}  // namespace taskstream::command
