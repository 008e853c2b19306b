#pragma once

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

namespace taskstream::http {

// Calls `changed` when one of the files is another than it was, or when the process gets SIGHUP. The files are looked
// at once a second: that sees whatever replaces them, by renaming, through links or on mounted volumes, and needs no
// more than a name. A file that is missing for a while is a change when it goes and when it comes. Which files they are
// is asked at each look, for what one says may name another.
//
// Both are called on the context's thread, and no more once the destructor has returned there; elsewhere once more at
// most.
class FileWatch {
 public:
  using Files = std::function<std::vector<std::filesystem::path>()>;
  FileWatch(boost::asio::io_context& context, Files files, std::function<void()> changed);
  ~FileWatch();
  FileWatch(const FileWatch&) = delete;
  FileWatch& operator=(const FileWatch&) = delete;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  // its coroutines hold it too
};

}  // namespace taskstream::http
