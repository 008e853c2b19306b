#pragma once

#include <vector>

#include "command-service/core/request.hpp"
#include "http/router.hpp"

namespace taskstream::command {

// How a success is told.
enum class AnswerForm {
  Created,  // 201 with Location and the task or user
  Changed,  // 200 with the task or user
  Deleted,  // 204 without a tag: there is nothing left to name, or nothing that whoever asks may see
  Read,     // 200 with the task or user, whatever was preferred
};

AnswerForm answer_form(const Command& command);

// False of what was deleted, and of what whoever asks may not see: a success then tells that it is done, and no more.
bool is_shown(const events::State& state);

struct AnswerTerms {
  events::LogId log_id;
  events::PositionVector sent;  // of the consistency tokens that came with the request: the answer's token covers them
  bool return_minimal = false;
  AnswerForm form = AnswerForm::Changed;
  http::FieldError::Location values_in = http::FieldError::Location::Body;
};

// From the core's answer to HTTP's. `unreadable` are the values that could not be parsed; they are told in their turn,
// when the core says that the values are invalid.
http::Outcome to_outcome(const Answer& answer, const AnswerTerms& terms,
                         const std::vector<http::FieldError>& unreadable);

// 304 in place of a successful read whose tag If-None-Match names.
http::Outcome not_modified_or(http::Outcome outcome, const http::Request& request);

}  // namespace taskstream::command
