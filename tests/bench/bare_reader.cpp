#include <sqlite3.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

// The baseline of the read benchmark: Beast, one prepared statement, and the bytes that the projection sends. No
// request ids, no log, no limits, no tokens to wait for: what is left when everything that a service owes is left out.
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using asio::ip::tcp;

class Rows {
 public:
  explicit Rows(const std::string& path) {
    check(sqlite3_open_v2(path.c_str(), &db_, SQLITE_OPEN_READONLY, nullptr));
    prepare(
        &task_,
        "SELECT snapshot.token, tasks.version, tasks.deleted, tasks.quarantined, tasks.body FROM snapshot LEFT JOIN "
        "streams ON streams.key = ? LEFT JOIN tasks ON tasks.stream_no = streams.stream_no");
    prepare(&page_,
            "SELECT body, id, created_at FROM tasks WHERE deleted = 0 ORDER BY created_at DESC, id DESC LIMIT 20");
    prepare(&token_, "SELECT token FROM snapshot");
  }

  // The body, and the fields that go with it.
  std::string task(std::string_view id, std::string& token, std::string& etag) {
    const std::string key = "task/" + std::string(id);
    sqlite3_bind_text(task_, 1, key.data(), static_cast<int>(key.size()), SQLITE_STATIC);
    sqlite3_step(task_);
    token = text(task_, 0);
    etag = "\"" + std::to_string(sqlite3_column_int64(task_, 1)) + "\"";
    std::string body = text(task_, 4);
    sqlite3_reset(task_);
    return body;
  }

  std::string page(std::string& token) {
    sqlite3_step(token_);
    token = text(token_, 0);
    sqlite3_reset(token_);
    std::string body = R"({"items":[)";
    for (bool first = true; sqlite3_step(page_) == SQLITE_ROW; first = false) {
      if (!first) body += ',';
      body += text(page_, 0);
    }
    sqlite3_reset(page_);
    return body + "]}";
  }

 private:
  void check(int code) {
    if (code != SQLITE_OK) throw std::runtime_error(sqlite3_errmsg(db_));
  }
  void prepare(sqlite3_stmt** statement, const char* sql) {
    check(sqlite3_prepare_v2(db_, sql, -1, statement, nullptr));
  }
  static std::string text(sqlite3_stmt* row, int column) {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(row, column));
    return bytes != nullptr ? std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(row, column))) : "";
  }

  sqlite3* db_ = nullptr;
  sqlite3_stmt* task_ = nullptr;
  sqlite3_stmt* page_ = nullptr;
  sqlite3_stmt* token_ = nullptr;
};

asio::awaitable<void> serve(tcp::socket socket, Rows& rows) {
  constexpr std::string_view kTasks = "/v1/tasks/";
  beast::flat_buffer buffer;
  try {
    while (true) {
      http::request<http::string_body> request;
      co_await http::async_read(socket, buffer, request, asio::use_awaitable);
      http::response<http::string_body> response(http::status::ok, 11);
      std::string token;
      std::string etag;
      const std::string target(request.target());
      if (target.starts_with(kTasks)) {
        response.body() = rows.task(target.substr(kTasks.size()), token, etag);
        response.set(http::field::etag, etag);
      } else {
        response.body() = rows.page(token);
      }
      response.set(http::field::content_type, "application/json");
      response.set(http::field::cache_control, "no-cache");
      response.set("Consistency-Token", token);
      response.set("Read-Model-Age", "0.000");
      response.set("X-Request-Id", "00000000-0000-4000-8000-000000000000");
      response.prepare_payload();
      co_await http::async_write(socket, response, asio::use_awaitable);
    }
  } catch (const boost::system::system_error&) {
    // The client has hung up.
  }
}

asio::awaitable<void> accept(tcp::acceptor& acceptor, std::vector<asio::io_context*> contexts,
                             std::vector<Rows>& rows) {
  for (std::size_t i = 0;; ++i) {
    asio::io_context& context = *contexts[i % contexts.size()];
    tcp::socket socket = co_await acceptor.async_accept(context, asio::use_awaitable);
    socket.set_option(tcp::no_delay(true));
    asio::co_spawn(context, serve(std::move(socket), rows[i % rows.size()]), asio::detached);
  }
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "bare-reader READ-MODEL THREADS\n";
    return EXIT_FAILURE;
  }
  const auto threads = std::stoul(argv[2]);
  std::vector<std::unique_ptr<asio::io_context>> owned;
  std::vector<asio::io_context*> contexts;
  std::vector<Rows> rows;
  for (std::size_t i = 0; i < threads; ++i) {
    contexts.push_back(owned.emplace_back(std::make_unique<asio::io_context>(1)).get());
    rows.emplace_back(argv[1]);
  }
  asio::io_context front(1);
  tcp::acceptor acceptor(front, {asio::ip::address_v4::loopback(), 0});
  std::cout << "listening on http://127.0.0.1:" << acceptor.local_endpoint().port() << std::endl;
  asio::co_spawn(front, accept(acceptor, contexts, rows), asio::detached);
  std::vector<std::jthread> running;
  std::vector<asio::executor_work_guard<asio::io_context::executor_type>> guards;
  for (asio::io_context* context : contexts) {
    guards.push_back(asio::make_work_guard(*context));
    running.emplace_back([context] { context->run(); });
  }
  front.run();
}
