#include "http/config.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <boost/algorithm/string/join.hpp>
#include <cctype>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "http/text.hpp"

namespace taskstream::http {
namespace {

constexpr int kUsageError = 2;

std::string variable_of(std::string_view name) {
  std::string variable = "TASKSTREAM_";
  for (const char c : name) variable += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return variable;
}

// Decimal, without sign or leading zeros: `010` might be meant as eight.
std::optional<std::int64_t> read_number(const std::string& text) {
  if (text.size() > 1 && text.front() == '0') return std::nullopt;
  const auto value = read_decimal(text);
  if (!value || *value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

std::vector<std::string> at_commas(const std::string& text) {
  std::vector<std::string> parts;
  for (const auto part : split_list(text)) parts.emplace_back(part);
  return parts;
}

std::string_view without_quotes(std::string_view value) {
  const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
  return quoted ? value.substr(1, value.size() - 2) : value;
}

}  // namespace

Settings::Settings(std::string program, std::string purpose, std::string version)
    : program_(std::move(program)), purpose_(std::move(purpose)), version_(std::move(version)) {
  text("config", file_, "File with settings, one `name = value` a line; names as the flags'.",
       "/etc/taskstream/settings.conf");
}

void Settings::text(std::string_view name, std::string& target, std::string_view purpose, std::string_view example) {
  custom(name, target, purpose, example, [&target](const std::string& value) -> std::optional<std::string> {
    if (value.empty()) return "is empty";
    target = value;
    return std::nullopt;
  });
}

void Settings::toggle(std::string_view name, bool& target, std::string_view purpose) {
  declare({.name = std::string(name),
           .default_text = target ? "true" : "false",
           .purpose = std::string(purpose),
           .example = target ? "false" : "true",
           .kind = Kind::Toggle,
           .take = [&target](const std::vector<std::string>& values) -> std::optional<std::string> {
             if (values.front() != "true" && values.front() != "false") return "is neither `true` nor `false`";
             target = values.front() == "true";
             return std::nullopt;
           }});
}

void Settings::choice(std::string_view name, std::string& target, std::vector<std::string> choices,
                      std::string_view purpose) {
  const auto listed = boost::algorithm::join(choices, " | ");
  const auto example = choices.back();
  custom(name, target, std::string(purpose) + " (" + listed + ")", example,
         [&target, choices = std::move(choices), listed](const std::string& value) -> std::optional<std::string> {
           if (std::ranges::find(choices, value) == choices.end()) return "is none of " + listed;
           target = value;
           return std::nullopt;
         });
}

void Settings::list(std::string_view name, std::vector<std::string>& target, std::string_view purpose,
                    std::string_view example) {
  declare({.name = std::string(name),
           .default_text = boost::algorithm::join(target, ","),
           .purpose = std::string(purpose) + " May come several times.",
           .example = std::string(example),
           .kind = Kind::List,
           .take = [&target](const std::vector<std::string>& values) -> std::optional<std::string> {
             if (values.empty() || std::ranges::any_of(values, &std::string::empty)) return "is empty";
             target = values;
             return std::nullopt;
           }});
}

void Settings::declare_number(std::string_view name, std::int64_t present, Bounds bounds, std::string_view purpose,
                              std::function<void(std::int64_t)> take) {
  custom(name, std::to_string(present), purpose, std::to_string(std::clamp(present, bounds.min, bounds.max)),
         [bounds, take = std::move(take)](const std::string& value) -> std::optional<std::string> {
           const auto number = read_number(value);
           if (!number || *number < bounds.min || *number > bounds.max) {
             return "is not a decimal number between " + std::to_string(bounds.min) + " and " +
                    std::to_string(bounds.max);
           }
           take(*number);
           return std::nullopt;
         });
}

void Settings::custom(std::string_view name, std::string default_text, std::string_view purpose,
                      std::string_view example, Take take) {
  declare({.name = std::string(name),
           .default_text = std::move(default_text),
           .purpose = std::string(purpose),
           .example = std::string(example),
           .kind = Kind::Single,
           .take = [take = std::move(take)](const std::vector<std::string>& values) { return take(values.front()); }});
}

void Settings::argument(std::string_view name, std::string& target, std::string_view purpose,
                        std::string_view example) {
  declare({.name = std::string(name),
           .default_text = {},
           .purpose = std::string(purpose),
           .example = std::string(example),
           .kind = Kind::Argument,
           .take = [&target](const std::vector<std::string>& values) -> std::optional<std::string> {
             if (values.front().empty()) return "is empty";
             target = values.front();
             return std::nullopt;
           }});
}

std::vector<Settings::Flag> Settings::flags() const {
  std::vector<Flag> flags = {{.name = "--help", .purpose = "Show this and end.", .takes_value = false}};
  for (const auto& setting : settings_) {
    if (setting.kind == Kind::Argument) continue;
    flags.push_back(
        {.name = "--" + setting.name, .purpose = setting.purpose, .takes_value = setting.kind != Kind::Toggle});
  }
  return flags;
}

void Settings::require(std::function<std::optional<std::string>()> check) {
  checks_.push_back(std::move(check));
}

void Settings::declare(Setting setting) {
  if (find(setting.name) != nullptr) throw std::logic_error("two settings named " + setting.name);
  settings_.push_back(std::move(setting));
}

const Settings::Setting* Settings::find(std::string_view name) const {
  const auto found = std::ranges::find(settings_, name, &Setting::name);
  return found == settings_.end() ? nullptr : &*found;
}

// CLI11 splits values at blanks and commas in its files and passes over what it does not know, so files are read here.
std::optional<std::string> Settings::read_file(const std::string& path, FileValues& values) const {
  std::ifstream file(path);
  if (!file) return "cannot read " + path + ": does it exist, and may this user read it?";
  std::size_t number = 0;
  for (std::string line; std::getline(file, line);) {
    const auto where = path + " line " + std::to_string(++number);
    if (line.ends_with('\r')) line.pop_back();
    const auto text = trimmed(line);
    if (text.empty() || text.front() == '#' || text.front() == ';') continue;
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) return where + ": not `name = value`, e.g. `log-level = warn`";
    const auto name = trimmed(text.substr(0, equals));
    const auto* setting = find(name);
    if (setting == nullptr || setting->kind == Kind::Argument || name == "config")
      return where + ": there is no setting `" + std::string(name) + "`; --help lists them";
    auto& given = values[std::string(name)];
    if (!given.source.empty() && setting->kind != Kind::List)
      return where + ": `" + std::string(name) + "` is set a second time";
    given.source = where + ": `" + std::string(name) + '`';
    const auto value = std::string(without_quotes(trimmed(text.substr(equals + 1))));
    for (auto& part : setting->kind == Kind::List ? at_commas(value) : std::vector{value})
      given.values.push_back(std::move(part));
  }
  return std::nullopt;
}

std::optional<std::string> Settings::take_all(std::map<std::string, Given, std::less<>> flags,
                                              const Environment& environment) {
  FileValues in_file;
  for (const auto& setting : settings_) {  // the first is --config
    std::optional<Given> given;
    if (const auto flag = flags.find(setting.name); flag != flags.end()) {
      given = std::move(flag->second);
    } else if (setting.kind == Kind::Argument) {
      continue;  // CLI11 has refused a command line without it
    } else if (const char* value = environment(variable_of(setting.name).c_str()); value != nullptr) {
      given = Given{.source = variable_of(setting.name),
                    .values = setting.kind == Kind::List ? at_commas(value) : std::vector<std::string>{value}};
    } else if (const auto line = in_file.find(setting.name); line != in_file.end()) {
      given = line->second;
    }
    if (!given) continue;
    if (const auto complaint = setting.take(given->values)) {
      const std::string flag = setting.kind == Kind::Argument ? std::string() : "--" + setting.name;
      const std::string_view before_value =
          setting.kind == Kind::Argument ? "" : (setting.kind == Kind::Toggle ? "=" : " ");
      return given->source + " = `" + boost::algorithm::join(given->values, ",") + "` " + *complaint +
             "; for example: " + flag + std::string(before_value) + setting.example;
    }
    if (setting.name == "config") {
      if (auto complaint = read_file(file_, in_file)) return complaint;
    }
  }
  for (const auto& check : checks_) {
    if (auto complaint = check()) return complaint;
  }
  return std::nullopt;
}

std::optional<int> Settings::read(int argc, const char* const* argv, std::ostream& out, std::ostream& err,
                                  const Environment& environment) {
  CLI::App app(
      purpose_ +
          "\nEach setting may also be given as an environment variable (TASKSTREAM_ and its name in capitals, - as _) "
          "or as `name = value` in the file that --config names: flag > environment > file.",
      program_);
  app.set_help_flag("-h,--help", "Show this and end.");
  app.footer(examples_);
  if (find("version") == nullptr) {
    app.set_version_flag("--version", program_ + ' ' + version_, "Show the version and end.");
  }

  std::deque<std::string> toggles;  // where CLI11 leaves the values of flags
  std::map<std::string, CLI::Option*> options;
  for (const auto& setting : settings_) {
    const bool is_argument = setting.kind == Kind::Argument;
    const auto flag = (is_argument ? "" : "--") + setting.name;
    const auto purpose = setting.purpose + " e.g. " + setting.example;
    auto* option = setting.kind == Kind::Toggle
                       ? app.add_flag(flag, toggles.emplace_back(), setting.purpose)
                       : app.add_option(flag, [](const CLI::results_t&) { return true; }, purpose);
    if (setting.kind == Kind::List) option->take_all();
    if (is_argument) {
      option->required()->type_name("");
    } else if (setting.kind == Kind::Toggle) {
      const bool is_on = setting.default_text == "true";
      option->description(setting.purpose + (is_on ? " [on; --" + setting.name + "=false turns it off]" : " [off]"));
    } else {
      option->type_name("VALUE")->default_str(setting.default_text);
    }
    options.emplace(setting.name, option);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == static_cast<int>(CLI::ExitCodes::Success)) return app.exit(error, out, err);
    err << program_ << ": " << error.what();
    for (const auto& setting : settings_) {
      if (std::string_view(error.what()).starts_with("--" + setting.name + ":"))
        err << "; for example: --" << setting.name << ' ' << setting.example;
    }
    err << "\n--help lists all flags.\n";
    return kUsageError;
  }

  std::map<std::string, Given, std::less<>> flags;
  for (const auto& [name, option] : options) {
    if (option->count() == 0) continue;
    const auto source = option->get_positional() ? name : "--" + name;
    flags.emplace(name, Given{.source = source, .values = option->results()});
  }
  if (const auto complaint = take_all(std::move(flags), environment)) {
    err << program_ << ": " << *complaint << '\n';
    return kUsageError;
  }
  return std::nullopt;
}

std::optional<int> Settings::read(int argc, const char* const* argv) {
  return read(argc, argv, std::cout, std::cerr, [](const char* name) -> const char* { return std::getenv(name); });
}

}  // namespace taskstream::http
