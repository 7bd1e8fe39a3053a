// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <takt/engine/advance.hpp>
#include <takt/plant/builder.hpp>

int main() {
  takt::PlantBuilder builder("shop");
  auto line = builder.line("acme", "filling", "line_1");
  line.source("inlet", {.supply = takt::Source::Saturated{}}, {{"filler"}});
  line.machine("filler", {.cycle_time = {takt::Distribution::constant(10.0)}}, {{"store"}});
  line.sink("store");
  const takt::Model model = takt::compile(builder.build());
  takt::State state = takt::start(model, model.defaults);
  takt::advance(model, model.defaults, state, takt::Time{std::chrono::hours{1}});
  std::cout << takt::ConstStateView(model, state).sinks[0] << " parts an hour\n";
}
