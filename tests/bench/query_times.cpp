#include <algorithm>
#include <functional>
#include <iostream>
#include <random>
#include <vector>

#include "projection-service/readmodel/task_queries.hpp"
#include "projection-service/readmodel/task_stats.hpp"
#include "projection-service/readmodel/word_cutter.hpp"
#include "tests/bench/big_model.hpp"
#include "tests/bench/clock.hpp"
#include "tests/bench/model_shape.hpp"

namespace taskstream::bench {
namespace {

using namespace taskstream::projection;

constexpr std::size_t kFewestRounds = 5;

struct Kind {
  std::string name;
  std::function<void()> ask;
  std::vector<double> times_ms = {};
};

class Questions {
 public:
  Questions(const std::string& path, std::size_t tasks) : queries_(path, std::chrono::milliseconds(0)), tasks_(tasks) {
    page("page", [](TaskListQuery&) {});
    every_sort("status",
               [this](TaskListQuery& query) { query.filter.statuses = {static_cast<events::Status>(random_() % 6)}; });
    every_sort("assigneeId", [this](TaskListQuery& query) { query.filter.assignees = {somebody()}; });
    every_sort("createdBy", [this](TaskListQuery& query) { query.filter.created_by = somebody().to_string(); });
    page("member", [this](TaskListQuery& query) { query.sight = Sight::of_member(somebody()); });
    page("open-tasks", [](TaskListQuery& query) {
      query.filter.statuses = {events::Status::NotStarted, events::Status::InProgress, events::Status::Blocked};
    });
    page("tag", [this](TaskListQuery& query) { query.filter.tags = {"tag " + std::to_string(random_() % 50)}; });
    page("locked", [](TaskListQuery& query) { query.filter.locked = true; });
    page("overdue", [](TaskListQuery& query) { query.filter.overdue = true; });
    page("reminder-due", [](TaskListQuery& query) { query.filter.reminder_due = true; });
    text("q-20", "inn20x");
    text("q-200", "inn200");
    text("q-one-letter", "b");
    text("q-common-word", word_of(1));
    text("q-two-common-words", word_of(1) + " " + word_of(2));
    text("q-ten-letters", "b c d f g h k l m n");
    text("q-common-and-rare", word_of(1) + " inn20x");
    text("q-oldest", "oldest");
    page("total", [](TaskListQuery& query) { query.with_total = true; });
    kinds_.push_back(
        {.name = "stats", .ask = [this] { task_stats(queries_.connection(), Sight::everything(), now_of(tasks_)); }});
    kinds_.push_back({.name = "stats-of-member", .ask = [this] {
                        task_stats(queries_.connection(), Sight::of_member(somebody()), now_of(tasks_));
                      }});
  }

  std::vector<Kind>& kinds() { return kinds_; }

 private:
  using Shape = std::function<void(TaskListQuery&)>;

  events::UserId somebody() { return user_of(random_() % users_of(tasks_)); }

  void page(const std::string& name, const Shape& shape, TaskSort sort = {}) {
    kinds_.push_back({.name = name, .ask = [this, shape, sort] {
                        TaskListQuery query{.sort = sort, .now = now_of(tasks_)};
                        shape(query);
                        queries_.list_tasks(query);
                      }});
  }
  void every_sort(const std::string& name, const Shape& shape) {
    constexpr const char* kNames[] = {"createdAt", "updatedAt", "dueDate", "priority", "title"};
    for (int key = 0; key < 5; ++key) {
      for (const bool descending : {false, true}) {
        page(name + "," + (descending ? "-" : "") + kNames[key], shape,
             {.key = static_cast<SortKey>(key), .descending = descending});
      }
    }
  }
  void text(const std::string& name, const std::string& text) {
    page(name, [words = WordCutter().cut(text)](TaskListQuery& query) { query.filter.words = words; });
  }

  TaskQueries queries_;
  std::size_t tasks_;
  std::mt19937_64 random_{2};
  std::vector<Kind> kinds_;
};

}  // namespace

void measure_queries(const std::string& path, std::size_t tasks, double seconds) {
  Questions questions(path, tasks);
  const double share = seconds / static_cast<double>(questions.kinds().size());
  for (Kind& kind : questions.kinds()) {
    for (const Stopwatch all; kind.times_ms.size() < kFewestRounds || all.seconds() < share;) {
      const Stopwatch one;
      kind.ask();
      kind.times_ms.push_back(one.seconds() * 1'000);
    }
  }
  for (Kind& kind : questions.kinds()) {
    std::ranges::sort(kind.times_ms);
    std::cout << kind.name << " " << kind.times_ms[kind.times_ms.size() / 2] << " "
              << kind.times_ms[kind.times_ms.size() * 99 / 100] << "\n";
  }
}

}  // namespace taskstream::bench
