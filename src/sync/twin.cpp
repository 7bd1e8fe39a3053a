// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/twin.hpp"

#include "takt/core/error.hpp"

namespace takt {
namespace {

constexpr std::uint32_t kLiveReplication = 0xffffffffU;  // the live state's own streams: no future has them

bool means_down(const std::string& state) {
  return state == "Aborted" || state == "Aborting" || state == "Held" || state == "Holding" || state == "Stopped" ||
         state == "Stopping" || state == "Clearing";
}

}  // namespace

Twin::Twin(Model model, TwinOptions options)
    : options_(options),
      model_(std::make_shared<const Model>(std::move(model))),
      parameters_(model_->defaults),
      state_(start(*model_, parameters_, options.seed, kLiveReplication)),
      learnt_(options.learning) {}

void Twin::advance_to(Time t) {
  if (t <= state_.now) return;
  const Outcome outcome = advance(*model_, parameters_, state_, t);
  if (outcome.status == Outcome::Status::done) return;
  std::string text = outcome.status == Outcome::Status::deadlock
                         ? "the twin is in a deadlock:"
                         : "the twin does not get on: a million events at one instant";
  for (const std::string& line : outcome.circular_wait) text += "\n  " + line;
  throw Error(text);
}

Present Twin::now() const {
  Present present{model_, parameters_, state_, {}, options_.seed};
  if (!learnt_.empty())
    present.draw = [model = model_, numbers = parameters_, learnt = learnt_, seed = options_.seed](
                       std::uint32_t replication) { return learnt.draw(*model, numbers, seed, replication); };
  return present;
}

MergeReport Twin::apply(const Snapshot& snapshot) {
  std::vector<Fault> faults;
  for (const EntityReading& reading : snapshot.entities) {
    try {
      model_->entity(reading.path);
    } catch (const InvalidInput& error) {
      faults.insert(faults.end(), error.faults().begin(), error.faults().end());
    }
  }
  if (!faults.empty()) throw InvalidInput(std::move(faults));

  MergeReport report;
  if (!seen_messages_[snapshot.source].emplace(snapshot.epoch, snapshot.seq).second) {
    report.status = MergeReport::Status::duplicate;
    return report;
  }
  const Time at = model_->plant.clock.to_sim(snapshot.ts);
  if (at < state_.now) {
    report.status = MergeReport::Status::late;
    return report;
  }
  advance_to(at);
  report = merge(*model_, parameters_, state_, snapshot, book_);
  if (options_.learn && report.status == MergeReport::Status::applied) {
    learn_from(snapshot);
    parameters_ = learnt_.mean(*model_, parameters_);
  }
  return report;
}

void Twin::learn_from(const Snapshot& snapshot) {
  for (const EntityReading& reading : snapshot.entities) {
    if (reading.quality != "good") continue;
    const Entity& entity = model_->entity(reading.path);
    if (entity.kind == Entity::Kind::machine) learn_machine(reading, entity.index, snapshot.ts);
  }
}

void Twin::learn_machine(const EntityReading& reading, std::uint32_t machine, WallClock::Instant at) {
  const MachineSpec& spec = model_->machines[machine];
  if (reading.cycle_time_last_s && (spec.flags & kLawByProduct) == 0)
    learnt_.observe_time(*model_, reading.path + "/cycle_time", *reading.cycle_time_last_s);
  if (!reading.state || (spec.flags & kHasFailure) == 0) return;
  const bool down = means_down(*reading.state);
  const auto it = seen_machines_.find(machine);
  if (it == seen_machines_.end()) {
    seen_machines_[machine] = {down, at};
    return;
  }
  Seen& seen = it->second;
  // The change is known to the moment if the reading says since when; otherwise it is put at the middle of the gap.
  const WallClock::Instant changed =
      reading.state_since ? std::max(*reading.state_since, seen.at) : seen.at + (at - seen.at) / 2;
  const double before = to_seconds((down == seen.down ? at : changed) - seen.at);
  const bool counts = seen.down || spec.clock != FailureClock::working || *reading.state == "Execute" || down;
  const std::string law = reading.path + (seen.down ? "/failure/time_to_repair" : "/failure/time_to_failure");
  if (counts) learnt_.observe_exposure(*model_, law, before, down != seen.down);
  if (down != seen.down) {
    const double after = to_seconds(at - changed);
    learnt_.observe_exposure(*model_, reading.path + (down ? "/failure/time_to_repair" : "/failure/time_to_failure"),
                             after, false);
  }
  seen = {down, at};
}

}  // namespace takt
