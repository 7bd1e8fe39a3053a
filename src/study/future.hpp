// SPDX-License-Identifier: Apache-2.0
// One future of a present, as studies and optimisation run it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <stop_token>
#include <vector>

#include "takt/engine/migrate.hpp"
#include "takt/engine/present.hpp"
#include "takt/study/tasks.hpp"

namespace takt::detail {

/// How long a future is observed, and what is called every few milliseconds of it: what it throws ends the future.
struct FutureWindow {
  Duration warmup{0}, horizon{0};
  std::stop_token stop{};  ///< asked to stop, Interrupted is thrown
  std::function<void()> tick{};
};

/// Begins, goes through the warm-up and the horizon, and puts the values of its figures (kpi_names) behind `values`, if
/// it reaches its end. `numbers` are those of its streams.
FutureEnd run_future(const Present& present, const Parameters& numbers, std::uint32_t streams,
                     const FutureWindow& window, std::vector<double>& values);

/// The present in another structure: its state, its numbers, and both as they are drawn. `report`, if given, tells what
/// became of the state.
Present taken_over(const Present& present, const std::shared_ptr<const Model>& model,
                   MigrationReport* report = nullptr);

}  // namespace takt::detail
