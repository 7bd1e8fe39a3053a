// SPDX-License-Identifier: Apache-2.0
// The headers of main.cpp once more: what one of them defines without `inline` is defined twice, and does not link.
#include <takt/engine/advance_observed.hpp>
#include <takt/io/live/stream.hpp>
#include <takt/io/store/checkpoint.hpp>
#include <takt/takt.hpp>

double parts_out(const takt::Plant& plant) {
  takt::Study study(takt::Present::of(takt::compile(plant)), {.horizon = std::chrono::hours{1}, .replications = 2});
  study.add("as is");
  const takt::StudyResult result = study.run();
  return result.summary(0, result.kpi_index("/", "parts_out")).mean;
}
