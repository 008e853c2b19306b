#include "command-service/core/batch_chain.hpp"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "command-service/core/conflict.hpp"

namespace taskstream::command {
namespace {

using events::StreamVersion;

// What the sender of an item says to have seen when it made or found this version. None where they named no version.
std::optional<StreamVersion> version_named(const Expectation& expectation, StreamVersion made) {
  if (expectation.kind == Expectation::Kind::Absent) return StreamVersion();
  const auto seen = version_seen(expectation);
  return seen ? std::optional(std::min(*seen, made)) : std::nullopt;
}

}  // namespace

std::optional<BatchChain::Item> BatchChain::next() const {
  if (is_broken_ || done_ == items_.size()) return std::nullopt;
  Item item{.place = items_[done_]};
  if (made_) item.previous = previous();
  return item;
}

Expectation BatchChain::previous() const {
  Expectation previous{.kind = Expectation::Kind::OneOf, .versions = {*made_}};
  if (seen_ < made_) previous.unseen = Unseen{.seen = *seen_, .own = {own_.upper_bound(*seen_), own_.end()}};
  return previous;
}

void BatchChain::answered(const Expectation& expectation, const Result& result) {
  const auto* success = std::get_if<Succeeded>(&result);
  if (success == nullptr) return break_off();
  ++done_;
  note_success(expectation, *success);
}

void BatchChain::note_success(const Expectation& expectation, const Succeeded& success) {
  const StreamVersion made = success.event_version.value_or(events::version_of(success.state));
  const auto named = version_named(expectation, made);
  if (named && named < seen_) {
    passing_.merge(own_);
    own_.clear();
  }
  if (named) seen_ = named;
  // Where none was named so far, whoever sends it overwrites on purpose what was there before.
  if (!seen_) seen_ = made;
  if (success.event_version) (named ? own_ : passing_).insert(made);
  made_ = made;
  while (seen_ < made_ && (own_.contains(seen_->next()) || passing_.contains(seen_->next()))) seen_ = seen_->next();
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
