#include "http/auth/standing.hpp"

namespace taskstream::http {
namespace {

bool gives_the_same(const Principal& now, const Principal& then) {
  return now.actor == then.actor && now.role == then.role && now.scopes == then.scopes;
}

}  // namespace

Standing::Standing(const Authenticator* authenticator, const Request& request) : authenticator_(authenticator) {
  if (authenticator_ == nullptr) return;
  sent_.principal = request.principal;
  const auto field = request.fields.find(Field::authorization);
  if (field != request.fields.end()) sent_.fields.insert(Field::authorization, field->value());
  // No generation that there is: what was true when the request came is asked again.
  generation_ = authenticator_->generation() - 1;
}

bool Standing::holds() {
  if (authenticator_ == nullptr || !holds_) return holds_;
  const auto now = std::chrono::system_clock::now();
  const auto generation = authenticator_->generation();
  const bool has_ended = taken_until_ && now >= *taken_until_;
  if (generation == generation_ && !has_ended) return true;
  const auto grant = authenticator_->authenticate(sent_, now);
  holds_ = grant && gives_the_same(grant->principal, sent_.principal);
  if (holds_) taken_until_ = grant->taken_until;
  generation_ = generation;
  return holds_;
}

std::optional<std::chrono::milliseconds> Standing::remaining() const {
  if (!taken_until_) return std::nullopt;
  return std::chrono::ceil<std::chrono::milliseconds>(*taken_until_ - std::chrono::system_clock::now());
}

}  // namespace taskstream::http
