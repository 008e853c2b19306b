#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "http/auth/credentials.hpp"
#include "http/file_watch.hpp"
#include "http/message.hpp"
#include "http/problem.hpp"

namespace taskstream::http {

// Tells who sends a request. The credentials can be read again at any time; a request is held against those of its
// moment. Thread-safe.
class Authenticator {
 public:
  // Throws std::runtime_error when the files cannot be used.
  explicit Authenticator(std::filesystem::path auth_file);

  // Who sends a request. The problem is a 401 that says why nobody is known to (RFC 6750 §3).
  boost::system::result<Grant, Problem> authenticate(const Request& request) const;
  boost::system::result<Grant, Problem> authenticate(const Request& request,
                                                     std::chrono::system_clock::time_point now) const;

  // Reads the files again. When they cannot be used, what was read before stays, and the log says so.
  void reload();
  // What is read: the auth file, and the key file that it names, if any.
  std::vector<std::filesystem::path> files() const;
  // Another number after each reload that took.
  std::uint64_t generation() const { return generation_; }
  // Called after each reload that took, on the thread that reloads. To be set before others share this.
  void on_reload(std::function<void()> call) { on_reload_.push_back(std::move(call)); }

 private:
  std::shared_ptr<const Credentials> credentials() const;
  void load();  // with `reloading_` held, but for the first time

  const std::filesystem::path auth_file_;
  std::vector<std::function<void()>> on_reload_;
  std::atomic<std::uint64_t> generation_ = 0;

  std::mutex reloading_;

  // A mutex, because the std::atomic<std::shared_ptr> of libstdc++ 12 is a race to ThreadSanitizer.
  mutable std::mutex mutex_;
  std::shared_ptr<const Credentials> credentials_;
  std::filesystem::path key_file_;  // empty = none is named
};

// nullptr when no file is named: nobody has to authenticate then.
std::unique_ptr<Authenticator> open_authenticator(const std::string& auth_file);

// Has the credentials read again upon SIGHUP and when one of their files has changed, on the context's thread. The
// authenticator outlives the watch. nullptr where nobody has to authenticate.
std::unique_ptr<FileWatch> watch(boost::asio::io_context& context, Authenticator* authenticator);

// 403 when the principal's token was not made for what the route asks; none without authentication.
std::optional<Problem> check_access(const Principal& principal, Access access);

}  // namespace taskstream::http
