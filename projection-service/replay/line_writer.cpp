#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <vector>

#include "projection-service/replay/line_files.hpp"
#include "projection-service/replay/subcommand.hpp"

namespace taskstream::replay {
namespace {

constexpr std::size_t kBufferBytes = 256 * 1024;
constexpr const char* kStandardOutput = "-";

[[noreturn]] void cannot(const std::string& what) {
  throw CannotUse(what + ": " + std::generic_category().message(errno));
}

}  // namespace

class LineWriter::Sink {
 public:
  Sink(const std::string& path, Interruption& interruption)
      : path_(path), draft_(path + ".partial-" + std::to_string(getpid())), drafts_(interruption) {
    if (path_ == kStandardOutput) {
      descriptor_ = STDOUT_FILENO;
    } else {
      refuse_what_is_there();
      drafts_.add(draft_);
      descriptor_ = open(draft_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
      if (descriptor_ < 0) cannot(draft_ + " cannot be made");
    }
    if (path_.ends_with(".zst")) {
      stream_.reset(ZSTD_createCStream());
      ZSTD_CCtx_setParameter(stream_.get(), ZSTD_c_checksumFlag, 1);
    }
    buffer_.reserve(2 * kBufferBytes);
  }
  ~Sink() {
    if (descriptor_ > STDERR_FILENO) close(descriptor_);
  }

  void write(std::string_view line) {
    buffer_.append(line).push_back('\n');
    if (buffer_.size() >= kBufferBytes) flush(ZSTD_e_continue);
  }

  void finish() {
    flush(ZSTD_e_end);
    if (path_ == kStandardOutput) return;
    if (fsync(descriptor_) != 0) cannot(draft_ + " cannot be written");
    refuse_what_is_there();
    if (rename(draft_.c_str(), path_.c_str()) != 0) cannot(path_ + " cannot be made");
    drafts_.forget(draft_);
  }

 private:
  struct FreeStream {
    void operator()(ZSTD_CStream* stream) const { ZSTD_freeCStream(stream); }
  };

  void refuse_what_is_there() const {
    if (std::filesystem::exists(path_)) {
      throw CannotUse(path_ + " is there already: delete it, or give another name.");
    }
  }

  void flush(ZSTD_EndDirective how) {
    if (!stream_) {
      write_bytes(buffer_.data(), buffer_.size());
    } else {
      ZSTD_inBuffer in{.src = buffer_.data(), .size = buffer_.size(), .pos = 0};
      std::size_t left = 1;
      while (how == ZSTD_e_end ? left != 0 : in.pos < in.size) {
        ZSTD_outBuffer out{.dst = compressed_.data(), .size = compressed_.size(), .pos = 0};
        left = ZSTD_compressStream2(stream_.get(), &out, &in, how);
        if (ZSTD_isError(left) != 0) throw CannotUse(path_ + " cannot be compressed: " + ZSTD_getErrorName(left));
        write_bytes(compressed_.data(), out.pos);
      }
    }
    buffer_.clear();
  }

  void write_bytes(const char* bytes, std::size_t size) {
    while (size > 0) {
      const ssize_t written = ::write(descriptor_, bytes, size);
      if (written < 0 && errno == EINTR) continue;
      if (written < 0) cannot((path_ == kStandardOutput ? "standard output" : draft_) + " cannot be written");
      bytes += written;
      size -= static_cast<std::size_t>(written);
    }
  }

  const std::string path_;
  const std::string draft_;
  Drafts drafts_;
  int descriptor_ = -1;
  std::unique_ptr<ZSTD_CStream, FreeStream> stream_;
  std::string buffer_;
  std::vector<char> compressed_ = std::vector<char>(ZSTD_CStreamOutSize());
};

LineWriter::LineWriter(const std::string& path, Interruption& interruption)
    : sink_(std::make_unique<Sink>(path, interruption)) {}
LineWriter::~LineWriter() = default;

void LineWriter::write(std::string_view line) {
  sink_->write(line);
}

void LineWriter::finish() {
  sink_->finish();
}

}  // namespace taskstream::replay
