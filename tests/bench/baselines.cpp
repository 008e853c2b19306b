#include "tests/bench/baselines.hpp"

#include <librdkafka/rdkafka.h>
#include <sqlite3.h>

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "tests/bench/client.hpp"

namespace taskstream::bench {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kPartitions = 12;

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

struct Flight {
  std::vector<double>& latencies;
  std::size_t& under_way;
};

void on_delivery(rd_kafka_t*, const rd_kafka_message_t* message, void* opaque) {
  auto& flight = *static_cast<Flight*>(opaque);
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) throw std::runtime_error(rd_kafka_err2str(message->err));
  const std::unique_ptr<Clock::time_point> sent(static_cast<Clock::time_point*>(message->_private));
  flight.latencies.push_back(ms_since(*sent));
  --flight.under_way;
}

void set(rd_kafka_conf_t* conf, const char* name, const std::string& value) {
  char error[256];
  if (rd_kafka_conf_set(conf, name, value.c_str(), error, sizeof(error)) != RD_KAFKA_CONF_OK) {
    throw std::runtime_error(error);
  }
}

void check(sqlite3* db, int code) {
  if (code != SQLITE_OK && code != SQLITE_DONE && code != SQLITE_ROW) throw std::runtime_error(sqlite3_errmsg(db));
}

}  // namespace

AppendFigures measure_kafka(const std::string& bootstrap_servers, const std::string& topic, std::size_t record_bytes,
                            std::size_t in_flight, double seconds) {
  std::vector<double> latencies;
  std::size_t under_way = 0;
  Flight flight{.latencies = latencies, .under_way = under_way};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  set(conf, "bootstrap.servers", bootstrap_servers);
  set(conf, "enable.idempotence", "true");
  set(conf, "acks", "all");
  set(conf, "linger.ms", "0");
  set(conf, "socket.nagle.disable", "true");
  set(conf, "compression.type", "lz4");
  rd_kafka_conf_set_dr_msg_cb(conf, on_delivery);
  rd_kafka_conf_set_opaque(conf, &flight);
  char error[256];
  rd_kafka_t* producer = rd_kafka_new(RD_KAFKA_PRODUCER, conf, error, sizeof(error));
  if (producer == nullptr) throw std::runtime_error(error);

  rd_kafka_topic_t* handle = rd_kafka_topic_new(producer, topic.c_str(), nullptr);
  std::string value(record_bytes, 'x');
  int partition = 0;
  const auto produce = [&] {
    auto* sent = new Clock::time_point(Clock::now());
    if (rd_kafka_produce(handle, partition++ % kPartitions, RD_KAFKA_MSG_F_COPY, value.data(), value.size(), nullptr, 0,
                         sent) != 0) {
      throw std::runtime_error(rd_kafka_err2str(rd_kafka_last_error()));
    }
    ++under_way;
  };
  const auto run_for = [&](double length) {
    const auto start = Clock::now();
    while (ms_since(start) < length * 1'000) {
      while (under_way < in_flight) produce();
      rd_kafka_poll(producer, 10);
    }
  };
  run_for(1);  // the first records wait for metadata and a producer id
  latencies.clear();
  const auto start = Clock::now();
  run_for(seconds);
  const double took_ms = ms_since(start);
  const AppendFigures figures{.per_second = static_cast<double>(latencies.size()) / took_ms * 1'000,
                              .p50_ms = quantile(latencies, 0.5)};
  rd_kafka_flush(producer, 10'000);
  rd_kafka_topic_destroy(handle);
  rd_kafka_destroy(producer);
  return figures;
}

AppendFigures measure_sqlite(const std::string& path, std::size_t record_bytes, std::size_t writers, double seconds) {
  sqlite3* db = nullptr;
  check(db, sqlite3_open(path.c_str(), &db));
  check(db,
        sqlite3_exec(db,
                     "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE records (record_offset INTEGER "
                     "PRIMARY KEY, value BLOB NOT NULL)",
                     nullptr, nullptr, nullptr));
  sqlite3_stmt* insert = nullptr;
  check(db, sqlite3_prepare_v2(db, "INSERT INTO records (value) VALUES (?)", -1, &insert, nullptr));

  std::mutex mutex;
  std::condition_variable wake_committer;
  std::condition_variable wake_writers;
  std::size_t queued = 0;
  std::uint64_t next_group = 1;  // the commit that takes what is queued now
  std::uint64_t committed_group = 0;
  bool over = false;
  std::vector<double> latencies;

  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < writers; ++i) {
    threads.emplace_back([&] {
      std::unique_lock lock(mutex);
      while (!over) {
        const auto start = Clock::now();
        ++queued;
        const std::uint64_t group = next_group;
        wake_committer.notify_one();
        wake_writers.wait(lock, [&] { return committed_group >= group; });
        latencies.push_back(ms_since(start));
      }
    });
  }
  const std::string value(record_bytes, 'x');
  const auto start = Clock::now();
  std::unique_lock lock(mutex);
  while (ms_since(start) < seconds * 1'000) {
    wake_committer.wait(lock, [&] { return queued > 0; });
    const std::size_t group = std::exchange(queued, 0);
    ++next_group;
    lock.unlock();
    check(db, sqlite3_exec(db, "BEGIN IMMEDIATE", nullptr, nullptr, nullptr));
    for (std::size_t i = 0; i < group; ++i) {
      check(db, sqlite3_bind_blob(insert, 1, value.data(), static_cast<int>(value.size()), SQLITE_STATIC));
      check(db, sqlite3_step(insert));
      check(db, sqlite3_reset(insert));
    }
    check(db, sqlite3_exec(db, "COMMIT", nullptr, nullptr, nullptr));
    lock.lock();
    committed_group = next_group - 1;
    wake_writers.notify_all();
  }
  const double took_ms = ms_since(start);
  const AppendFigures figures{.per_second = static_cast<double>(latencies.size()) / took_ms * 1'000,
                              .p50_ms = quantile(latencies, 0.5)};
  over = true;
  committed_group = UINT64_MAX;
  wake_writers.notify_all();
  lock.unlock();
  threads.clear();
  sqlite3_finalize(insert);
  sqlite3_close(db);
  return figures;
}

}  // namespace taskstream::bench
