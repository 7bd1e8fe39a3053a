// SPDX-License-Identifier: Apache-2.0
// Ten plants of different kinds, whose logs discovery has to see them in.
#pragma once

#include <string>
#include <vector>

#include "engine/plants.hpp"

namespace takt::test {

struct KnownPlant {
  std::string name;
  Plant plant;
  Duration logged{};
};

inline KnownPlant serial_plant() {
  std::vector<Machine> machines;
  for (const double mean : {22.0, 25.0, 24.0, 26.0, 23.0})
    machines.push_back(machine_with(Distribution::exponential(mean)));
  return {"serial line", serial_line(machines, {5, 3, 8, 2}), std::chrono::hours{90}};
}

inline KnownPlant failing_plant() {
  std::vector<Machine> machines;
  for (const double mean : {20.0, 21.0, 19.0, 20.0})
    machines.push_back(failing(Distribution::lognormal(mean, 0.3), 3000, 300));
  machines[1].failure->time_to_repair = Distribution::lognormal(400.0, 0.5);
  machines[2].failure->clock = FailureClock::calendar;
  machines[3].failure->time_to_failure = Distribution::weibull(4000.0, 2.0);
  return {"line with failures", serial_line(machines, {10, 10, 10}), std::chrono::hours{120}};
}

inline KnownPlant parallel_servers_plant() {
  std::vector<Machine> machines;
  for (const auto& [mean, servers] : {std::pair{30.0, 1U}, {85.0, 3U}, {55.0, 2U}, {27.0, 1U}}) {
    machines.push_back(machine_with(Distribution::gamma(mean, 0.5)));
    machines.back().servers = servers;
  }
  return {"parallel servers", serial_line(machines, {4, 6, 3}), std::chrono::hours{90}};
}

inline KnownPlant branching_plant() {
  PlantBuilder plant("branching");
  auto line = plant.line("e", "w", "l");
  line.source("in", {Source::Renewal{Distribution::exponential(20.0), std::nullopt}, {}, WithoutPlace::held},
              {{"b_cut"}});
  line.buffer("b_cut", {20, 0}, {{"cut"}});
  line.machine("cut", machine_with(Distribution::uniform(10, 22)), {{"b_weld", 0.6}, {"b_bend", 0.3}, {"paint", 0.1}});
  line.buffer("b_weld", {6, 0}, {{"weld"}});
  line.buffer("b_bend", {4, 0}, {{"bend"}});
  line.machine("weld", machine_with(Distribution::lognormal(27, 0.4)), {{"b_pack"}});
  line.machine("bend", machine_with(Distribution::triangular(20, 40, 60)), {{"b_pack"}});
  line.machine("paint", machine_with(Distribution::gamma(60, 0.4)), {{"b_pack"}});
  line.buffer("b_pack", {10, 0}, {{"pack"}});
  line.machine("pack", machine_with(Distribution::normal(18, 4, 0, 60)), {{"out"}});
  line.sink("out");
  return {"branch and merge", plant.build(), std::chrono::hours{100}};
}

inline KnownPlant rework_plant() {
  PlantBuilder plant("rework");
  auto line = plant.line("e", "w", "l");
  line.source("in", {Source::Renewal{Distribution::gamma(30.0, 0.5), std::nullopt}, {}, WithoutPlace::held},
              {{"b_mill"}});
  line.buffer("b_mill", {std::nullopt, 0}, {{"mill"}});
  line.machine("mill", machine_with(Distribution::lognormal(20, 0.3)), {{"b_test"}});
  line.buffer("b_test", {5, 0}, {{"test"}});
  line.machine("test", machine_with(Distribution::constant(15)), {{"b_ship", 0.85}, {"b_mill", 0.15}});
  line.buffer("b_ship", {std::nullopt, 0}, {{"ship"}});
  line.machine("ship", machine_with(Distribution::exponential(24)), {{"out"}});
  line.sink("out");
  return {"rework loop", plant.build(), std::chrono::hours{120}};
}

inline KnownPlant products_plant() {
  PlantBuilder plant("products");
  plant.product("bike").product("cart");
  auto line = plant.line("e", "w", "l");
  line.source("in", {Source::Saturated{}, {{"bike", 2.0}, {"cart", 1.0}}, WithoutPlace::lost}, {{"saw"}});
  Machine saw = machine_with(Distribution::lognormal(30, 0.2));
  saw.load_time = LawByProduct{Distribution::constant(4.0), {{"cart", Distribution::uniform(5.0, 9.0)}}};
  line.machine("saw", saw, {{"b_lathe", 1.0, "bike"}, {"b_press", 1.0, "cart"}});
  line.buffer("b_lathe", {6, 0}, {{"lathe"}});
  line.buffer("b_press", {4, 0}, {{"press"}});
  line.machine("lathe", machine_with(Distribution::exponential(40)), {{"b_fit"}});
  line.machine("press", machine_with(Distribution::gamma(70, 0.4)), {{"b_fit"}});
  line.buffer("b_fit", {8, 0}, {{"fit"}});
  Machine fit = machine_with(Distribution::lognormal(28, 0.3));
  fit.cycle_time.of["cart"] = Distribution::lognormal(35, 0.3);
  line.machine("fit", fit, {{"out"}});
  line.sink("out");
  return {"two products with set-ups", plant.build(), std::chrono::hours{120}};
}

inline KnownPlant shifts_plant() {
  using std::chrono::minutes;
  PlantBuilder plant("shifts");
  plant.clock({parse_instant("2026-03-02T00:00:00", "Europe/Paris"), "Europe/Paris"});
  Calendar two, one;
  for (std::size_t day = 0; day < 5; ++day) {
    two.week[day] = {{minutes{360}, minutes{600}}, {minutes{615}, minutes{1320}}};
    one.week[day] = {{minutes{420}, minutes{930}}};
  }
  two.week[5] = {{minutes{360}, minutes{720}}};
  plant.calendar("two", two).calendar("one", one);
  auto line = plant.line("e", "w", "l");
  const auto machine = [](double mean, const char* calendar, std::uint32_t servers = 1) {
    Machine made = machine_with(Distribution::lognormal(mean, 0.4));
    made.calendar = calendar;
    made.servers = servers;
    return made;
  };
  line.source("in", {Source::Saturated{}, {}, WithoutPlace::lost}, {{"mix"}});
  line.machine("mix", machine(50, "two"), {{"b_fill"}});
  line.buffer("b_fill", {1500, 0}, {{"fill"}});
  line.machine("fill", machine(45, "one", 2), {{"b_label"}});
  line.buffer("b_label", {std::nullopt, 0}, {{"label"}});
  line.machine("label", machine(30, ""), {{"out"}});
  line.sink("out");
  return {"shift calendars", plant.build(), std::chrono::hours{24 * 21}};
}

inline KnownPlant scrap_plant() {
  std::vector<Machine> machines;
  for (const auto& [mean, scrap] : {std::pair{30.0, 0.08}, {31.0, 0.0}, {28.0, 0.04}}) {
    machines.push_back(machine_with(Distribution::exponential(mean)));
    machines.back().scrap = scrap;
  }
  machines[1].servers = 1;
  return {"scrap", serial_line(machines, {5, 5}), std::chrono::hours{100}};
}

inline KnownPlant fast_plant() {
  std::vector<Machine> machines;
  for (int i = 0; i < 6; ++i) machines.push_back(machine_with(Distribution::triangular(2.0, 3.0 + 0.1 * i, 6.0)));
  return {"fast line with tiny buffers", serial_line(machines, {1, 0, 1, 2, 1}), std::chrono::hours{15}};
}

inline KnownPlant machines_side_by_side_plant() {
  PlantBuilder plant("side by side");
  auto line = plant.line("e", "w", "l");
  line.source("in", {Source::Renewal{Distribution::lognormal(21.0, 0.6), std::nullopt}, {}, WithoutPlace::held},
              {{"feed"}});
  line.machine("feed", machine_with(Distribution::constant(12)), {{"pool"}});
  line.buffer("pool", {7, 0}, {{"press_1"}, {"press_2"}, {"press_3"}});
  for (const auto& [name, mean] : {std::pair{"press_1", 50.0}, {"press_2", 60.0}, {"press_3", 70.0}})
    line.machine(name, machine_with(Distribution::gamma(mean, 0.3)), {{"b_wash"}});
  line.buffer("b_wash", {5, 0}, {{"wash"}});
  line.machine("wash", machine_with(Distribution::uniform(10, 26)), {{"out"}});
  line.sink("out");
  return {"machines side by side", plant.build(), std::chrono::hours{100}};
}

inline std::vector<KnownPlant> known_plants() {
  return {serial_plant(),
          failing_plant(),
          parallel_servers_plant(),
          branching_plant(),
          rework_plant(),
          products_plant(),
          shifts_plant(),
          scrap_plant(),
          fast_plant(),
          machines_side_by_side_plant()};
}

}  // namespace takt::test
