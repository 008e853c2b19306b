#include "projection-service/readmodel/model_name.hpp"

#include <algorithm>
#include <charconv>
#include <set>
#include <string>
#include <system_error>

namespace taskstream::projection {
namespace {

void remove_quietly(const std::filesystem::path& path) {
  std::error_code ignored;
  std::filesystem::remove(path, ignored);
}

}  // namespace

void remove_model(const std::filesystem::path& file) {
  // The journal first: beside a file of other content it would be taken for that one's.
  for (const char* suffix : {"-wal", "-shm", ""}) remove_quietly(file.string() + suffix);
}

std::optional<std::filesystem::path> ModelName::target() const {
  const std::filesystem::path target = without_link(name_);
  return std::filesystem::exists(target) ? std::optional(target) : std::nullopt;
}

std::unique_ptr<sqlite::SoleUse> ModelName::hold_for_building() const {
  return sqlite::SoleUse::of(name_.string() + ".rebuild");
}

std::optional<std::uint64_t> ModelName::number_of(const std::filesystem::path& entry) const {
  const std::string file = entry.filename().string();
  const std::string prefix = name_.filename().string() + ".";
  if (!file.starts_with(prefix)) return std::nullopt;
  std::uint64_t number = 0;
  const char* begin = file.data() + prefix.size();
  const auto [end, error] = std::from_chars(begin, file.data() + file.size(), number);
  if (error != std::errc() || end == begin) return std::nullopt;
  const std::string_view rest(end);
  const bool ours = rest.empty() || rest == "-wal" || rest == "-shm" || rest == ".lock";
  return ours ? std::optional(number) : std::nullopt;
}

std::filesystem::path ModelName::generation(std::uint64_t number) const {
  return name_.string() + "." + std::to_string(number);
}

std::unique_ptr<ModelFile> ModelName::begin_next(const events::LogIdentity& log, int memory_kib,
                                        const std::atomic<bool>& stop) const {
  std::uint64_t number = number_of(without_link(name_)).value_or(0);
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    number = std::max(number, number_of(entry.path()).value_or(0));
  }
  while (true) {
    if (auto file = ModelFile::begin_bulk(generation(++number), log, memory_kib, stop)) return file;
  }
}

void ModelName::lead_to(const std::filesystem::path& file) const {
  const std::filesystem::path beside = name_.string() + ".next";
  remove_quietly(beside);
  std::filesystem::create_symlink(file.filename(), beside);
  std::filesystem::rename(beside, name_);
  try {
    flush_to_disk(folder());
  } catch (const std::system_error&) {
    // It leads there now. After a power cut it may lead nowhere, and then a model is built as for a new name.
  }
}

void ModelName::remove_leftovers() const {
  const std::filesystem::path kept = without_link(name_);
  std::set<std::filesystem::path> left;
  for (const auto& entry : std::filesystem::directory_iterator(folder())) {
    if (const auto number = number_of(entry.path())) left.insert(generation(*number));
  }
  // A file that had the name itself before it was replaced has left a journal.
  if (kept != name_) left.insert(name_);
  left.erase(kept);
  for (const std::filesystem::path& file : left) {
    const auto sole_use = sqlite::SoleUse::of(file);
    if (!sole_use) continue;
    if (file == name_) {
      for (const char* suffix : {"-wal", "-shm"}) remove_quietly(file.string() + suffix);
    } else {
      remove_model(file);
      remove_quietly(file.string() + ".lock");
    }
  }
}

}  // namespace taskstream::projection
