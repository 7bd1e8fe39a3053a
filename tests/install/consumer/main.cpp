// SPDX-License-Identifier: Apache-2.0
#include <iostream>
#include <takt/engine/advance_observed.hpp>
#include <takt/io/live/stream.hpp>
#include <takt/io/store/checkpoint.hpp>
#include <takt/takt.hpp>

double parts_out(const takt::Plant& plant);  // second.cpp

int main() {
  takt::PlantBuilder builder("shop");
  auto line = builder.line("acme", "filling", "line_1");
  line.source("inlet", {.supply = takt::Source::Saturated{}}, {{"filler"}});
  line.machine("filler", {.cycle_time = {takt::Distribution::constant(10.0)}}, {{"store"}});
  line.sink("store");
  const takt::Plant plant = builder.build();

  const takt::Model model = takt::compile(plant);
  takt::State state = takt::start(model, model.defaults);
  takt::advance(model, model.defaults, state, takt::Time{std::chrono::hours{1}});
  const takt::io::Checkpoint kept = takt::io::checkpoint_of(takt::io::checkpoint_bytes(model, model.defaults, state));
  std::cout << parts_out(takt::io::parse_plant(takt::io::to_json(plant))) << " parts an hour, "
            << (takt::equal(model, state, kept.state) ? "kept" : "lost") << '\n';
}
