#include "tests/bench/big_model.hpp"

#include <algorithm>
#include <cmath>
#include <random>

#include "events/sqlite/meta.hpp"
#include "projection-service/readmodel/derived_columns.hpp"
#include "projection-service/readmodel/model_file.hpp"
#include "projection-service/readmodel/writer.hpp"
#include "tests/bench/clock.hpp"
#include "tests/bench/model_shape.hpp"

namespace taskstream::bench {
namespace {

using namespace taskstream::projection;

constexpr std::size_t kBatch = 1'000;
constexpr std::size_t kWordsOfTitle = 5;
constexpr std::size_t kWordsOfDescription = 31;
constexpr std::size_t kVocabulary = 20'000;

// Tasks of a seed of their own, so that every model of a size is the same.
class Tasks {
 public:
  explicit Tasks(std::size_t count) : count_(count) {}

  events::Stream make(std::size_t number) {
    events::TaskState task{.id = events::TaskId(numbered_uuid(0x11, random_())),
                           .title = words(kWordsOfTitle),
                           .description = words(kWordsOfDescription) + marker_of(number, count_),
                           .status = static_cast<events::Status>(below(6)),
                           .priority = static_cast<events::Priority>(below(4)),
                           .tags = {"tag " + std::to_string(below(50))}};
    if (below(10) < 7) task.assignee_id = user_of(below(users_of(count_)));
    if (below(10) < 7) task.due_date = kStart + std::chrono::seconds(below(count_ * 20));
    if (task.due_date && below(2) == 0) task.warning_offset_minutes = static_cast<std::int32_t>(below(5'000));
    if (below(1'000) == 0) task.lock = events::TaskLock{.holder = "ada", .since = kStart, .expires_at = now_of(count_)};
    task.version = {1};
    task.created_at = kStart + std::chrono::seconds(number * 10);
    task.created_by = user_of(below(users_of(count_))).to_string();
    task.updated_at = task.created_at + std::chrono::seconds(below(100'000));
    task.updated_by = task.created_by;
    return {.version = {1}, .last_time = task.updated_at, .state = std::move(task), .quarantine = {}};
  }

 private:
  std::size_t below(std::size_t bound) { return static_cast<std::size_t>(random_() % bound); }
  // Few words are common and most are rare, as in any language.
  std::string words(std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
      const double share = static_cast<double>(below(1'000'000)) / 1'000'000.0;
      text += word_of(static_cast<std::size_t>(std::pow(static_cast<double>(kVocabulary), share)) - 1) + " ";
    }
    return text;
  }

  std::size_t count_;
  std::mt19937_64 random_{1};
};

// The definitions of the indexes that lists are walked along, which are dropped: made last, they are made in one go.
std::vector<std::string> take_indexes(sqlite::Database& database) {
  std::vector<std::string> definitions;
  std::string drops;
  SQLite::Statement indexes =
      database.prepare("SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'tasks'");
  while (indexes.executeStep()) {
    drops += "DROP INDEX " + indexes.getColumn(0).getString() + ";";
    definitions.push_back(indexes.getColumn(1).getString());
  }
  indexes.reset();
  database.execute(drops.c_str());
  return definitions;
}

}  // namespace

double make_model(const std::string& path, std::size_t count) {
  ModelFile file(path);
  Writer writer(file, *events::LogId::parse(sqlite::read_meta(file.writer(), "logId")));
  const std::vector<std::string> indexes = take_indexes(file.writer());
  const StreamNo before = writer.next_stream_no();
  Tasks tasks(count);
  const Stopwatch watch;
  for (std::size_t first = 0; first < count; first += kBatch) {
    writer.begin();
    for (std::size_t i = first; i < std::min(count, first + kBatch); ++i) {
      const StreamNo no{before.value + static_cast<std::int64_t>(i)};
      const events::Stream stream = tasks.make(i);
      const auto& task = std::get<events::TaskState>(stream.state);
      writer.add_stream(no, events::StreamId::of(task.id).to_string(), stream);
      writer.add_task(no, stream, {.partition = 0, .offset = no.value});
      writer.replace_tags(no, {}, task.tags);
      writer.replace_words(Words::OfTasks, no, std::nullopt, searched_text(stream.state));
    }
    writer.commit(writer.load_checkpoint());
    writer.checkpoint_when_over(8'000);
  }
  for (const std::string& index : indexes) {
    file.writer().execute(index.c_str());
    writer.checkpoint_when_over(0);
  }
  return static_cast<double>(count) / watch.seconds();
}

}  // namespace taskstream::bench
