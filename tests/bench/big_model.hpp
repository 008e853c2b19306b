#pragma once

#include <cstddef>
#include <string>

// A read model of many tasks, and how long its queries take.
namespace taskstream::bench {

// Writes so many tasks, each with 36 words of text, into a read model that a projection has made and left, through the
// projection's own writer. One user for each 200 of them. Answers how many tasks were written a second.
double make_model(const std::string& path, std::size_t tasks);

// Prints `name p50_ms p99_ms` for each kind of query on such a model, one kind after the other, for so many
// seconds all in all.
void measure_queries(const std::string& path, std::size_t tasks, double seconds);

}  // namespace taskstream::bench
