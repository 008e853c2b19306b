#pragma once

#include <cstddef>
#include <optional>
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
  struct Item {
    std::size_t place = 0;
    std::optional<events::StreamVersion> previous;  // none for the first
  };
  // None when the chain is at its end.
  std::optional<Item> next() const;
  // Of the item that next() gave.
  void answered(const Result& result);
  void break_off();  // it did not succeed, or was not even asked

  // What is not carried out any more.
  std::span<const std::size_t> skipped() const;

 private:
  std::vector<std::size_t> items_;
  std::size_t done_ = 0;
  std::optional<events::StreamVersion> previous_;
  bool is_broken_ = false;
};

// One chain for each stream; `streams` are those of the items, in their order.
std::vector<BatchChain> chains_of(const std::vector<events::StreamId>& streams);

}  // namespace taskstream::command
