#pragma once

#include <string>

namespace taskstream::bench {

// The rows of a finished read model, inserted into an empty file of the same schema and settings: in the order of the
// log, with prepared statements, in transactions of 1,000 events, each row once in its last state. Nothing is decoded,
// folded or updated. Answers events a second.
double measure_naive_catch_up(const std::string& finished_model, const std::string& into);

}  // namespace taskstream::bench
