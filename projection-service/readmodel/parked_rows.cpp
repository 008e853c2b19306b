#include "projection-service/readmodel/parked_rows.hpp"

#include "projection-service/readmodel/headers_blob.hpp"

namespace taskstream::projection {
namespace {

std::string bytes_of(const SQLite::Column& column) {
  const int size = column.getBytes();
  return size == 0 ? std::string()
                   : std::string(static_cast<const char*>(column.getBlob()), static_cast<std::size_t>(size));
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

}  // namespace taskstream::projection
