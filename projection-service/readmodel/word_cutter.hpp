#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace taskstream::projection {

// Cuts texts into words exactly as the full text indexes do: folded in case and freed of diacritics. Used by one thread
// at a time.
class WordCutter {
 public:
  WordCutter();
  ~WordCutter();
  WordCutter(const WordCutter&) = delete;
  WordCutter& operator=(const WordCutter&) = delete;

  // The words that must occur where a user asks for this text, each as the beginning of a word: sorted, without those
  // that others begin with.
  std::vector<std::string> cut(std::string_view text);

 private:
  class Tokenizer;
  std::unique_ptr<Tokenizer> tokenizer_;
};

// A full text query for texts in which every word begins a word. What users typed is in it as words alone: nothing of
// it is read as an operator.
std::string match_expression(const std::vector<std::string>& words);

}  // namespace taskstream::projection
