#pragma once

#include "http/metrics_page.hpp"
#include "projection-service/http/reader.hpp"

namespace taskstream::projection {

// What the workers share: the fold, who waits, the streams, the rebuild. From any thread.
void write_metrics(ReadSide& side, http::MetricsPage& page);

// What only the rows tell: counted on this worker's connection, where there is a read model, and shown as it was
// counted last. Counting throws SQLite::Exception when the file cannot be read.
void count_parked(Reader& reader);
void write_parked(ReadSide& side, http::MetricsPage& page);

}  // namespace taskstream::projection
