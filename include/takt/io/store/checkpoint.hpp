// SPDX-License-Identifier: Apache-2.0
// A run put aside: everything needed to go on as if it had never stopped. takt-store/1, field by field in
// docs/store.md.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "takt/engine/state.hpp"
#include "takt/kpi/observer.hpp"

namespace takt::io {

/// A value.
struct Checkpoint {
  std::shared_ptr<const Model> model{};  ///< compiled from the plant that stands in the file
  Parameters parameters{};
  State state{};
  std::optional<Totals> totals{};  ///< what a KpiObserver had counted, to go on counting from
};

/// Writes `file` whole or not at all (write_whole). Throws WriteError.
void save_checkpoint(const std::filesystem::path& file, const Model& model, const Parameters& parameters,
                     const State& state, const Totals* totals = nullptr);

/// Reads it back: equal state, equal parameters, a model with the same hash. Throws FileError if the file is not there,
/// not whole or no checkpoint, InvalidInput if its content cannot be a run of its plant.
Checkpoint load_checkpoint(const std::filesystem::path& file);

/// The bytes of that file, for those who keep them elsewhere.
std::string checkpoint_bytes(const Model& model, const Parameters& parameters, const State& state,
                             const Totals* totals = nullptr);
/// Reads them back, as load_checkpoint does.
Checkpoint checkpoint_of(std::string_view bytes);

}  // namespace takt::io
