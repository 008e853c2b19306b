#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "events/fold/stream_fold.hpp"
#include "tests/support/source_file.hpp"

// The vectors that readers in other languages are held against hold for ours.
namespace taskstream::events {
namespace {

using nlohmann::json;

std::string bytes_of_hex(const std::string& hex) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes.push_back(static_cast<char>(std::stoi(hex.substr(i, 2), nullptr, 16)));
  }
  return bytes;
}

Record record_of(const json& vector) {
  Record record;
  if (vector.contains("keyHex")) {
    record.key = bytes_of_hex(vector["keyHex"]);
  } else if (!vector["key"].is_null()) {
    record.key = vector["key"];
  }
  for (const json& header : vector["headers"]) {
    record.headers.push_back({header[0], header[1].is_null() ? std::string() : header[1].get<std::string>()});
  }
  if (!vector["value"].is_null()) record.value = vector["value"];
  return record;
}

TEST(AcceptanceVectors, GiveTheVerdictsAndVersionsThatTheySay) {
  const json document = json::parse(examples::read_source_file("events/acceptance-vectors.json"));
  std::set<std::string> verdicts;
  for (const json& scenario : document.at("scenarios")) {
    SCOPED_TRACE(scenario.at("name").get<std::string>());
    std::map<std::string, Stream> streams;
    for (const json& vector : scenario.at("records")) {
      SCOPED_TRACE(vector.at("note").get<std::string>());
      const Record record = record_of(vector);
      const auto envelope = read_envelope(record, vector.at("partition"), scenario.at("partitions"));
      Applied applied;
      if (envelope) applied = apply(streams[envelope->stream.to_string()], *envelope, record);
      EXPECT_EQ(to_string(applied.verdict), vector.at("verdict").get<std::string>()) << applied.reason;
      EXPECT_EQ(applied.event.has_value(), vector.at("folded").get<bool>()) << applied.reason;
      verdicts.insert(vector.at("verdict"));
    }
    std::map<std::string, std::int64_t> versions;
    for (const auto& [key, stream] : streams) {
      if (stream.version.value > 0) versions[key] = stream.version.value;
    }
    EXPECT_EQ(json(versions), scenario.at("versions"));
  }
  EXPECT_EQ(verdicts, (std::set<std::string>{"accepted", "superseded", "malformed"}));
}

}  // namespace
}  // namespace taskstream::events
