#pragma once

#include "http/metrics_page.hpp"
#include "projection-service/http/reader.hpp"

namespace taskstream::projection {

// What the workers share: the fold, who waits, the streams, the rebuild. From any thread.
void write_metrics(ReadSide& side, http::MetricsPage& page);

// What only the rows tell, read on this worker's connection. Nothing where there is no read model yet.
void write_model_metrics(Reader& reader, http::MetricsPage& page);

}  // namespace taskstream::projection
