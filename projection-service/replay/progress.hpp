#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <string>

namespace taskstream::replay {

// How far something long has come, on standard error: a bar with rate and time left on a terminal, elsewhere a line
// every few seconds. add() from any thread, the rest from one.
class Progress {
 public:
  enum class Style { Bar, Lines, None };
  // What fits where standard error leads. `shares_terminal`: standard output prints to the same one meanwhile.
  static Style style_of_stderr(bool wanted, bool shares_terminal);

  // `total` of 0 = nobody knows. `unit` in the plural.
  Progress(Style style, std::string what, std::int64_t total, std::string unit);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void add(std::int64_t count) { done_ += count; }
  std::int64_t done() const { return done_; }
  // Shows it when it is time to; costs next to nothing when it is not.
  void show();
  // The end was reached: a bar says so and stays.
  void finish();

 private:
  using Clock = std::chrono::steady_clock;
  std::string bar_line() const;
  std::string plain_line() const;

  const Style style_;
  const std::string what_;
  const std::int64_t total_;
  const std::string unit_;
  const Clock::time_point started_ = Clock::now();
  Clock::time_point next_;
  std::atomic<std::int64_t> done_ = 0;
  bool drawn_ = false;  // a bar stands on the terminal's current line
};

// Parts of the line, as pure functions of what is known.

// `12,345`
std::string with_commas(std::int64_t number);
// `0:07`, `1:02:03`
std::string as_clock(std::chrono::seconds time);
// `[#####-----]`
std::string bar(std::int64_t done, std::int64_t total, int width);

}  // namespace taskstream::replay
