// SPDX-License-Identifier: Apache-2.0
// Small plants for the tests of this folder.
#pragma once

#include "takt/takt.hpp"

namespace takt::test {

/// A slow machine between two fast ones, the last of which blocks before service and fails on the calendar.
inline Plant slow_middle() {
  PlantBuilder plant("slow \"middle\"");
  auto line = plant.line("acme", "hall", "line");
  line.source("in", {.supply = Source::Saturated{}, .products = {}}, {{"first"}});
  line.machine("first", {.cycle_time = {Distribution::exponential(5.0), {}}}, {{"before"}});
  line.buffer("before", {.capacity = 3}, {{"slow"}});
  line.machine("slow", {.cycle_time = {Distribution::exponential(20.0), {}}}, {{"behind"}});
  line.buffer("behind", {.capacity = 3}, {{"last"}});
  Machine last{.cycle_time = {Distribution::exponential(5.0), {}}, .blocking = Blocking::before_service};
  last.failure = Failure{.time_to_failure = Distribution::exponential(900.0),
                         .time_to_repair = Distribution::exponential(60.0),
                         .clock = FailureClock::calendar,
                         .crew = {}};
  line.machine("last", last, {{"out"}});
  line.sink("out");
  return plant.build();
}

/// Half of the parts come back into a buffer of one place, which a source keeps full: soon nothing moves.
inline Plant stuck() {
  PlantBuilder plant("stuck");
  auto line = plant.line("acme", "hall", "loop");
  line.source("in", {.supply = Source::Saturated{}, .products = {}}, {{"q1"}});
  line.buffer("q1", {.capacity = 1}, {{"m1"}});
  line.machine("m1", {.cycle_time = {Distribution::exponential(5.0), {}}}, {{"q2"}});
  line.buffer("q2", {.capacity = 1}, {{"m2"}});
  line.machine("m2", {.cycle_time = {Distribution::exponential(5.0), {}}},
               {{.to = "out", .probability = 0.5, .product = {}}, {.to = "q1", .probability = 0.5, .product = {}}});
  line.sink("out");
  return plant.build();
}

}  // namespace takt::test
