#include "projection-service/replay/completion.hpp"

#include "projection-service/replay/output.hpp"

namespace taskstream::replay {
namespace {

std::vector<http::Settings::Flag> flags_of(const SubcommandEntry& entry) {
  const auto subcommand = entry.make();
  http::Settings settings("taskstream-replay", std::string(entry.purpose), TASKSTREAM_VERSION);
  subcommand->declare(settings);
  return settings.flags();
}

std::string names_of(const SubcommandEntry& entry) {
  std::string names;
  for (const auto& flag : flags_of(entry)) names.append(names.empty() ? "" : " ").append(flag.name);
  return names;
}

// In single quotes of a shell, inside the brackets of zsh's _arguments.
std::string described(const std::string& text) {
  std::string safe;
  for (const char c : text) {
    if (c == '\'') safe += "'\\'";
    if (c == '[' || c == ']' || c == ':') safe += '\\';
    safe += c;
  }
  return safe;
}

void print_bash() {
  print_line("# taskstream-replay in bash: source <(taskstream-replay completion bash)");
  print_line("_taskstream_replay() {");
  print_line("  local word=${COMP_WORDS[COMP_CWORD]} flags=");
  print_line("  case ${COMP_WORDS[1]-} in");
  std::string all;
  for (const SubcommandEntry& entry : subcommands()) {
    all.append(all.empty() ? "" : " ").append(entry.name);
    print_line("    " + std::string(entry.name) + ") flags=\"" + names_of(entry) + "\" ;;");
  }
  print_line("  esac");
  print_line("  if ((COMP_CWORD == 1)); then");
  print_line("    COMPREPLY=($(compgen -W \"" + all + " --help --version\" -- \"$word\"))");
  print_line("  elif [[ ${COMP_WORDS[1]} == completion && $word != -* ]]; then");
  print_line("    COMPREPLY=($(compgen -W \"bash zsh\" -- \"$word\"))");
  print_line("  elif [[ $word == -* ]]; then");
  print_line("    COMPREPLY=($(compgen -W \"$flags\" -- \"$word\"))");
  print_line("  else");
  print_line("    COMPREPLY=($(compgen -f -- \"$word\"))");
  print_line("  fi");
  print_line("}");
  print_line("complete -o filenames -F _taskstream_replay taskstream-replay");
}

void print_zsh() {
  print_line("#compdef taskstream-replay");
  print_line(
      "# taskstream-replay in zsh: taskstream-replay completion zsh > a file _taskstream-replay in a folder of $fpath");
  print_line("_taskstream_replay() {");
  print_line("  if ((CURRENT == 2)); then");
  print_line("    local -a all=(");
  for (const SubcommandEntry& entry : subcommands()) {
    print_line("      '" + std::string(entry.name) + ":" + described(std::string(entry.purpose)) + "'");
  }
  print_line("    )");
  print_line("    _describe 'subcommand' all");
  print_line("    return");
  print_line("  fi");
  print_line("  case $words[2] in");
  for (const SubcommandEntry& entry : subcommands()) {
    std::string line = "    " + std::string(entry.name) + ") _arguments";
    for (const auto& flag : flags_of(entry)) {
      line += " '" + flag.name + "[" + described(flag.purpose) + "]" + (flag.takes_value ? ":value:_files" : "") + "'";
    }
    print_line(line + (entry.name == "completion" ? " '2:shell:(bash zsh)'" : " '*:file:_files'") + " ;;");
  }
  print_line("  esac");
  print_line("}");
  print_line("compdef _taskstream_replay taskstream-replay");
}

class Completion final : public Subcommand {
 public:
  void declare(http::Settings& settings) override {
    settings.argument("SHELL", shell_, "bash or zsh.", "bash");
    settings.require([this]() -> std::optional<std::string> {
      if (shell_ == "bash" || shell_ == "zsh") return std::nullopt;
      return "SHELL = `" + shell_ + "` is neither bash nor zsh";
    });
    settings.examples(
        "Examples:\n"
        "  source <(taskstream-replay completion bash)\n"
        "  taskstream-replay completion zsh > ~/.zfunc/_taskstream-replay");
  }

  int run(Interruption&) override {
    shell_ == "bash" ? print_bash() : print_zsh();
    flush_output();
    return kFine;
  }

 private:
  std::string shell_;
};

}  // namespace

std::unique_ptr<Subcommand> make_completion() {
  return std::make_unique<Completion>();
}

}  // namespace taskstream::replay
