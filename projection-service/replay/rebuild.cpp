#include "projection-service/replay/rebuild.hpp"

#include <unistd.h>

#include <filesystem>
#include <iostream>

#include "events/sqlite/sole_use.hpp"
#include "projection-service/readmodel/finished_model.hpp"
#include "projection-service/readmodel/model_name.hpp"
#include "projection-service/readmodel/model_snapshot.hpp"
#include "projection-service/replay/log_reading.hpp"
#include "projection-service/replay/model_builder.hpp"

namespace taskstream::replay {
namespace {

class Rebuild final : public Subcommand {
 public:
  void declare(http::Settings& settings) override {
    log_.declare(settings);
    settings.text("into", into_, "The file to make; it must not be there yet.", "read-model.db");
    settings.text("swap", swap_, "The read model to put the new one in place of; no service may use it.",
                  "data/read-model.db");
    settings.require([this]() -> std::optional<std::string> {
      if (into_.empty() == swap_.empty()) return "one of --into FILE and --swap FILE";
      return std::nullopt;
    });
    settings.examples(
        "Examples:\n"
        "  taskstream-replay rebuild --log file:data/taskstream.log --into fresh.db\n"
        "  taskstream-replay rebuild --log file:data/taskstream.log --swap data/read-model.db");
  }

  int run(Interruption& interruption) override {
    OpenedLog opened = open_for_reading(log_);
    const events::LogIdentity identity = identity_of(*opened.log);
    refuse_what_is_there();
    const projection::ModelName name(into_.empty() ? swap_ : into_);
    const auto building = held(name.hold_for_building(), name.path());
    // Nobody leads the name elsewhere while this process builds.
    const std::filesystem::path target = projection::without_link(name.path());
    const auto sole_use = held(sqlite::SoleUse::of(target), name.path());

    const std::filesystem::path draft = target.string() + ".rebuilding-" + std::to_string(getpid());
    Drafts drafts(interruption);
    for (const auto& file : files_of(draft)) drafts.add(file);
    build(opened, identity, draft, interruption);
    interruption.throw_if_requested();
    refuse_what_is_there();
    projection::put_in_place(draft, target);
    std::cerr << "built " << name.path().string() << '\n';
    return kFine;
  }

 private:
  void build(const OpenedLog& opened, const events::LogIdentity& identity, const std::filesystem::path& draft,
             Interruption& interruption) const {
    ModelBuilder builder(draft, identity, interruption);
    Progress progress(Progress::style_of_stderr(log_.progress, false), "rebuilding", builder.records_to(opened.end),
                      "records");
    builder.fold(*opened.log, opened.end, progress);
    progress.finish();
    if (!swap_.empty()) refuse_to_go_back(identity, builder.positions());
    builder.finish();
    projection::fold_journal_in(builder.file());
  }

  void refuse_what_is_there() const {
    if (!into_.empty() && std::filesystem::exists(into_)) {
      throw CannotUse(into_ + " is there already: give another name, or put the new one in its place with --swap.");
    }
    if (!swap_.empty() && !std::filesystem::exists(swap_)) {
      throw CannotUse(swap_ + " is not there: make it with --into.");
    }
  }

  static std::unique_ptr<sqlite::SoleUse> held(std::unique_ptr<sqlite::SoleUse> use,
                                               const std::filesystem::path& name) {
    if (use) return use;
    throw CannotUse("A projection-service uses " + name.string() +
                    ": stop it first, or let it rebuild its read model itself with POST /v1/projection/rebuild.");
  }

  // Readers have tokens of the old model, and the new one must hold all that they saw.
  void refuse_to_go_back(const events::LogIdentity& identity, const events::PositionVector& now) const {
    std::unique_ptr<projection::ModelSnapshot> old;
    try {
      old = std::make_unique<projection::ModelSnapshot>(swap_);
    } catch (const projection::ReadModelRefused& refused) {
      std::cerr << "taskstream-replay: " << refused.what() << " It is replaced without a look at how far it was.\n";
      return;
    }
    if (old->meta("logId") != identity.log_id.to_string()) {
      throw CannotUse(swap_ + " was made from the log " + old->meta("logId") + ", and --log names " +
                      identity.log_id.to_string() + ": correct --log, or delete the file.");
    }
    if (!now.covers(old->positions())) {
      throw CannotUse(swap_ + " was further than this log goes: correct --log, or delete the file.");
    }
  }

  LogFlags log_;
  std::string into_;
  std::string swap_;
};

}  // namespace

std::unique_ptr<Subcommand> make_rebuild() {
  return std::make_unique<Rebuild>();
}

}  // namespace taskstream::replay
