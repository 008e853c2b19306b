#include "projection-service/replay/verify.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "events/log/end_of_all.hpp"
#include "projection-service/readmodel/comparison.hpp"
#include "projection-service/readmodel/model_snapshot.hpp"
#include "projection-service/replay/log_check.hpp"
#include "projection-service/replay/log_reading.hpp"
#include "projection-service/replay/model_builder.hpp"
#include "projection-service/replay/output.hpp"

namespace taskstream::replay {
namespace {

using Json = nlohmann::ordered_json;

// What was found; as many of them as are shown, and how many there are.
struct Findings {
  std::int64_t shown_at_most = 0;
  std::vector<Finding> shown;
  std::int64_t count = 0;

  void add(Finding finding) {
    count += 1;
    if (static_cast<std::int64_t>(shown.size()) < shown_at_most) shown.push_back(std::move(finding));
  }
};

std::string scratch_folder() {
  std::string name = (std::filesystem::temp_directory_path() / "taskstream-verify-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw CannotUse(name + " cannot be made: set TMPDIR to a folder with room.");
  return name;
}

Finding finding_of(const projection::RowDifference& difference) {
  using Kind = projection::RowDifference::Kind;
  const std::string where =
      printable(difference.table) + (difference.row.empty() ? "" : "[" + printable(difference.row) + "]");
  switch (difference.kind) {
    case Kind::Missing:
      return {.kind = "row-missing", .where = where, .what = "it is not in the read model, and must be"};
    case Kind::Extra:
      return {.kind = "row-extra", .where = where, .what = "it is in the read model, and must not be"};
    case Kind::Differs:
      return {.kind = "row-differs",
              .where = where + "." + difference.column,
              .what = "is " + printable(difference.value) + ", and must be " + printable(difference.must_be)};
  }
  return {};
}

class Verify final : public Subcommand {
 public:
  void declare(http::Settings& settings) override {
    log_.declare(settings);
    settings.text("read-model", read_model_, "A read model to hold against the log; a service may be using it.",
                  "data/read-model.db");
    settings.toggle("allow-malformed", allow_malformed_, "Malformed records are counted, and are no difference.");
    settings.number("limit", findings_.shown_at_most, {1, 1'000'000},
                    "How many differences are shown; all are counted.");
    settings.toggle("json", json_, "One JSON object.");
    settings.examples(
        "Examples:\n"
        "  taskstream-replay verify --log file:data/taskstream.log\n"
        "  taskstream-replay verify --log file:data/taskstream.log --read-model data/read-model.db\n"
        "  taskstream-replay verify --log kafka://127.0.0.1:9092/taskstream --read-model data/read-model.db --json");
  }

  int run(Interruption& interruption) override {
    OpenedLog opened = open_for_reading(log_);
    const bool is_readable = check_log(opened, interruption);
    if (!read_model_.empty() && !is_readable) not_compared_ = "the log cannot be read to its end";
    if (!read_model_.empty() && is_readable) check_read_model(opened, interruption);
    json_ ? print_json() : print_text();
    flush_output();
    return findings_.count == 0 ? kFine : kDifferent;
  }

 private:
  // False where the log cannot be read to its end: then a read model cannot be held against it either.
  bool check_log(const OpenedLog& opened, Interruption& interruption) {
    LogCheck check({.partitions = opened.log->partitions(),
                    .is_kafka = std::holds_alternative<events::KafkaUrl>(log_.url),
                    .allow_malformed = allow_malformed_},
                   [this](Finding finding) { findings_.add(std::move(finding)); });
    Progress progress(Progress::style_of_stderr(log_.progress, false), "checking the log",
                      records_between({}, opened.end), "records");
    bool is_readable = true;
    try {
      read_log(*opened.log, {}, opened.end, progress, interruption, [&](const Records& records) {
        for (const events::LogRecord& record : records) check.take(record);
      });
      check.finish();
    } catch (const LogDamaged& damaged) {
      findings_.add({.kind = "damaged", .where = "log", .what = damaged.what()});
      is_readable = false;
    }
    progress.finish();
    counts_ = check.counts();
    return is_readable;
  }

  void check_read_model(const OpenedLog& opened, Interruption& interruption) {
    const auto identity = identity_for(*opened.log);
    if (!identity) return;
    projection::ModelSnapshot model(read_model_);
    if (model.meta("logId") != identity->log_id.to_string()) {
      findings_.add({.kind = "another-log",
                     .where = "meta[name=logId].value",
                     .what = "the read model was made from the log " + printable(model.meta("logId")) +
                             ", and this one is " + identity->log_id.to_string()});
      not_compared_ = "it was made from another log";
      return;
    }
    const std::filesystem::path folder = scratch_folder();
    Drafts drafts(interruption);
    drafts.add(folder);
    ModelBuilder scratch(folder / "must-be.db", *identity, interruption);
    // The long way without holding up the journal of a live model, the rest of it with its snapshot held.
    fold(opened, model.positions(), scratch);
    model.hold();
    const events::PositionVector at = model.positions();
    if (!at.covers(scratch.positions())) {
      throw CannotUse("The read model was put in place of another one meanwhile: run it again.");
    }
    fold(opened, at, scratch);
    scratch.finish();
    compare(model, scratch, interruption);
  }

  // As far as the model says that it is, and no further than the log goes.
  void fold(const OpenedLog& opened, const events::PositionVector& claimed, ModelBuilder& scratch) {
    const events::PositionVector end =
        events::end_of_all(*opened.log, std::chrono::steady_clock::now() + std::chrono::seconds(20));
    events::PositionVector to;
    for (events::Partition p = 0; p < claimed.size(); ++p) to.advance(p, std::min(claimed.next(p), end.next(p)));
    Progress progress(Progress::style_of_stderr(log_.progress, false), "folding the log", scratch.records_to(to),
                      "records");
    scratch.fold(*opened.log, to, progress);
    progress.finish();
  }

  void compare(projection::ModelSnapshot& model, ModelBuilder& scratch, Interruption& interruption) {
    Progress progress(Progress::style_of_stderr(log_.progress, false), "comparing", 0, "rows");
    const projection::ComparisonListener listener{
        .on_difference = [this](const projection::RowDifference& found) { findings_.add(finding_of(found)); },
        .on_row =
            [&] {
              progress.add(1);
              progress.show();
            },
        .is_cancelled = [&] { return interruption.requested(); }};
    if (const std::string broken = projection::find_broken_pages(model.database(), listener); !broken.empty()) {
      findings_.add({.kind = "damaged", .where = read_model_, .what = printable(broken)});
    }
    projection::sort_on_disk(scratch.file().writer());
    rows_ = projection::compare(model.database(), scratch.file().writer(), listener);
    progress.finish();
  }

  // What is wrong with the log has been found already; that no model of it can be held against anything has not.
  std::optional<events::LogIdentity> identity_for(events::EventLog& log) {
    try {
      return identity_of(log);
    } catch (const events::LogRefused& refused) {
      not_compared_ = refused.what();
      return std::nullopt;
    }
  }

  void print_text() const {
    for (const Finding& finding : findings_.shown) print_line(finding.kind + " " + finding.where + ": " + finding.what);
    const auto hidden = findings_.count - static_cast<std::int64_t>(findings_.shown.size());
    if (hidden > 0) print_line("and " + with_commas(hidden) + " more");
    print_line(with_commas(counts_.records) + " records: " + with_commas(counts_.accepted) + " accepted, " +
               with_commas(counts_.superseded) + " superseded, " + with_commas(counts_.malformed) + " malformed");
    if (!not_compared_.empty()) print_line("the read model was not compared: " + printable(not_compared_));
    if (rows_) print_line(with_commas(*rows_) + " rows of the read model compared");
    print_line(findings_.count == 0 ? "no differences" : with_commas(findings_.count) + " difference(s)");
  }

  void print_json() const {
    Json differences = Json::array();
    for (const Finding& finding : findings_.shown) {
      differences.push_back({{"kind", finding.kind}, {"where", finding.where}, {"what", finding.what}});
    }
    Json outcome{{"records", counts_.records},
                 {"accepted", counts_.accepted},
                 {"superseded", counts_.superseded},
                 {"malformed", counts_.malformed},
                 {"emptyOffsets", counts_.empty_offsets},
                 {"rows", rows_ ? Json(*rows_) : Json(nullptr)}};
    if (!not_compared_.empty()) outcome["notCompared"] = printable(not_compared_);
    outcome["differences"] = std::move(differences);
    outcome["count"] = findings_.count;
    print_line(outcome.dump());
  }

  LogFlags log_;
  std::string read_model_;
  bool allow_malformed_ = false;
  bool json_ = false;
  Findings findings_{.shown_at_most = 100, .shown = {}};
  LogCheck::Counts counts_;
  std::optional<std::int64_t> rows_;  // compared, with --read-model
  std::string not_compared_;          // why they were not
};

}  // namespace

std::unique_ptr<Subcommand> make_verify() {
  return std::make_unique<Verify>();
}

}  // namespace taskstream::replay
