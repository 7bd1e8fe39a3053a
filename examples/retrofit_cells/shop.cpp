// SPDX-License-Identifier: Apache-2.0
#include "shop.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "takt/core/error.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/sync/spell_futures.hpp"

namespace retrofit {
namespace {

using namespace std::chrono_literals;

constexpr takt::Duration kRow = 5min;    // what a row tells of at most
constexpr takt::Duration kHole = 30min;  // without rows: nothing is known of the machine
constexpr double kShort = 120.0;         // seconds within which there may be no item although the machine runs
constexpr std::uint32_t kFutures = 1000;

takt::SpellOptions spell_options(const std::string& zone) {
  return {.zone = zone,
          .half_life_d = 14.0,
          .group_events = 3.0,
          .other_groups = 0.3,
          .clock_sd_s = 900.0,
          .clock_log_sd = 3.0,
          .clock_events = 0.3,
          .weekday_events = 0.5,
          .recent_events = 50.0};
}

constexpr takt::PaceOptions kPace{.prior_s = 60.0,
                                  .half_life_h = 2.0,
                                  .other_products_h = 0.1,
                                  .block_h = 1.0,
                                  .error_half_life_d = 2.0,
                                  .other_units = 0.1};

/// The line of a machine alone: the lines do not influence each other.
takt::Plant line_alone(takt::Plant plant, const std::string& name) {
  std::erase_if(plant.enterprises.front().workshops.front().lines,
                [&name](const takt::Line& line) { return line.name != name; });
  return plant;
}

}  // namespace

Shop::Shop(const std::filesystem::path& plant_folder) : pace_(kPace) {
  const takt::Plant plant = takt::io::load_plant(plant_folder / "cells.json");
  spells_ = takt::SpellHistory(spell_options(plant.clock.zone));
  for (const takt::Line& line : plant.enterprises.front().workshops.front().lines) {
    takt::Model model = takt::compile(line_alone(plant, line.name));
    std::string path = model.machine_path(0);
    machines_.emplace(line.name, Machine{.id = {0}, .path = std::move(path), .twin = takt::Twin(std::move(model))});
  }
}

Shop::Machine& Shop::machine(const std::string& asset) {
  const auto it = machines_.find(asset);
  if (it == machines_.end())
    throw takt::InvalidInput(takt::Fault{.value = asset, .expected = "an asset that is a line of cells.json"});
  return it->second;
}

void Shop::observe(const std::string& asset, Instant at, double items, bool automatic, const std::string& product) {
  Machine& m = machine(asset);
  if (m.open && m.open->to == at) {
    m.open->items += items;
    m.open->automatic |= automatic;
    if (items > 0.0) m.open->product = product;
    return;
  }
  close_slot(asset, m);
  const Instant from = m.before && at - m.before->to < kRow ? m.before->to : at - kRow;
  m.open = {.from = from, .to = at, .items = items, .automatic = automatic, .product = product};
}

/// Takes in a slot that gets no further row: what the machine did in it, and what it made.
void Shop::close_slot(const std::string& asset, Machine& m) {
  if (!m.open) return;
  const Slot slot = *std::exchange(m.open, std::nullopt);
  const bool hole = m.before && slot.from - m.before->to > kHole;
  if (hole) spells_.close(asset, m.before->to);
  const bool is_new = !m.before || hole;
  const bool unclear = slot.items <= 0.0 && slot.length_s() < kShort && slot.automatic;
  const bool running = unclear && !is_new ? m.running : slot.items > 0.0;
  const double item_s = 1.0 / pace_.pace(asset, slot.product);
  if (is_new) {
    m.since = slot.from;
    m.ran_before = false;
  } else if (running && !m.running) {  // it began when there was time for so many
    m.since = slot.to - takt::from_seconds(std::min(slot.length_s(), slot.items * item_s));
  } else if (!running && m.running) {  // and stopped after the last that it had time for
    m.since = m.before->from + takt::from_seconds(std::min(m.before->length_s(), m.before->items * item_s));
  }
  // Only what lies within a spell tells its pace.
  if (running && m.running && m.ran_before && !is_new)
    pace_.observe(asset, m.before->product, m.before->items, m.before->length_s(), m.before->to);
  m.ran_before = !is_new && m.running;
  m.running = running;
  m.count += slot.items;
  m.before = slot;
  spells_.observe({.unit = asset, .running = running, .at = m.since, .group = asset});
  spells_.observe({.unit = asset, .running = running, .at = slot.to, .group = asset});
  report(m, slot.to);
}

/// Tells the twin what the machine does.
void Shop::report(Machine& m, Instant at) {
  takt::EntityReading reading{.path = m.path, .state = m.running ? "Execute" : "Aborted", .state_since = m.since};
  reading.counters = takt::CounterReading{.good = static_cast<std::uint64_t>(m.count)};
  takt::Snapshot snapshot{.ts = at, .source = "shop", .seq = m.sequence++};
  snapshot.entities.push_back(std::move(reading));
  m.twin.apply(snapshot);
}

forecast::Forecast Shop::items_in_next_hour(const std::string& asset, Instant cut) {
  Machine& m = machine(asset);
  close_slot(asset, m);
  const Instant known = m.before ? m.before->to : cut;
  const Instant present = std::max(known, cut - kRow);  // rows tell of the time before them
  if (present > known) report(m, present);
  const takt::Duration horizon = cut + 1h - kRow - present;
  const std::string product = m.before ? m.before->product : "";
  const takt::SpellOutlook outlook{.running = spells_.hazard(asset, asset, true, present, horizon),
                                   .standing = spells_.hazard(asset, asset, false, present, horizon),
                                   .age_s = takt::to_seconds(present - m.since),
                                   .pace = pace_.pace(asset, product),
                                   .pace_errors = pace_.errors(asset, present)};
  const std::uint64_t seed = takt::hash_path(asset + takt::to_text(cut));
  return forecast::forecast_of(
      takt::law_of_pieces(takt::spell_futures(m.twin.now(), m.id, outlook, horizon, kFutures), seed));
}

}  // namespace retrofit
