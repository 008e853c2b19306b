#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <cerrno>
#include <system_error>
#include <utility>
#include <vector>

#include "projection-service/replay/line_files.hpp"
#include "projection-service/replay/subcommand.hpp"

namespace taskstream::replay {
namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;
constexpr const char* kStandardInput = "-";

}  // namespace

class LineReader::Source {
 public:
  explicit Source(const std::string& path) : path_(path) {
    descriptor_ = path_ == kStandardInput ? STDIN_FILENO : open(path_.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor_ < 0) fail(std::generic_category().message(errno));
    struct stat about{};
    if (fstat(descriptor_, &about) == 0 && S_ISREG(about.st_mode)) bytes_in_all_ = about.st_size;
    if (path_.ends_with(".zst")) stream_.reset(ZSTD_createDStream());
  }
  ~Source() {
    if (descriptor_ > STDERR_FILENO) close(descriptor_);
  }

  std::optional<std::string> next() {
    while (true) {
      const std::size_t end = text_.find('\n', searched_);
      if (end != std::string::npos) {
        std::string line = text_.substr(begin_, end - begin_);
        begin_ = searched_ = end + 1;
        return line;
      }
      searched_ = text_.size();
      if (text_.size() - begin_ > kLineAtMost) fail("a line of it is longer than any event");
      if (!read_more()) break;
    }
    if (begin_ == text_.size()) return std::nullopt;
    return std::exchange(text_, {}).substr(std::exchange(begin_, 0));
  }

  std::int64_t bytes_read() const { return bytes_read_; }
  std::int64_t bytes_in_all() const { return bytes_in_all_; }

 private:
  struct FreeStream {
    void operator()(ZSTD_DStream* stream) const { ZSTD_freeDStream(stream); }
  };

  [[noreturn]] void fail(const std::string& why) const {
    throw CannotUse((path_ == kStandardInput ? "standard input" : path_) + " cannot be read: " + why);
  }

  // False at the end.
  bool read_more() {
    text_.erase(0, std::exchange(begin_, 0));
    searched_ = text_.size();
    if (!stream_) {
      const std::size_t size = read_bytes();
      text_.append(raw_.data(), size);
      return size > 0;
    }
    if (in_.pos == in_.size && !holds_more_) {
      in_ = {.src = raw_.data(), .size = read_bytes(), .pos = 0};
      if (in_.size == 0) {
        if (in_a_frame_) fail("it is cut short");
        return false;
      }
    }
    ZSTD_outBuffer out{.dst = plain_.data(), .size = plain_.size(), .pos = 0};
    const std::size_t left = ZSTD_decompressStream(stream_.get(), &out, &in_);
    if (ZSTD_isError(left) != 0) fail(std::string("it is not what zstd has written: ") + ZSTD_getErrorName(left));
    in_a_frame_ = left != 0;
    holds_more_ = out.pos == out.size;
    text_.append(plain_.data(), out.pos);
    return true;
  }

  std::size_t read_bytes() {
    while (true) {
      const ssize_t size = ::read(descriptor_, raw_.data(), raw_.size());
      if (size < 0 && errno == EINTR) continue;
      if (size < 0) fail(std::generic_category().message(errno));
      bytes_read_ += size;
      return static_cast<std::size_t>(size);
    }
  }

  const std::string path_;
  int descriptor_ = -1;
  std::int64_t bytes_read_ = 0;
  std::int64_t bytes_in_all_ = 0;
  std::unique_ptr<ZSTD_DStream, FreeStream> stream_;
  bool in_a_frame_ = false;
  bool holds_more_ = false;  // the last output was full, so zstd may keep some back
  std::vector<char> raw_ = std::vector<char>(kBufferBytes);
  std::vector<char> plain_ = std::vector<char>(kBufferBytes);
  ZSTD_inBuffer in_{};
  std::string text_;  // what was read; lines begin at begin_, and no line feed lies between there and searched_
  std::size_t begin_ = 0;
  std::size_t searched_ = 0;
};

LineReader::LineReader(const std::string& path) : source_(std::make_unique<Source>(path)) {}
LineReader::~LineReader() = default;

std::optional<std::string> LineReader::next() {
  auto line = source_->next();
  if (line) ++line_number_;
  return line;
}

std::int64_t LineReader::bytes_read() const {
  return source_->bytes_read();
}
std::int64_t LineReader::bytes_in_all() const {
  return source_->bytes_in_all();
}

}  // namespace taskstream::replay
