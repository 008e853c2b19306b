#pragma once

#include <string>

namespace taskstream::bench {

// A projection before anybody has thought about it: each record is judged and folded as it is read, and all of its rows
// are written at once and whole, on one thread, into the same tables with the same indexes and words, in transactions
// of 1,000 records. Every stream stays in memory, so nothing is ever looked up. Answers events a second, from opening
// the log to the commit of its last record.
double measure_naive_loop(const std::string& log_url, const std::string& into);

}  // namespace taskstream::bench
