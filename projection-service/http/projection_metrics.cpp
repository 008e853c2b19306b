#include "projection-service/http/projection_metrics.hpp"

#include <chrono>
#include <string>

namespace taskstream::projection {
namespace {

using http::MetricsPage;

void write_fold(ReadSide& side, MetricsPage& page) {
  const ProjectionFigures::Values figures = side.figures().values();
  const auto record = [&page](const char* verdict, std::uint64_t count) {
    page.counter("taskstream_fold_records_total", "Records folded, by the verdict of the acceptance rule.",
                 static_cast<double>(count), {{"verdict", verdict}});
  };
  record("accepted", figures.records.accepted);
  record("superseded", figures.records.superseded);
  record("malformed", figures.records.malformed);
  page.counter("taskstream_fold_parked_total", "Accepted records that this release cannot fold.",
               static_cast<double>(figures.records.unfoldable));
  page.durations("taskstream_read_model_commit_duration_seconds",
                 "How long a transaction of the read model took to be written and committed.", figures.commits);

  const auto committed = side.freshness().committed();
  for (events::Partition p = 0; p < committed->positions.size(); ++p) {
    page.gauge("taskstream_fold_position", "The next offset that is folded, by partition.",
               static_cast<double>(committed->positions.next(p)), {{"partition", std::to_string(p)}});
  }
  const Lag lag = side.freshness().lag();
  page.gauge("taskstream_fold_lag_records", "Records between the fold and the end of the log as last told.",
             static_cast<double>(lag.records));
  page.gauge("taskstream_fold_lag_seconds", "For how long the oldest record that is not folded has been known of.",
             std::chrono::duration<double>(lag.behind).count());
  page.gauge("taskstream_read_model_age_seconds", "Since the read model was last known to hold everything.",
             static_cast<double>(lag.age.count()));
}

void write_waiters(const TokenWaiters& waiters, MetricsPage& page) {
  page.gauge("taskstream_waiters", "Requests that wait for what their consistency token names.",
             static_cast<double>(waiters.size()));
  const TokenWaiters::Figures figures = waiters.figures();
  const auto ended = [&](const char* outcome, TokenWaiters::Outcome which) {
    page.counter("taskstream_waits_total", "Requests that had to wait for their consistency token, by how that ended.",
                 static_cast<double>(figures.ended[static_cast<std::size_t>(which)]), {{"outcome", outcome}});
  };
  ended("covered", TokenWaiters::Outcome::Covered);
  ended("timed_out", TokenWaiters::Outcome::TimedOut);
  ended("refused", TokenWaiters::Outcome::Full);
  ended("closed", TokenWaiters::Outcome::Closed);
  page.durations("taskstream_token_wait_duration_seconds", "How long requests waited until their token was covered.",
                 figures.waits);
}

void write_streams(ReadSide& side, MetricsPage& page) {
  const StreamFigures& streams = side.streams();
  page.gauge("taskstream_streams", "Event streams that are open.", static_cast<double>(side.changes().open_streams()));
  page.counter("taskstream_streams_opened_total", "Event streams that were opened.",
               static_cast<double>(streams.opened));
  page.counter("taskstream_streams_refused_total", "Event streams refused because as many were open as may be.",
               static_cast<double>(streams.refused));
  const auto cut_off = [&page](const char* reason, std::uint64_t count) {
    page.counter("taskstream_streams_cut_off_total", "Event streams cut off because the client was too slow.",
                 static_cast<double>(count), {{"reason", reason}});
  };
  cut_off("resync", streams.fell_back);
  cut_off("stalled", streams.stalled);
}

void write_rebuild(ReadSide& side, MetricsPage& page) {
  const auto progress = side.rebuilds().progress();
  page.gauge("taskstream_rebuild_running", "1 while a read model is asked for or being built.", progress ? 1 : 0);
  page.gauge("taskstream_rebuild_records_done", "Records that the rebuild under way has read.",
             progress ? static_cast<double>(progress->done) : 0);
  page.gauge("taskstream_rebuild_records_wanted", "Records that the rebuild under way has to read.",
             progress ? static_cast<double>(progress->total) : 0);
}

}  // namespace

void write_metrics(ReadSide& side, MetricsPage& page) {
  write_fold(side, page);
  write_waiters(side.waiters(), page);
  write_streams(side, page);
  write_rebuild(side, page);
  const events::EventLog* log = side.opened_log();
  page.gauge("taskstream_log_reachable", "1 while nothing speaks against the log being in reach.",
             log != nullptr && log->is_reachable() ? 1 : 0);
  if (log != nullptr) events::write(log->figures(), page);
}

void count_parked(Reader& reader) {
  if (!reader.side().served()) return;
  const auto counts = reader.run([](TaskQueries& queries) { return queries.counts(); });
  if (!counts) return;  // it took too long
  reader.side().parked().quarantined_streams = counts->quarantined;
  reader.side().parked().records = counts->parked;
}

void write_parked(ReadSide& side, MetricsPage& page) {
  const std::int64_t records = side.parked().records;
  if (records < 0) return;
  page.gauge("taskstream_parked_records", "Records that are parked: see /v1/parked.", static_cast<double>(records));
  page.gauge("taskstream_quarantined_streams", "Streams that cannot be changed because a record is not understood.",
             static_cast<double>(side.parked().quarantined_streams));
}

}  // namespace taskstream::projection
