#pragma once

#include <filesystem>

#include "projection-service/readmodel/model_file.hpp"

// A read model that was built under a name of its own, on its way to where it is used.
namespace taskstream::projection {

// Everything into the one file, so that it can be moved alone. Throws ReadModelRefused while somebody reads it.
void fold_journal_in(ModelFile& file);

// Renames a model that is one file by now, and closed, to where no model is, or one that this process alone uses. What
// was there is gone. A crash leaves the one or the other, each of them whole.
void put_in_place(const std::filesystem::path& finished, const std::filesystem::path& target);

}  // namespace taskstream::projection
