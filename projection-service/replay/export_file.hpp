#pragma once

#include <boost/system/result.hpp>
#include <cstdint>
#include <optional>
#include <string>

#include "events/contract/log_event.hpp"
#include "events/contract/record.hpp"

// What an export consists of: the log's first event, its other accepted events in the order of each stream, and a
// closing line, by which a file that was cut short is known.
namespace taskstream::replay {

std::string closing_line(std::int64_t events);

// How many events a closing line names; nullopt for any other line.
std::optional<std::int64_t> events_of_closing_line(const events::Record& line);

// What the log said of itself; nullopt when this is no first event of a log.
std::optional<events::LogOpened> read_log_opened(const events::Record& record);

}  // namespace taskstream::replay
