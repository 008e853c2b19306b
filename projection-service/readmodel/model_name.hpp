#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>

#include "projection-service/readmodel/model_file.hpp"

namespace taskstream::projection {

// What --read-model names: a link to one of the files beside it, FILE.1, FILE.2 and so on, each of which is a whole read
// model. So one can be built while another is served, and one rename puts it in its place, journal and all (SQLite names
// a journal after the file itself). A file under the name itself is taken as it is, and gives way to the link when it is
// first replaced.
class ModelName {
 public:
  explicit ModelName(std::filesystem::path name) : name_(std::move(name)) {}

  const std::filesystem::path& path() const { return name_; }
  // What the name leads to; nullopt when nothing is there.
  std::optional<std::filesystem::path> target() const;

  // Held by whoever builds what is to take the name. nullptr while another process does.
  std::unique_ptr<sqlite::SoleUse> hold_for_building() const;
  // A file to build in, with a number that none has. To be called by who builds.
  std::unique_ptr<ModelFile> begin_next(const events::LogIdentity& log, int memory_kib,
                                        const std::atomic<bool>& stop) const;
  // From now on the name leads there: on the disk once this returns. To be called by who builds.
  void lead_to(const std::filesystem::path& file) const;

  // Removes what a rebuild left that died, and what was replaced, unless a process still holds it.
  void remove_leftovers() const;

 private:
  std::filesystem::path folder() const { return name_.has_parent_path() ? name_.parent_path() : "."; }
  // The number at the end of a generation's file name, whatever follows (`-wal`, `.lock`).
  std::optional<std::uint64_t> number_of(const std::filesystem::path& entry) const;
  std::filesystem::path generation(std::uint64_t number) const;

  std::filesystem::path name_;
};

// Removes a read model with its journal. The file is held by the caller, or by nobody.
void remove_model(const std::filesystem::path& file);

}  // namespace taskstream::projection
