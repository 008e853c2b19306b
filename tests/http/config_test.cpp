#include "http/config.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "http/server_flags.hpp"

namespace taskstream::http {
namespace {

// A program with one setting of each kind, and what it said.
struct Program {
  std::string log = "file:data/log";
  std::int64_t timeout_ms = 5000;
  bool precondition = true;
  std::string format = "text";
  std::vector<std::string> origins;
  std::map<std::string, std::string> environment;
  std::string out;
  std::string err;

  std::optional<int> run(std::vector<const char*> arguments) {
    Settings settings("taskstream-test", "Tests settings.", "1.2.3");
    settings.text("log", log, "Log to use.", "file:data/log");
    settings.number("command-timeout-ms", timeout_ms, {2500, 60'000}, "Milliseconds.");
    settings.toggle("require-precondition", precondition, "Ask for one.");
    settings.choice("log-format", format, {"text", "json"}, "Format.");
    settings.list("cors-origin", origins, "Origin.", "https://board.example");
    arguments.insert(arguments.begin(), "taskstream-test");
    std::ostringstream said;
    std::ostringstream complained;
    const auto exit = settings.read(static_cast<int>(arguments.size()), arguments.data(), said, complained,
                                    [this](const char* name) -> const char* {
                                      const auto found = environment.find(name);
                                      return found == environment.end() ? nullptr : found->second.c_str();
                                    });
    out = said.str();
    err = complained.str();
    return exit;
  }
  bool complains_of(std::string_view words) const { return err.find(words) != std::string::npos; }
};

class SettingsFile : public ::testing::Test {
 protected:
  ~SettingsFile() override { std::filesystem::remove(path_); }
  const char* holding(std::string_view text) {
    std::ofstream(path_) << text;
    return path_.c_str();
  }
  const std::string path_ =
      (std::filesystem::temp_directory_path() / ("taskstream-settings-" + std::to_string(::getpid()))).string();
};

TEST(Settings, KeepTheirDefaults) {
  Program program;
  EXPECT_EQ(program.run({}), std::nullopt) << program.err;
  EXPECT_EQ(program.timeout_ms, 5000);
  EXPECT_TRUE(program.precondition);
}

TEST(Settings, ComeFromFlags) {
  Program program;
  EXPECT_EQ(program.run({"--log", "kafka://a:1,b:2/t", "--command-timeout-ms=2500", "--require-precondition=false",
                         "--log-format", "json", "--cors-origin", "http://a", "--cors-origin", "http://b"}),
            std::nullopt)
      << program.err;
  EXPECT_EQ(program.log, "kafka://a:1,b:2/t");
  EXPECT_EQ(program.timeout_ms, 2500);
  EXPECT_FALSE(program.precondition);
  EXPECT_EQ(program.format, "json");
  EXPECT_EQ(program.origins, (std::vector<std::string>{"http://a", "http://b"}));
}

TEST_F(SettingsFile, ComesAfterEnvironmentAndFlags) {
  Program program;
  program.environment = {{"TASKSTREAM_LOG", "file:environment"},
                         {"TASKSTREAM_LOG_FORMAT", "json"},
                         {"TASKSTREAM_CORS_ORIGIN", "http://a, http://b"}};
  EXPECT_EQ(program.run({"--config",
                         holding("# a comment\n\nlog = \"file:from file\"\r\nlog-format=text\n command-timeout-ms = "
                                 "3000\nrequire-precondition = false\n"),
                         "--log", "file:flag"}),
            std::nullopt)
      << program.err;
  EXPECT_EQ(program.log, "file:flag");
  EXPECT_EQ(program.format, "json");
  EXPECT_EQ(program.timeout_ms, 3000);
  EXPECT_FALSE(program.precondition);
  EXPECT_EQ(program.origins, (std::vector<std::string>{"http://a", "http://b"}));
}

TEST_F(SettingsFile, MayBeNamedByTheEnvironment) {
  Program program;
  program.environment = {
      {"TASKSTREAM_CONFIG", holding("log = kafka://a:1,b:2/t\ncors-origin = http://a\ncors-origin = http://b\n")}};
  EXPECT_EQ(program.run({}), std::nullopt) << program.err;
  EXPECT_EQ(program.log, "kafka://a:1,b:2/t");
  EXPECT_EQ(program.origins.size(), 2U);
}

TEST_F(SettingsFile, IsRefusedWhereItMakesNoSense) {
  const auto refused = [this](std::string_view text, std::string_view words) {
    Program program;
    EXPECT_EQ(program.run({"--config", holding(text)}), 2) << text;
    EXPECT_TRUE(program.complains_of(words)) << program.err;
    EXPECT_TRUE(program.complains_of("line " + std::to_string(std::ranges::count(text, '\n') + 1))) << program.err;
  };
  refused("lgo = x", "no setting `lgo`");
  refused("\nlog file:x", "`name = value`");
  refused("[section]", "`name = value`");
  refused("log = a\nlog = b", "second time");
  refused("command-timeout-ms = 5s", "`command-timeout-ms` = `5s` is not a decimal number between 2500 and 60000");
  refused("config = other", "no setting `config`");
  Program program;
  EXPECT_EQ(program.run({"--config", "/nowhere/at/all"}), 2);
  EXPECT_TRUE(program.complains_of("cannot read /nowhere/at/all"));
}

TEST(Settings, TakeOnlyPlainNumbersWithinBounds) {
  for (const auto* value : {"", "+5000", "-5000", "05000", "5e3", "5000.0", "0x1388", "5000ms", " 5000", "2499",
                            "60001", "99999999999999999999"}) {
    Program program;
    program.environment = {{"TASKSTREAM_COMMAND_TIMEOUT_MS", value}};
    EXPECT_EQ(program.run({}), 2) << value;
    EXPECT_TRUE(program.complains_of("TASKSTREAM_COMMAND_TIMEOUT_MS = `")) << program.err;
    EXPECT_TRUE(program.complains_of("for example: --command-timeout-ms 5000")) << program.err;
  }
}

TEST(Settings, RefuseNonsenseByItsName) {
  const auto refused = [](std::vector<const char*> arguments, std::string_view words) {
    Program program;
    EXPECT_EQ(program.run(std::move(arguments)), 2);
    EXPECT_TRUE(program.complains_of(words)) << program.err;
  };
  refused({"--lgo", "x"}, "--lgo");
  refused({"stray"}, "stray");
  refused({"--log"}, "for example: --log file:data/log");
  refused({"--log", ""}, "--log = `` is empty");
  refused({"--log", "a", "--log", "b"}, "--log");
  refused({"--require-precondition=maybe"}, "--require-precondition = `maybe` is neither");
  refused({"--log-format", "xml"}, "--log-format = `xml` is none of text | json");
}

TEST(Settings, ExplainThemselves) {
  Program program;
  EXPECT_EQ(program.run({"--help"}), 0);
  for (const auto* words :
       {"--command-timeout-ms", "5000", "--require-precondition", "--config", "--version", "file:data/log"}) {
    EXPECT_NE(program.out.find(words), std::string::npos) << words << " in\n" << program.out;
  }
  EXPECT_EQ(program.run({"--version"}), 0);
  EXPECT_NE(program.out.find("taskstream-test 1.2.3"), std::string::npos) << program.out;
}

TEST(ListenAddress, IsAnAddressAndAPort) {
  EXPECT_EQ(read_listen_address("127.0.0.1:8080")->port, 8080);
  EXPECT_EQ(read_listen_address("localhost:0")->host, "localhost");
  EXPECT_EQ(read_listen_address("[::1]:80")->host, "::1");
  for (const auto* text : {"", ":80", "8080", "127.0.0.1", "127.0.0.1:", "127.0.0.1:65536", "127.0.0.1:080", "::1:80",
                           "[::1]", "[127.0.0.1]:80", "example.org:80", "127.0.0.1:+1", "localhost:80x"}) {
    EXPECT_FALSE(read_listen_address(text)) << text;
  }
}

std::optional<int> run_server(std::vector<const char*> arguments, ServerFlags& flags, std::string& complaint) {
  Settings settings("taskstream-test", "Tests settings.", "1.2.3");
  declare_server_flags(settings, flags);
  arguments.insert(arguments.begin(), "taskstream-test");
  std::ostringstream err;
  const auto exit = settings.read(static_cast<int>(arguments.size()), arguments.data(), err, err,
                                  [](const char*) -> const char* { return nullptr; });
  complaint = err.str();
  return exit;
}

// A program that must be told what to work on.
std::optional<int> run_on(std::vector<const char*> arguments, std::string& target, std::string& version,
                          std::string& said) {
  Settings settings("taskstream-test", "Tests arguments.", "1.2.3");
  settings.argument("FILE", target, "What to read.", "events.ndjson");
  settings.text("version", version, "Of what is read.", "7");
  settings.examples("Examples:\n  taskstream-test events.ndjson");
  arguments.insert(arguments.begin(), "taskstream-test");
  std::ostringstream out;
  const auto exit = settings.read(static_cast<int>(arguments.size()), arguments.data(), out, out,
                                  [](const char*) -> const char* { return "from-the-environment"; });
  said = out.str();
  return exit;
}

TEST(Arguments, AreTakenFromTheCommandLineAlone) {
  std::string target;
  std::string version;
  std::string said;
  EXPECT_EQ(run_on({"--config=/dev/null", "--version", "7", "-"}, target, version, said), std::nullopt) << said;
  EXPECT_EQ(target, "-");
  EXPECT_EQ(version, "7") << "a setting of this name takes the place of the flag that shows the program's";
  EXPECT_EQ(run_on({"--config=/dev/null"}, target, version, said), 2);
  EXPECT_NE(said.find("FILE"), std::string::npos) << said;
  EXPECT_EQ(run_on({"--config=/dev/null", "one", "two"}, target, version, said), 2);
  EXPECT_EQ(run_on({"--config=/dev/null", ""}, target, version, said), 2);
  EXPECT_NE(said.find("for example: events.ndjson"), std::string::npos) << said;
}

TEST(Arguments, AreShownWithTheExamples) {
  std::string unused;
  std::string said;
  EXPECT_EQ(run_on({"--help"}, unused, unused, said), 0);
  EXPECT_NE(said.find("FILE"), std::string::npos);
  EXPECT_NE(said.find("  taskstream-test events.ndjson"), std::string::npos);
}

TEST(ServerFlags, ListenBeyondLoopbackOnlyWhenToldTwice) {
  ServerFlags flags;
  std::string complaint;
  EXPECT_EQ(run_server({"--listen", "0.0.0.0:80"}, flags, complaint), 2);
  EXPECT_NE(complaint.find("--insecure"), std::string::npos);
  EXPECT_EQ(run_server({"--listen", "0.0.0.0:80", "--insecure"}, flags, complaint), std::nullopt) << complaint;
  EXPECT_EQ(flags.options.host, "0.0.0.0");
  EXPECT_EQ(flags.options.port, 80);
}

TEST(ServerFlags, SetLimits) {
  ServerFlags flags;
  std::string complaint;
  EXPECT_EQ(run_server({"--max-body-bytes", "0", "--request-deadline-ms", "250"}, flags, complaint), std::nullopt)
      << complaint;
  EXPECT_EQ(flags.options.limits.body_bytes, 0U);
  EXPECT_EQ(flags.options.limits.request_deadline, std::chrono::milliseconds(250));
}

}  // namespace
}  // namespace taskstream::http
