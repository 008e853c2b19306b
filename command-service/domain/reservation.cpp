#include "command-service/domain/reservation.hpp"

namespace taskstream::command {

Reservation reservation_of(const events::EmailState* claim, const events::UserId& user, events::StreamVersion next) {
  if (claim == nullptr || !claim->claimed_by) return Reservation::ToBeClaimed;
  if (claim->claimed_by != user) return Reservation::Taken;
  if (claim->user_version == next) return Reservation::Held;
  // Never over a later one: the record that it stands for may be in the log already, and would lose its claim.
  return claim->user_version < next ? Reservation::ToBeClaimed : Reservation::Unclear;
}

}  // namespace taskstream::command
