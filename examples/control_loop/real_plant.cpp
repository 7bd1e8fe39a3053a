// SPDX-License-Identifier: Apache-2.0
#include "real_plant.hpp"

#include <tuple>
#include <utility>

namespace example {

takt::io::sparkplug::Places places_of(const takt::Model& model) {
  std::vector<std::string> paths;
  for (std::uint32_t m = 0; m < model.machines.size(); ++m) paths.push_back(model.machine_path(m));
  for (std::uint32_t b = 0; b < model.buffers.size(); ++b)
    if (model.buffer_entity[b] != takt::kNone) paths.push_back(model.buffer_path(b));
  return takt::io::sparkplug::Places(std::move(paths));
}

namespace {

std::string packml(takt::Mode mode) {
  if (mode.condition != takt::Condition::up) return "Aborted";
  return mode.activity == takt::Activity::working ? "Execute" : "Suspended";
}

/// What is at work at the very start.
std::vector<RealPlant::Seen> first_seen(const takt::Model& model, const takt::Parameters& numbers, takt::State& state) {
  takt::advance(model, numbers, state, takt::Time{});
  const takt::ConstStateView view(model, state);
  std::vector<RealPlant::Seen> seen(model.machines.size());
  for (std::uint32_t m = 0; m < seen.size(); ++m)
    seen[m].mode = {view.machines[m].condition(), view.servers[model.machines[m].first_server].activity};
  return seen;
}

}  // namespace

RealPlant::RealPlant(takt::Model model, const std::string& broker)
    : model_(std::move(model)),
      numbers_(model_.defaults),
      state_(takt::start(model_, numbers_, 2026)),
      modes_(first_seen(model_, numbers_, state_)),
      edge_(
          {.broker = {.url = broker, .client_id = "line_1"},
           .node = {"acme", "line_1", ""},
           .places = places_of(model_)},
          [this] {
            const std::lock_guard lock(mutex_);
            return everything();
          },
          [this](const takt::io::DesiredValue& desired) { obey(desired); }) {}

takt::EntityReading RealPlant::read(std::uint32_t m) const {
  takt::EntityReading reading{.path = model_.machine_path(m)};
  reading.state = packml(modes_[m].mode);
  reading.state_since = model_.plant.clock.to_wall(modes_[m].since);
  reading.counters.emplace().good = modes_[m].parts;
  if (reading.path == kFiller) reading.setpoints["speed"] = speed_;
  return reading;
}

/// What the controllers of the line tell: states, counters, levels, and the speed of the filler.
takt::Snapshot RealPlant::everything() const {
  const takt::ConstStateView view(model_, state_);
  takt::Snapshot snapshot{.ts = model_.plant.clock.to_wall(state_.now), .source = "acme/line_1", .complete = true};
  for (std::uint32_t m = 0; m < model_.machines.size(); ++m) snapshot.entities.push_back(read(m));
  for (std::uint32_t b = 0; b < model_.buffers.size(); ++b) {
    if (model_.buffer_entity[b] == takt::kNone) continue;
    takt::EntityReading& reading = snapshot.entities.emplace_back();
    reading.path = model_.buffer_path(b);
    reading.level = view.buffers[b].level;
  }
  return snapshot;
}

/// A change of state is told as it happens, the rest at the end.
void RealPlant::run_until(takt::Time until) {
  std::vector<takt::Snapshot> reports;
  {
    const std::lock_guard lock(mutex_);
    takt::advance(model_, numbers_, state_, until, [&](const takt::Event& event) {
      if (event.kind == takt::Event::Kind::complete) ++modes_[event.index].parts;
      if (event.kind != takt::Event::Kind::mode || packml(event.from) == packml(event.to)) return;
      Seen& seen = modes_[event.index];
      if (event.time != seen.since) seen.before = {seen.mode, seen.since};
      seen.mode = event.to;
      seen.since = event.time;
      const takt::WallClock::Instant at = model_.plant.clock.to_wall(event.time);
      const std::string& path = model_.machine_path(event.index);
      std::erase_if(reports,
                    [&](const takt::Snapshot& each) { return each.ts == at && each.entities[0].path == path; });
      // One that only passes through another state was never seen in it.
      if (packml(seen.mode) == packml(seen.before.first)) std::tie(seen.mode, seen.since) = seen.before;
      if (seen.since == event.time)
        reports.push_back({.ts = at, .source = "acme/line_1", .entities = {read(event.index)}});
    });
    reports.push_back(everything());
  }
  for (const takt::Snapshot& each : reports) edge_.report(each);
}

void RealPlant::wear(double factor) {
  const std::lock_guard lock(mutex_);
  wear_ = factor;
  set_filler();
}

void RealPlant::obey(const takt::io::DesiredValue& desired) {
  const std::lock_guard lock(mutex_);
  if (desired.path != kFiller || desired.item != "speed" || desired.value <= 0.0) return;
  speed_ = desired.value;
  set_filler();
}

void RealPlant::set_filler() {
  const std::string path = kFiller + "/cycle_time";
  takt::set_law(model_, numbers_, path, takt::get_law(model_, model_.defaults, path).scaled(wear_ / speed_));
}

double RealPlant::speed() const {
  const std::lock_guard lock(mutex_);
  return speed_;
}

}  // namespace example
