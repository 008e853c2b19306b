#include "projection-service/readmodel/model_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "tests/projection/read_model.hpp"

namespace taskstream::projection::testing {
namespace {

// What a refusal says; empty when there was none.
template <class Work>
std::string refusal_of(Work work) {
  try {
    work();
  } catch (const ReadModelRefused& e) {
    return e.what();
  }
  return {};
}

void execute(const std::filesystem::path& path, const char* sql) {
  sqlite::Database database(path, sqlite::Database::Mode::ReadWrite);
  database.execute(sql);
  database.checkpoint();
}

class ReadModelFile : public ::testing::Test {
 protected:
  ReadModelFile() {
    path = std::filesystem::temp_directory_path() /
           ("taskstream-model-file-test-" + std::to_string(::getpid())) / "nested" / "model.db";
    std::filesystem::remove_all(path.parent_path());
    ModelFile file(path);
    file.adopt(identity);
    file.writer().checkpoint();
  }

  std::filesystem::path path;
  events::LogIdentity identity{.log_id = events::LogId(*events::Uuid::parse("018f3c1e-7a2b-7c3d-8e4f-5a6b7c8d9e0f")),
                               .partitions = 4,
                               .id_namespace = {},
                               .max_clock_skew_ms = 2'000};
};

TEST_F(ReadModelFile, OpensAgainForItsLog) {
  EXPECT_EQ(refusal_of([&] { ModelFile(path).adopt(identity); }), "");
}

TEST_F(ReadModelFile, IsHeldByOneProcess) {
  const ModelFile first(path);
  const std::string refusal = refusal_of([&] { ModelFile second(path); });
  EXPECT_NE(refusal.find("Another process uses the read model"), std::string::npos) << refusal;
  EXPECT_NE(refusal.find("--read-model"), std::string::npos) << refusal;
}

TEST_F(ReadModelFile, OfAnotherLogIsRefused) {
  identity.log_id = events::LogId(*events::Uuid::parse("018f3c1e-7a2b-7c3d-8e4f-000000000000"));
  const std::string refusal = refusal_of([&] { ModelFile(path).adopt(identity); });
  EXPECT_NE(refusal.find("correct --log"), std::string::npos) << refusal;
}

TEST_F(ReadModelFile, OfANewerReleaseIsRefused) {
  execute(path, "UPDATE meta SET value = '1000' WHERE name = 'schema'");
  const std::string refusal = refusal_of([&] { ModelFile file(path); });
  EXPECT_NE(refusal.find("newer release (schema 1000"), std::string::npos) << refusal;
}

TEST_F(ReadModelFile, OfAnOlderReleaseIsOutdatedAlsoWhileThatUsesIt) {
  execute(path, "UPDATE meta SET value = '1' WHERE name = 'schema'");
  const auto log_id = [&] {
    try {
      ModelFile file(path);
    } catch (const ReadModelOutdated& e) {
      return e.log_id();
    }
    return std::string("it was taken");
  };
  EXPECT_EQ(log_id(), identity.log_id.to_string());
  const auto held = sqlite::SoleUse::of(path);
  EXPECT_EQ(log_id(), identity.log_id.to_string());
}

TEST_F(ReadModelFile, IsHeldThroughALinkToo) {
  const auto link = path.parent_path() / "link.db";
  std::filesystem::create_symlink(path.filename(), link);
  const ModelFile first(link);
  EXPECT_EQ(first.path(), path);
  EXPECT_NE(refusal_of([&] { ModelFile second(path); }), "");
}

TEST_F(ReadModelFile, WithForeignTablesIsRefused) {
  const auto other = path.parent_path() / "other.db";
  execute(other, "CREATE TABLE something (x)");
  const std::string refusal = refusal_of([&] { ModelFile file(other); });
  EXPECT_NE(refusal.find("something else than a read model"), std::string::npos) << refusal;
}

TEST_F(ReadModelFile, ThatIsNoDatabaseIsRefusedAsDamaged) {
  const auto other = path.parent_path() / "other.db";
  std::ofstream(other) << std::string(10'000, 'x');
  const std::string refusal = refusal_of([&] { ModelFile file(other); });
  EXPECT_NE(refusal.find("is damaged"), std::string::npos) << refusal;
  EXPECT_NE(refusal.find("delete " + other.string()), std::string::npos) << refusal;
}

TEST_F(ReadModelFile, WithAnOverwrittenPageIsRefusedAsDamaged) {
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096 * 2);
    file << std::string(4096, 'x');
  }
  std::filesystem::remove(path.string() + "-wal");
  std::filesystem::remove(path.string() + "-shm");
  const std::string refusal = refusal_of([&] { ModelFile file(path); });
  EXPECT_NE(refusal.find("is damaged"), std::string::npos) << refusal;
}

}  // namespace
}  // namespace taskstream::projection::testing
