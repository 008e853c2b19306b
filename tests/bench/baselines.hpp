#pragma once

#include <string>

namespace taskstream::bench {

struct AppendFigures {
  double per_second = 0;
  double p50_ms = 0;
};

// Bare librdkafka: idempotent, acks=all, records of this size with `in_flight` of them under way at any time, over all
// partitions of a topic that exists.
AppendFigures measure_kafka(const std::string& bootstrap_servers, const std::string& topic, std::size_t record_bytes,
                            std::size_t in_flight, double seconds);

// A bare SQLite appender (WAL, synchronous=FULL) whose `writers` wait for the commit that their record is in: group
// commit and nothing else.
AppendFigures measure_sqlite(const std::string& path, std::size_t record_bytes, std::size_t writers, double seconds);

}  // namespace taskstream::bench
