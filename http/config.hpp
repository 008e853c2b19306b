#pragma once

#include <chrono>
#include <concepts>
#include <cstdint>
#include <deque>
#include <functional>
#include <iosfwd>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace taskstream::http {

// The settings of a program. Each is declared once and may be given as a flag, an environment variable (TASKSTREAM_ and
// the flag's name in capitals) or a `name = value` line of the file that --config names; the first of these that has it
// counts. Nonsense is refused with the name that the reader gave and an example that would do.
class Settings {
 public:
  // `version` is what --version shows, unless a setting of that name is declared.
  Settings(std::string program, std::string purpose, std::string version);

  // What is declared is taken into `target`, whose present value is the default.
  void text(std::string_view name, std::string& target, std::string_view purpose, std::string_view example);
  void toggle(std::string_view name, bool& target, std::string_view purpose);
  void choice(std::string_view name, std::string& target, std::vector<std::string> choices, std::string_view purpose);
  // A flag that may come several times; in the environment and the file values are separated by commas.
  void list(std::string_view name, std::vector<std::string>& target, std::string_view purpose,
            std::string_view example);

  struct Bounds {
    std::int64_t min;
    std::int64_t max;
  };
  template <std::integral Number>
  void number(std::string_view name, Number& target, Bounds bounds, std::string_view purpose) {
    declare_number(name, static_cast<std::int64_t>(target), bounds, purpose,
                   [&target](std::int64_t value) { target = static_cast<Number>(value); });
  }
  void number(std::string_view name, std::chrono::milliseconds& target, Bounds bounds, std::string_view purpose) {
    declare_number(name, target.count(), bounds, purpose,
                   [&target](std::int64_t value) { target = std::chrono::milliseconds(value); });
  }

  // Any other kind: `take` answers what is wrong with a value, or nothing.
  using Take = std::function<std::optional<std::string>(const std::string& value)>;
  void custom(std::string_view name, std::string default_text, std::string_view purpose, std::string_view example,
              Take take);
  // A kind that has a parser of its own: `parse` answers the value, or an error with a `message`.
  template <class Value, class Parse>
  void parsed(std::string_view name, std::string default_text, Value& target, std::string_view purpose,
              std::string_view example, Parse parse) {
    custom(name, std::move(default_text), purpose, example,
           [&target, parse](const std::string& text) -> std::optional<std::string> {
             auto value = parse(text);
             if (!value) return value.error().message;
             target = *std::move(value);
             return std::nullopt;
           });
  }
  // What must be named without a flag, on the command line alone: taken in the order of declaration.
  void argument(std::string_view name, std::string& target, std::string_view purpose, std::string_view example);
  // Shown at the end of --help.
  void examples(std::string text) { examples_ = std::move(text); }
  // Looked at once all values are taken: answers what does not fit together, or nothing.
  void require(std::function<std::optional<std::string>()> check);

  // What a shell may offer to complete: `--name` of each flag, and whether a value follows it.
  struct Flag {
    std::string name;
    std::string purpose;
    bool takes_value;
  };
  std::vector<Flag> flags() const;

  using Environment = std::function<const char*(const char* name)>;
  // nullopt = go on. Otherwise the program ends with this exit code: help, version or a complaint has been written.
  std::optional<int> read(int argc, const char* const* argv, std::ostream& out, std::ostream& err,
                          const Environment& environment);
  std::optional<int> read(int argc, const char* const* argv);

 private:
  enum class Kind { Single, Toggle, List, Argument };
  struct Setting {
    std::string name;
    std::string default_text;
    std::string purpose;
    std::string example;
    Kind kind;
    std::function<std::optional<std::string>(const std::vector<std::string>& values)> take;
  };
  // Where a value came from, as its reader would name it, and the value.
  struct Given {
    std::string source;
    std::vector<std::string> values;
  };
  using FileValues = std::map<std::string, Given, std::less<>>;

  void declare(Setting setting);
  void declare_number(std::string_view name, std::int64_t present, Bounds bounds, std::string_view purpose,
                      std::function<void(std::int64_t)> take);
  std::optional<std::string> take_all(std::map<std::string, Given, std::less<>> flags, const Environment& environment);
  std::optional<std::string> read_file(const std::string& path, FileValues& values) const;
  const Setting* find(std::string_view name) const;

  std::string program_;
  std::string purpose_;
  std::string version_;
  std::string examples_;
  std::string file_;
  std::deque<Setting> settings_;
  std::vector<std::function<std::optional<std::string>()>> checks_;
};

}  // namespace taskstream::http
