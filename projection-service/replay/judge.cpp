#include "projection-service/replay/judge.hpp"

namespace taskstream::replay {

Judgement Judge::judge(const events::LogRecord& record) {
  const auto envelope = events::read_envelope(record.record, record.position.partition, partitions_);
  if (!envelope) return {.verdict = events::Verdict::Malformed, .reason = envelope.error().reason};
  const auto known = versions_.find(envelope->stream.to_string());
  const events::StreamVersion before = known != versions_.end() ? known->second : events::StreamVersion{};
  Judgement judgement{.verdict = events::Verdict::Superseded, .reason = {}, .envelope = *envelope, .before = before};
  if (!events::accepts(before, envelope->version)) return judgement;
  judgement.verdict = events::Verdict::Accepted;
  if (known != versions_.end()) {
    known->second = envelope->version;
  } else {
    versions_.emplace(envelope->stream.to_string(), envelope->version);
  }
  return judgement;
}

}  // namespace taskstream::replay
