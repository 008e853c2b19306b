#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

// What pages of other origins may do (the Fetch standard's CORS protocol): those that --cors-origin names may read
// every answer and send every request, all others are told nothing, so that their browser keeps the answer from them.
// Cookies and the like are never asked for: who authenticates sends `Authorization`.
namespace taskstream::http {

// Scheme, host and port as a browser would send them in `Origin`: `https://board.example`, `http://127.0.0.1:8081`.
bool is_origin(std::string_view text);

// What an answer says about its request's origin.
struct CorsAnswer {
  bool varies = false;         // another origin would be told otherwise: caches must know
  std::string allowed_origin;  // empty = none
  bool is_preflight = false;   // asks what it might send; of an allowed origin alone
};
CorsAnswer cors_answer(const Request& request, const std::vector<std::string>& cors_origins);

// As lines of a header. `allowed_methods` is the answer's `Allow`.
void append_cors_fields(std::string& head, const CorsAnswer& answer, std::string_view allowed_methods);

}  // namespace taskstream::http
