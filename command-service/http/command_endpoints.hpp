#pragma once

#include <boost/system/result.hpp>
#include <functional>
#include <string>
#include <vector>

#include "command-service/core/request.hpp"
#include "command-service/http/answer.hpp"
#include "command-service/http/command_api.hpp"
#include "http/message.hpp"
#include "http/problem.hpp"

namespace taskstream::command {

// A request as the core takes it, and how the core's answer to it is told.
struct PreparedCommand {
  CommandRequest request;  // but for its timeout, which is set when it is handed to the core
  AnswerTerms answer_terms;
  std::vector<http::FieldError> unreadable;

  http::Outcome tell(const Answer& answer) const { return to_outcome(answer, answer_terms, unreadable); }
};

// Problems are what cannot be read at all (400).
using PrepareResult = boost::system::result<PreparedCommand, http::Problem>;

struct CommandEndpoint {
  http::Verb verb;
  std::string pattern;
  std::function<PrepareResult(const CommandApi&, const http::Request&)> prepare;
  http::Access access;
  std::vector<std::string> media_types = {};  // empty = the request has no body
};

// Every command on tasks and users, as single requests and the items of a batch ask for it.
std::vector<CommandEndpoint> command_endpoints();

}  // namespace taskstream::command
