#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <string>

#include "tests/bench/client.hpp"

// What all loads do to tasks over HTTP.
namespace taskstream::bench {

using Clock = std::chrono::steady_clock;

double ms_since(Clock::time_point start);

// Throws, with the reply's own words, if it has another status.
void expect(const Reply& reply, int status);

// Throws what ended a coroutine, out of the context that runs it.
void rethrow(std::exception_ptr failure);

struct Created {
  std::string location;
  std::string etag;
};

boost::asio::awaitable<Created> create_task(Connection& connection, std::uint64_t number);

// A new title under the version that `task` holds. Whatever the reply is, `task` stays as it was.
boost::asio::awaitable<Reply> edit(Connection& connection, const Created& task, std::uint64_t number);

}  // namespace taskstream::bench
