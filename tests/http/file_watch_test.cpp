#include "http/file_watch.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <csignal>
#include <fstream>

namespace taskstream::http {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

class FileWatching : public ::testing::Test {
 protected:
  FileWatching() { write(file_, "one"); }
  ~FileWatching() override { fs::remove_all(folder_); }

  static void write(const fs::path& path, std::string_view text) { std::ofstream(path) << text; }
  // Runs the context until one more change has been told, or for so long that there is none.
  bool is_told(std::chrono::milliseconds patience = 5s) {
    const int before = told_;
    for (const auto end = std::chrono::steady_clock::now() + patience;
         told_ == before && std::chrono::steady_clock::now() < end;)
      context_.run_one_for(50ms);
    return told_ != before;
  }

  const fs::path folder_ = fs::temp_directory_path() / ("file-watch-" + std::to_string(getpid()));
  const bool made_ = fs::create_directories(folder_);
  FileWatch::Files files() const {
    return [file = file_] { return std::vector{file}; };
  }

  const fs::path file_ = folder_ / "watched";
  boost::asio::io_context context_{1};
  int told_ = 0;
};

TEST_F(FileWatching, TellsWhatChangesAFileAndNothingElse) {
  const FileWatch watch(context_, files(), [this] { ++told_; });
  EXPECT_FALSE(is_told(1500ms));
  write(file_, "two");  // in place, of the same size
  EXPECT_TRUE(is_told());
  write(folder_ / "new", "two");
  fs::rename(folder_ / "new", file_);
  EXPECT_TRUE(is_told());
  fs::remove(file_);
  EXPECT_TRUE(is_told());
  write(file_, "three");
  EXPECT_TRUE(is_told());
  fs::permissions(file_, fs::perms::owner_read);
  EXPECT_TRUE(is_told());
  EXPECT_FALSE(is_told(1500ms));
}

TEST_F(FileWatching, LooksAtTheFilesThatThereAreNow) {
  fs::path which = file_;
  const FileWatch watch(context_, [&which] { return std::vector{which}; }, [this] { ++told_; });
  which = folder_ / "other";
  write(which, "one");
  EXPECT_TRUE(is_told());
  write(which, "longer");
  EXPECT_TRUE(is_told());
}

TEST_F(FileWatching, GoesOnAfterAChangeThatCouldNotBeFollowed) {
  const FileWatch watch(context_, files(), [this] {
    if (++told_ == 1) throw std::runtime_error("not now");
  });
  write(file_, "two");
  EXPECT_TRUE(is_told());
  write(file_, "three");
  EXPECT_TRUE(is_told());
}

TEST_F(FileWatching, TellsASignalToEachWatch) {
  int others = 0;
  const FileWatch watch(context_, files(), [this] { ++told_; });
  const FileWatch other(context_, [] { return std::vector<fs::path>(); }, [&others] { ++others; });
  context_.poll();
  raise(SIGHUP);
  EXPECT_TRUE(is_told());
  context_.poll();
  EXPECT_EQ(others, 1);
}

TEST_F(FileWatching, IsSilentOnceItIsGone) {
  {
    const FileWatch watch(context_, files(), [this] { ++told_; });
    context_.poll();
    write(file_, "two");
  }
  context_.run_for(3s);  // ends at once: nothing is left to be waited for
  EXPECT_TRUE(context_.stopped());
  EXPECT_EQ(told_, 0);
}

}  // namespace
}  // namespace taskstream::http
