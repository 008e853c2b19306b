#include "command-service/http/command_metrics.hpp"

#include <string>

namespace taskstream::command {
namespace {

using http::MetricsPage;

double seconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double>(time).count();
}

void write_commands(const Figures& figures, MetricsPage& page) {
  for (std::size_t command = 0; command < kCommands; ++command) {
    for (std::size_t outcome = 0; outcome < kOutcomes; ++outcome) {
      page.counter("taskstream_commands_total", "Commands answered, by what was asked and what became of it.",
                   static_cast<double>(figures.commands[command][outcome]),
                   {{"command", std::string(command_name(command))},
                    {"outcome", std::string(to_string(static_cast<Outcome>(outcome)))}});
    }
  }
  page.counter("taskstream_commands_superseded_total", "Own appends whose version another event took.",
               static_cast<double>(figures.superseded));
  page.counter("taskstream_commands_decided_again_total", "Commands decided again after they had lost a race.",
               static_cast<double>(figures.decided_again));
  page.counter("taskstream_duties_total", "What policies did by themselves, e.g. unassigning a deactivated user.",
               static_cast<double>(figures.duties_done));
  page.durations("taskstream_command_verdict_duration_seconds", "From an append until its verdict was known.",
                 figures.verdicts);
  page.durations("taskstream_barrier_wait_duration_seconds",
                 "How long commands and strong reads waited for a look at the log's end.", figures.barriers);
}

void write_fold(const Replica& replica, MetricsPage& page) {
  const Figures& figures = replica.figures();
  const auto record = [&page](const char* verdict, std::uint64_t count) {
    page.counter("taskstream_fold_records_total", "Records folded, by the verdict of the acceptance rule.",
                 static_cast<double>(count), {{"verdict", verdict}});
  };
  record("accepted", figures.records_accepted);
  record("superseded", figures.records_superseded);
  record("malformed", figures.records_malformed);
  page.counter("taskstream_fold_parked_total", "Accepted records that this release cannot fold.",
               static_cast<double>(figures.records_parked));
  for (events::Partition p = 0; p < replica.fold().size(); ++p) {
    page.gauge("taskstream_fold_position", "The next offset that is folded, by partition.",
               static_cast<double>(replica.fold().next(p)), {{"partition", std::to_string(p)}});
  }
  page.gauge("taskstream_fold_lag_records", "Records between the fold and the end of the log as last told.",
             static_cast<double>(replica.lag().records(replica.fold())));
  page.gauge("taskstream_fold_lag_seconds", "For how long the oldest record that is not folded has been known of.",
             seconds(replica.lag().time(replica.fold(), std::chrono::steady_clock::now())));
  page.gauge("taskstream_waiters", "Requests that wait for what their consistency token names.",
             static_cast<double>(replica.waiting_for_tokens()));
  page.gauge("taskstream_commands_under_way",
             "Commands that are carried out, the service's own among them, and that wait no longer for a token.",
             static_cast<double>(replica.commands_under_way()));
  page.gauge("taskstream_reads_under_way", "Strong reads that wait for a look at the log's end.",
             static_cast<double>(replica.reads_under_way()));
}

void write_appends(const ReplicaDriver& driver, MetricsPage& page) {
  const ReplicaDriver::Appends& appends = driver.appends();
  const auto append = [&page](const char* outcome, std::uint64_t count) {
    page.counter("taskstream_log_appends_total", "Appends, by what the log said of them.", static_cast<double>(count),
                 {{"outcome", outcome}});
  };
  append("appended", appends.appended);
  append("not_appended", appends.not_appended);
  append("unknown", appends.unknown);
  page.durations("taskstream_log_append_duration_seconds", "From handing a record to the log until it was durable.",
                 appends.durations);
  page.gauge("taskstream_clock_skew_seconds", "How far the log's clock was off this machine's at the last append.",
             seconds(driver.clock_skew()));
}

void write_state_file(const ReplicaDriver& driver, MetricsPage& page) {
  const StateWriter::Figures saves = driver.state_saves();
  page.durations("taskstream_state_save_duration_seconds", "How long changes took to be saved in the state file.",
                 saves.saves);
  page.counter("taskstream_state_save_failures_total", "Attempts to save that failed; each is tried again.",
               static_cast<double>(saves.failures));
}

}  // namespace

void write_metrics(const CommandApi& api, MetricsPage& page) {
  page.gauge("taskstream_log_reachable", "1 while nothing speaks against the log being in reach.",
             api.replica != nullptr && api.replica->is_log_reachable() ? 1 : 0);
  if (api.replica == nullptr) return;
  write_commands(api.replica->replica().figures(), page);
  write_fold(api.replica->replica(), page);
  write_appends(*api.replica, page);
  write_state_file(*api.replica, page);
  events::write(api.replica->log_figures(), page);
}

}  // namespace taskstream::command
