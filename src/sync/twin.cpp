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
      counts_(*model_),
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
  const Origin origin{.at = snapshot.ts, .source = snapshot.source};
  for (const EntityReading& reading : snapshot.entities) {
    if (reading.quality != "good") continue;
    const Entity& entity = model_->entity(reading.path);
    if (entity.kind != Entity::Kind::machine) continue;
    learn_times(reading, entity.index, origin);
    learn_machine(reading, entity.index, origin);
  }
  counts_.observe(*model_, snapshot, learnt_);
  if (last_version_ == WallClock::Instant{}) last_version_ = snapshot.ts;
  if (learnt_.has_changed() && snapshot.ts - last_version_ >= options_.learning.version_every) {
    learnt_.keep(snapshot.ts);
    last_version_ = snapshot.ts;
  }
}

/// Cycle times, by product where the law is, and set-up times: from Resetting or Starting to Execute.
void Twin::learn_times(const EntityReading& reading, std::uint32_t machine, const Origin& origin) {
  const MachineSpec& spec = model_->machines[machine];
  const bool by_product = (spec.flags & kLawByProduct) != 0;
  SeenWork& seen = seen_work_[machine];
  const std::string before = seen.product;
  if (reading.in_process && reading.in_process->size() == 1) seen.product = reading.in_process->front().product;
  // The path of a law: the product's own, or that of all the others.
  const auto law = [&](const char* name, const std::string& product) {
    const std::string path = reading.path + "/" + name, own = path + "/" + product;
    return by_product && find_slot(*model_, own) ? own : path;
  };
  if (reading.cycle_time_last_s) {
    // The part that is finished is the one seen before; where that may have changed meanwhile, nothing is learnt.
    const bool is_sure = !by_product || (spec.servers == 1 && !before.empty() && before == seen.product);
    if (is_sure) learnt_.observe_time(*model_, law("cycle_time", before), *reading.cycle_time_last_s, origin);
  }
  if (!reading.state || !reading.state_since || spec.load_law == kNone) return;
  if (*reading.state == "Resetting" || *reading.state == "Starting") {
    if (!seen.setup_since) seen.setup_since = reading.state_since;
    return;
  }
  if (*reading.state == "Execute" && seen.setup_since && (!by_product || !seen.product.empty())) {
    const double seconds = to_seconds(*reading.state_since - *seen.setup_since);
    if (seconds > 0.0) learnt_.observe_time(*model_, law("load_time", seen.product), seconds, origin);
  }
  seen.setup_since.reset();
}

void Twin::put_back(std::uint64_t version) {
  const std::vector<std::string> before = learnt_.paths();
  learnt_.put_back(version);
  forget_numbers(before);
}

bool Twin::reset(const std::string& path) {
  if (!learnt_.reset(path)) return false;
  forget_numbers({path});
  return true;
}

/// Gives the parameters the plant's numbers at these paths, and then what is still learnt.
void Twin::forget_numbers(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    const std::optional<ParameterSlot> slot = find_slot(*model_, path);
    if (!slot) continue;
    const auto& plant = model_->defaults;
    if (slot->kind == ParameterSlot::Kind::law) {
      parameters_.set_law(slot->index, plant.law(slot->index));
    } else {
      const bool is_route = slot->kind == ParameterSlot::Kind::route;
      const std::uint32_t first = is_route ? slot->first : slot->index, count = is_route ? slot->count : 1;
      for (std::uint32_t i = first; i < first + count; ++i) parameters_.probabilities[i] = plant.probabilities[i];
    }
  }
  parameters_ = learnt_.mean(*model_, parameters_);
}

/// The time a machine was exposed to failures: by its shifts if its failure clock runs on them.
double Twin::at_risk_s(const MachineSpec& spec, WallClock::Instant from, WallClock::Instant to) const {
  if (spec.clock != FailureClock::on_shift || spec.calendar == kNone) return to_seconds(to - from);
  return on_shift_s(model_->calendars[spec.calendar], model_->plant.clock.zone, from, to);
}

void Twin::learn_machine(const EntityReading& reading, std::uint32_t machine, const Origin& origin) {
  const MachineSpec& spec = model_->machines[machine];
  const WallClock::Instant at = origin.at;
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
                             down != seen.down, origin);
  const Seen present{down, waits, at};
  if (down != seen.down) learnt_.observe_exposure(*model_, law(down), known_s(present, changed, at), false, origin);
  seen = present;
}

}  // namespace takt
