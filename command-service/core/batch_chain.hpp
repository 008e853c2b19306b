#pragma once

#include <cstddef>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "command-service/core/request.hpp"

namespace taskstream::command {

// The items of a batch that are on one stream, each by its place in the batch. They are carried out one after another;
// one that does not succeed, or of which nobody knows, ends the chain, and what comes after it is never asked.
class BatchChain {
 public:
  explicit BatchChain(std::vector<std::size_t> items) : items_(std::move(items)) {}

  // What is to be carried out now, and what to expect where it expects the version "previous": the one that the item
  // before it has made, now or when it was applied first. What changed nothing has made none, and found its state's.
  // That version may hold what the sender has never seen, where an item was merged or named no version.
  struct Item {
    std::size_t place = 0;
    std::optional<Expectation> previous;  // none for the first
  };
  // None when the chain is at its end.
  std::optional<Item> next() const;
  // Of the item that next() gave, with what it expected.
  void answered(const Expectation& expectation, const Result& result);
  void break_off();  // it did not succeed, or was not even asked

  // What is not carried out any more.
  std::span<const std::size_t> skipped() const;

 private:
  Expectation previous() const;
  void note_success(const Expectation& expectation, const Succeeded& success);

  std::vector<std::size_t> items_;
  std::size_t done_ = 0;
  std::optional<events::StreamVersion> made_;  // or found, by the item before
  // The newest version that the sender has seen: the one that they named last, and what the chain has made right after.
  std::optional<events::StreamVersion> seen_;
  std::set<events::StreamVersion> own_;  // what the chain has made beside changes that nobody here has seen
  // What it has made over them, for it named no version or an older one: it may stand for something of theirs, and is
  // taken for it, unless nothing lies between it and what was seen.
  std::set<events::StreamVersion> passing_;
  bool is_broken_ = false;
};

// One chain for each stream; `streams` are those of the items, in their order.
std::vector<BatchChain> chains_of(const std::vector<events::StreamId>& streams);

}  // namespace taskstream::command
