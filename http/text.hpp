#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

// The small grammar that header fields share (RFC 9110 §5.6).
namespace taskstream::http {

std::string_view trimmed(std::string_view text);  // without blanks (space, tab) around it
bool is_token(std::string_view text);
bool is_printable(std::string_view text);  // space to tilde
bool is_utf8(std::string_view text);       // RFC 3629: no surrogates, nothing overlong
bool equals_ignoring_case(std::string_view a, std::string_view b);

void append_number(std::string& text, std::uint64_t number);

// Digits alone; nullopt for anything else and for what does not fit.
std::optional<std::uint64_t> read_decimal(std::string_view text);

// The parts between separators, trimmed; a separator inside a quoted string does not count. Empty parts are left out.
std::vector<std::string_view> split_list(std::string_view text, char separator = ',');

}  // namespace taskstream::http
