// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/twin.hpp"

#include <algorithm>
#include <cmath>

#include "takt/core/error.hpp"
#include "takt/core/quantity.hpp"

namespace takt {
namespace {

constexpr std::uint32_t kLiveReplication = 0xffffffffU;  // the live state's own streams: no future has them

constexpr std::uint64_t kSlice = 50'000;  // events between two looks at the stop token: a few milliseconds

/// Seconds of a span in which a calendar is on.
double on_shift_s(const Calendar& calendar, const std::string& zone, WallClock::Instant from, WallClock::Instant to) {
  double seconds = 0.0;
  for (bool on = calendar.on_at(from, zone); from < to; on = !on) {
    const WallClock::Instant until = std::min(calendar.next_change(from, zone), to);
    if (on) seconds += to_seconds(until - from);
    from = until;
  }
  return seconds;
}

}  // namespace

Twin::Twin(Model model, TwinOptions options) : Twin(std::make_shared<const Model>(std::move(model)), options) {}

Twin::Twin(std::shared_ptr<const Model> model, TwinOptions options)
    : Twin(model, model->defaults, start(*model, model->defaults, options.seed, kLiveReplication), options) {}

Twin::Twin(std::shared_ptr<const Model> model, Parameters parameters, State state, TwinOptions options)
    : options_(options),
      model_(std::move(model)),
      parameters_(std::move(parameters)),
      state_(std::move(state)),
      learnt_(options.learning),
      fidelity_(options.fidelity, parameters_, model_->plant.clock.to_wall(Time{}), options.seed) {
  if (options.largest_gap.count() < 0)
    throw InvalidInput(
        Fault{.path = "largest_gap", .value = to_text(options.largest_gap), .expected = "a time not below zero"});
  if (options.particles == 0) return;
  ThreadPool pool(options.particle_threads);
  State beginning = state_;
  beginning.seed = mix64(options.seed ^ hash_path("/particles"));  // streams that no future has
  particles_ = Particles(*model_, parameters_, beginning, options.particles, pool);
}

bool Twin::advance_to(Time t, const std::stop_token& stop) {
  if (t < state_.now) return true;
  Outcome outcome;
  do {
    if (stop.stop_requested()) return false;
    outcome = advance(*model_, parameters_, state_, t, kSlice);
  } while (outcome.status == Outcome::Status::paused);
  if (outcome.status == Outcome::Status::done) {
    if (particles_.size() == 0) return true;
    ThreadPool pool(options_.particle_threads);
    particles_.advance_to(*model_, parameters_, t, pool);
    return true;
  }
  std::string text = outcome.status == Outcome::Status::deadlock
                         ? "the twin is in a deadlock:"
                         : "the twin does not get on: a million events at one instant";
  for (const std::string& line : outcome.circular_wait) text += "\n  " + line;
  throw Error(text);
}

Present Twin::now(std::uint64_t seed) const {
  Present present{model_, parameters_, state_, {}, seed, {}, fidelity_.verdict()};
  present.state->seed = seed;
  if (particles_.size() > 0)
    present.beginning = [members = std::make_shared<const Particles>(particles_), seed](std::uint32_t replication) {
      State member = members->draw(seed, replication);
      member.seed = seed;
      return member;
    };
  if (!learnt_.empty())
    present.draw = [model = model_, numbers = parameters_, learnt = learnt_, seed](std::uint32_t replication) {
      return learnt.draw(*model, numbers, seed, replication);
    };
  return present;
}

void Twin::check_paths(const Snapshot& snapshot) const {
  std::vector<Fault> faults;
  for (const EntityReading& reading : snapshot.entities) {
    try {
      model_->entity(reading.path);
    } catch (const InvalidInput& error) {
      faults.push_back(error.faults().front());
      faults.back().value.clear();  // the path says it
    }
  }
  if (!faults.empty()) throw InvalidInput(std::move(faults));
}

/// What becomes of a snapshot that changes nothing; none if it is to be merged.
std::optional<MergeReport> Twin::refusal(const Snapshot& snapshot) const {
  MergeReport report;
  const auto seen = seen_messages_.find(snapshot.source);
  if (seen != seen_messages_.end() && seen->second.contains(snapshot.epoch, snapshot.seq)) {
    report.status = MergeReport::Status::duplicate;
    return report;
  }
  const WallClock& clock = model_->plant.clock;
  const Time at = clock.to_sim(snapshot.ts);
  if (at < state_.now) {
    report.status = MergeReport::Status::late;
    return report;
  }
  if (at - state_.now <= options_.largest_gap) return std::nullopt;
  report.status = MergeReport::Status::rejected;
  report.conflicts.push_back({.path = "/ts",
                              .value = to_text(snapshot.ts),
                              .expected = "an instant at most " + to_text(options_.largest_gap) +
                                          " ahead of the twin, which stands at " + to_text(clock.to_wall(state_.now))});
  return report;
}

std::optional<Time> Twin::time_of(const Snapshot& snapshot) const {
  check_paths(snapshot);
  if (refusal(snapshot)) return std::nullopt;
  return model_->plant.clock.to_sim(snapshot.ts);
}

MergeReport Twin::apply(const Snapshot& snapshot) {
  check_paths(snapshot);
  if (std::optional<MergeReport> refused = refusal(snapshot)) return std::move(*refused);
  advance_to(model_->plant.clock.to_sim(snapshot.ts));
  seen_messages_[snapshot.source].add(snapshot.epoch, snapshot.seq);
  fidelity_.compare(*model_, state_, snapshot);
  MergeReport report = merge(*model_, parameters_, state_, snapshot, book_);
  if (particles_.size() > 0 && report.status == MergeReport::Status::applied) {
    ThreadPool pool(options_.particle_threads);
    particles_.update(*model_, parameters_, snapshot, pool);
  }
  if (options_.learn && report.status == MergeReport::Status::applied) {
    learn_from(snapshot);
    parameters_ = learnt_.mean(*model_, parameters_);
  }
  fidelity_.follow(*model_, state_, snapshot, report);
  if (fidelity_.is_forecast_due(snapshot.ts)) fidelity_.forecast(now(), snapshot.ts);
  return report;
}

std::vector<Adopted> Twin::adopt() {
  constexpr double kFollowed = 0.5;  // of a change: what is learnt has gone that far with it
  const Parameters before = fidelity_.reference();
  for (const auto& [path, ratio] : fidelity_.drift().changes(*model_)) {
    const Distribution& reference = get_law(*model_, before, path);
    const double learnt = get_law(*model_, parameters_, path).mean() / reference.mean();
    if (std::abs(learnt - 1.0) < kFollowed * std::abs(ratio - 1.0))
      set_law(*model_, parameters_, path, reference.scaled(ratio));
  }
  std::vector<Adopted> adopted;
  for (const ParameterSlot& slot : slots_of(*model_))
    if (slot.kind == ParameterSlot::Kind::law && !(parameters_.law(slot.index) == before.law(slot.index)))
      adopted.push_back({slot_path(*model_, slot), before.law(slot.index).mean(), parameters_.law(slot.index).mean()});
  fidelity_.restart(*model_, parameters_, model_->plant.clock.to_wall(state_.now));
  return adopted;
}

void Twin::expect(const std::string& path, const Distribution& law) {
  set_law(*model_, parameters_, path, law);
  if (options_.learn) learnt_.restart(path, law);
  fidelity_.restart(*model_, parameters_, model_->plant.clock.to_wall(state_.now));
}

void Twin::learn_from(const Snapshot& snapshot) {
  for (const EntityReading& reading : snapshot.entities) {
    if (reading.quality != "good") continue;
    const Entity& entity = model_->entity(reading.path);
    if (entity.kind == Entity::Kind::machine) learn_machine(reading, entity.index, snapshot.ts);
  }
}

/// The time a machine was exposed to failures: by its shifts if its failure clock runs on them.
double Twin::at_risk_s(const MachineSpec& spec, WallClock::Instant from, WallClock::Instant to) const {
  if (spec.clock != FailureClock::on_shift || spec.calendar == kNone) return to_seconds(to - from);
  return on_shift_s(model_->calendars[spec.calendar], model_->plant.clock.zone, from, to);
}

void Twin::learn_machine(const EntityReading& reading, std::uint32_t machine, WallClock::Instant at) {
  const MachineSpec& spec = model_->machines[machine];
  if (reading.cycle_time_last_s && (spec.flags & kLawByProduct) == 0)
    learnt_.observe_time(*model_, reading.path + "/cycle_time", *reading.cycle_time_last_s);
  if (!reading.state || (spec.flags & kHasFailure) == 0) return;
  const bool down = mode_of(*reading.state) == ReportedMode::down;
  const bool waits = ConstStateView(*model_, state_).machines[machine].condition() == Condition::waiting_for_crew;
  const auto it = seen_machines_.find(machine);
  if (it == seen_machines_.end()) {
    seen_machines_[machine] = {down, waits, at};
    return;
  }
  Seen& seen = it->second;
  // The change is known to the moment if the reading says since when; otherwise it is put at the middle of the gap.
  const WallClock::Instant changed =
      reading.state_since ? std::clamp(*reading.state_since, seen.at, at) : seen.at + (at - seen.at) / 2;
  const auto exposed_s = [&](bool is_down, WallClock::Instant from, WallClock::Instant to) {
    return is_down ? to_seconds(to - from) : at_risk_s(spec, from, to);
  };
  const auto law = [&](bool is_down) {
    return reading.path + (is_down ? "/failure/time_to_repair" : "/failure/time_to_failure");
  };
  const bool counts = seen.down || spec.clock != FailureClock::working || *reading.state == "Execute" || down;
  // No repair goes on while the machine waits for its crew; but if it is up again, there was one.
  const auto known_s = [&](const Seen& then, WallClock::Instant from, WallClock::Instant to) {
    return then.waits ? 0.0 : exposed_s(then.down, from, to);
  };
  if (counts)
    learnt_.observe_exposure(*model_, law(seen.down), known_s(seen, seen.at, down == seen.down ? at : changed),
                             down != seen.down);
  const Seen present{down, waits, at};
  if (down != seen.down) learnt_.observe_exposure(*model_, law(down), known_s(present, changed, at), false);
  seen = present;
}

}  // namespace takt
