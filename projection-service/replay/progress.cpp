#include "projection-service/replay/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <utility>

namespace taskstream::replay {
namespace {

constexpr std::chrono::milliseconds kRedraw{100};
constexpr std::chrono::milliseconds kLineEvery{3'000};
constexpr int kBarAtMost = 40;
constexpr int kBarAtLeast = 10;
constexpr int kUsualColumns = 80;

int columns() {
  winsize size{};
  return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : kUsualColumns;
}

std::string percent(std::int64_t done, std::int64_t total) {
  return std::to_string(done * 100 / total) + " %";
}

}  // namespace

std::string with_commas(std::int64_t number) {
  std::string text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) {
    text.insert(static_cast<std::size_t>(at), ",");
  }
  return text;
}

std::string as_clock(std::chrono::seconds time) {
  const auto two = [](std::int64_t number) { return (number < 10 ? "0" : "") + std::to_string(number); };
  const std::int64_t s = time.count();
  if (s < 3'600) return std::to_string(s / 60) + ":" + two(s % 60);
  return std::to_string(s / 3'600) + ":" + two(s / 60 % 60) + ":" + two(s % 60);
}

std::string bar(std::int64_t done, std::int64_t total, int width) {
  const auto filled = static_cast<std::size_t>(total > 0 ? std::min(done, total) * width / total : 0);
  return "[" + std::string(filled, '#') + std::string(static_cast<std::size_t>(width) - filled, '-') + "]";
}

Progress::Style Progress::style_of_stderr(bool wanted, bool shares_terminal) {
  if (!wanted) return Style::None;
  if (isatty(STDERR_FILENO) == 0) return Style::Lines;
  return shares_terminal && isatty(STDOUT_FILENO) != 0 ? Style::None : Style::Bar;
}

Progress::Progress(Style style, std::string what, std::int64_t total, std::string unit)
    : style_(style), what_(std::move(what)), total_(total), unit_(std::move(unit)) {
  // A bar shows at once that something happens; a line would only tell of what is over in a moment.
  next_ = style_ == Style::Bar ? started_ : started_ + kLineEvery;
  show();
}

Progress::~Progress() {
  if (drawn_) std::fputs("\n", stderr);
}

void Progress::show() {
  if (style_ == Style::None) return;
  const auto now = Clock::now();
  if (now < next_) return;
  next_ = now + (style_ == Style::Bar ? kRedraw : kLineEvery);
  std::fputs(style_ == Style::Bar ? bar_line().c_str() : (plain_line() + "\n").c_str(), stderr);
  drawn_ = style_ == Style::Bar;
}

void Progress::finish() {
  if (style_ != Style::Bar) return;
  next_ = Clock::now();
  show();
  std::fputs("\n", stderr);
  drawn_ = false;
}

std::string Progress::plain_line() const {
  const std::int64_t done = done_;
  const auto elapsed = Clock::now() - started_;
  const double seconds = std::max(std::chrono::duration<double>(elapsed).count(), 0.001);
  const double rate = static_cast<double>(done) / seconds;
  std::string line = what_ + ": ";
  line +=
      total_ > 0 ? percent(done, total_) + ", " + with_commas(done) + " of " + with_commas(total_) : with_commas(done);
  line += " " + unit_ + ", " + with_commas(static_cast<std::int64_t>(rate)) + "/s, ";
  if (total_ > 0 && done < total_) {
    const double left = static_cast<double>(total_ - done);
    return line + "ETA " + (done > 0 ? as_clock(std::chrono::seconds(static_cast<std::int64_t>(left / rate))) : "-:--");
  }
  return line + as_clock(std::chrono::duration_cast<std::chrono::seconds>(elapsed));
}

std::string Progress::bar_line() const {
  std::string text = plain_line();
  const int width = columns();
  if (total_ > 0) {
    const int room = width - static_cast<int>(text.size()) - 4;
    if (room >= kBarAtLeast) {
      text.insert(what_.size() + 1, " " + bar(done_, total_, std::min(room, kBarAtMost)));
    }
  }
  // A line that wraps could not be drawn over.
  if (static_cast<int>(text.size()) >= width) text.resize(static_cast<std::size_t>(width) - 1);
  return "\r" + text + "\x1b[K";
}

}  // namespace taskstream::replay
