#pragma once

#include <optional>
#include <string>

#include "command-service/core/request.hpp"
#include "command-service/domain/rejection.hpp"
#include "events/contract/ids.hpp"
#include "events/fold/stream_fold.hpp"
#include "events/log/freshness_field.hpp"
#include "http/problem.hpp"

// The one place where reasons become HTTP: a status, a stable code for machines, and a sentence for people that says
// what to do next.
namespace taskstream::command {

// `values_in` is where the request carried the values that a rejection may complain of.
http::Problem to_problem(const Rejection& rejection,
                         http::FieldError::Location values_in = http::FieldError::Location::Body);

// Of what the asker may not see it tells only that the id is taken.
http::Problem version_conflict(const VersionConflict& conflict);
http::Problem precondition_required();
http::Problem idempotency_key_reused();
http::Problem in_progress();
http::Problem skipped();  // an item of a batch
http::Problem token_unknown(events::FreshnessError error);

// ---- nothing happened, and trying again is safe
http::Problem contended();
http::Problem log_unavailable(const std::string& reason);
http::Problem behind_token(std::int64_t lag_records);
http::Problem too_many_wait();
http::Problem stream_quarantined(const events::Quarantine& quarantine);
http::Problem starting();

// ---- the event may yet land
http::Problem outcome_unknown(const events::EventId& event_id);

}  // namespace taskstream::command
