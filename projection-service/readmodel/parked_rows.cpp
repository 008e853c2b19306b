#include "projection-service/readmodel/parked_rows.hpp"

#include <utility>

#include "projection-service/readmodel/headers_blob.hpp"

namespace taskstream::projection {
namespace {

// Raw bytes of parked records, beyond which a page ends.
constexpr std::size_t kPageBytes = 4 * 1024 * 1024;

std::string bytes_of(const SQLite::Column& column) {
  const int size = column.getBytes();
  return size == 0 ? std::string()
                   : std::string(static_cast<const char*>(column.getBlob()), static_cast<std::size_t>(size));
}

std::size_t bytes_of(const events::Record& record) {
  std::size_t bytes = record.value.size() + (record.key ? record.key->size() : 0);
  for (const events::Header& header : record.headers) bytes += header.name.size() + header.value.size();
  return bytes;
}

}  // namespace

SQLite::Statement select_parked(sqlite::Database& database, const std::string& condition) {
  return database.prepare(
      "SELECT partition, record_offset, log_time, stream_no, reason, key, headers, value FROM parked_records WHERE " +
      condition + " ORDER BY partition, record_offset");
}

ParkedRow parked_row(SQLite::Statement& select) {
  ParkedRow row{.record = {}, .stream = std::nullopt, .reason = select.getColumn(4).getString()};
  row.record.position = {.partition = select.getColumn(0).getInt(), .offset = select.getColumn(1).getInt64()};
  row.record.log_time = events::Instant(std::chrono::microseconds(select.getColumn(2).getInt64()));
  if (!select.getColumn(3).isNull()) row.stream = StreamNo{select.getColumn(3).getInt64()};
  if (!select.getColumn(5).isNull()) row.record.record.key = bytes_of(select.getColumn(5));
  row.record.record.headers = read_headers_blob(bytes_of(select.getColumn(6)));
  row.record.record.value = bytes_of(select.getColumn(7));
  return row;
}

ParkedPage list_parked(QueryConnection& connection, std::optional<events::Position> after, std::int64_t limit) {
  return connection.in_snapshot([&](std::string token) {
    ParkedPage page{.token = std::move(token), .rows = {}, .more = false};
    SQLite::Statement select = select_parked(connection.database(), "(partition, record_offset) > (?, ?)");
    const events::Position from = after.value_or(events::Position{.partition = -1, .offset = -1});
    select.bind(1, from.partition);
    select.bind(2, from.offset);
    std::size_t bytes = 0;
    while (select.executeStep()) {
      if (std::cmp_equal(page.rows.size(), limit) || bytes >= kPageBytes) {
        page.more = true;
        break;
      }
      page.rows.push_back(parked_row(select));
      bytes += bytes_of(page.rows.back().record.record);
    }
    return page;
  });
}

}  // namespace taskstream::projection
