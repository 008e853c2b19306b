#pragma once

#include <cstdint>
#include <string>

#include "events/contract/ids.hpp"
#include "events/contract/instant.hpp"

// What a made model holds, for those who make it and those who ask.
namespace taskstream::bench {

inline constexpr events::Instant kStart{std::chrono::seconds(1'700'000'000)};

inline events::Uuid numbered_uuid(std::uint8_t family, std::uint64_t number) {
  events::Uuid::Bytes bytes{family, 0, 0, 0, 0, 0, 0x40, 0, 0x80};
  for (std::size_t i = 0; i < 7; ++i) bytes[15 - i] = static_cast<std::uint8_t>(number >> (8 * i));
  return events::Uuid(bytes);
}

// Each has created, and is assigned to, as many tasks whatever the size of the model.
inline std::size_t users_of(std::size_t tasks) {
  return tasks / 200;
}
inline events::UserId user_of(std::size_t number) {
  return events::UserId(numbered_uuid(0x22, number));
}

// Half of the due dates lie before it.
inline events::Instant now_of(std::size_t tasks) {
  return kStart + std::chrono::seconds(tasks * 10);
}

// The words of the vocabulary: 0 is in nearly every task, the last in hardly one.
inline std::string word_of(std::size_t rank) {
  std::string word;
  for (std::size_t rest = rank + 1; rest > 0; rest /= 20) word += "bcdfghklmnprstvwxzaeiou"[rest % 20];
  return word + "o" + std::to_string(rank % 10);
}

// Words in exactly so many tasks, here and there in the whole.
inline std::string marker_of(std::size_t number, std::size_t tasks) {
  return std::string(number % (tasks / 200) == 0 ? " inn200" : "") + (number % (tasks / 20) == 0 ? " inn20x" : "") +
         (number < tasks / 20 ? " oldest" : "");
}

}  // namespace taskstream::bench
