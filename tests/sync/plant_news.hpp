// SPDX-License-Identifier: Apache-2.0
// News of a plant that does not exist, for twins that are to have plenty of them.
#pragma once

#include <array>
#include <map>
#include <string>

#include "takt/core/random.hpp"
#include "takt/engine/model.hpp"
#include "takt/sync/snapshot.hpp"

namespace takt::test {

/// Gives message after message: states, parts in process, counters, levels and cycle times, some of them wrong.
class PlantNews {
 public:
  PlantNews(const Model& model, std::uint64_t seed, std::string source = "plc")
      : model_(model), source_(std::move(source)), draw_({seed, 11}, 0) {}

  Snapshot at(Time time, std::uint64_t seq) {
    Snapshot snapshot;
    snapshot.ts = model_.plant.clock.to_wall(time);
    snapshot.source = source_;
    snapshot.seq = seq;
    snapshot.complete = seq == 0;
    for (const Entity& entity : model_.entities) {
      if (!chance(0.5)) continue;
      if (entity.kind == Entity::Kind::machine) snapshot.entities.push_back(machine(entity, snapshot.ts));
      if (entity.kind == Entity::Kind::buffer) {
        snapshot.entities.emplace_back().path = entity.path;
        snapshot.entities.back().level = number(4);
      }
    }
    return snapshot;
  }

  std::uint32_t number(std::uint32_t below) { return static_cast<std::uint32_t>(draw_.bits() % below); }
  bool chance(double p) { return draw_.uniform() < p; }

 private:
  EntityReading machine(const Entity& entity, WallClock::Instant ts) {
    static constexpr std::array kStates{"Execute", "Idle", "Aborted", "Held", "Execute", "Execute"};
    EntityReading reading;
    reading.path = entity.path;
    reading.state = kStates[number(kStates.size())];
    if (chance(0.3)) reading.state_since = ts - std::chrono::seconds{number(30)};
    if (chance(0.3)) reading.in_process = {{.part = "p" + std::to_string(number(9)), .worked_s = number(20)}};
    if (chance(0.4)) {
      std::uint64_t& good = good_[entity.path];
      good += number(3);
      reading.counters = {.in = {}, .good = good, .scrap = 0, .reset_epoch = 0};
    }
    if (chance(0.4)) reading.cycle_time_last_s = 5.0 + 10.0 * draw_.uniform();
    if (chance(0.1)) reading.health = {{"temperature", 20.0 + draw_.uniform()}};
    if (chance(0.1)) reading.quality = "uncertain";
    return reading;
  }

  const Model& model_;
  std::string source_;
  Draw draw_;
  std::map<std::string, std::uint64_t> good_;
};

}  // namespace takt::test
