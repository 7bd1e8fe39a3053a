// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/fidelity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace takt {
namespace {

constexpr std::uint64_t kLeastMessages = 3;  // of a source that never says that it told everything
constexpr std::uint32_t kToRecover = 3;      // merges after one that was rejected
constexpr double kConflictFades = 0.95;      // a message
constexpr double kConflicts = 3.0;
constexpr std::int64_t kLate = 5;  // a count that comes later than a fifth of the horizon is not waited for

constexpr std::uint32_t kReplications = 0x3fffffff;  // futures take streams of their own, so that forecasts in a row
                                                     // do not share the times of the next failures

// What of the false alarms falls to which question; the rest is for agreement.
constexpr double kDriftShare = 0.4, kCalibrationShare = 0.5, kAgreementShare = 0.1;

DriftOptions drift_options(const FidelityOptions& options) {
  return {.cycle_shift = options.cycle_shift,
          .rate_factor = options.rate_factor,
          .shift = options.shift,
          .false_invalid = kDriftShare * options.false_invalid,
          .false_warning = kDriftShare * options.false_warning};
}

CalibrationOptions calibration_options(const FidelityOptions& options) {
  return {.false_invalid = kCalibrationShare * options.false_invalid,
          .false_warning = kCalibrationShare * options.false_warning,
          .shift_length = options.shift};
}

double good_parts(const ConstStateView& view, std::uint32_t machine) {
  return static_cast<double>(view.machines[machine].completions - view.machines[machine].scrapped);
}

/// Whether every way out of a machine leads out of the plant.
bool lets_out(const Model& model, std::uint32_t machine) {
  const MachineSpec& spec = model.machines[machine];
  for (std::uint32_t r = spec.first_route; r < spec.first_route + spec.routes; ++r)
    if (model.routes[r].place < model.buffers.size()) return false;
  return spec.routes > 0;
}

const char* words_of(SourceStanding standing) {
  switch (standing) {
    case SourceStanding::unborn: return "has not told everything yet";
    case SourceStanding::out_of_step: return "has lost messages";
    case SourceStanding::stale: return "has been silent for too long";
    case SourceStanding::dead: return "is gone";
    case SourceStanding::in_step: break;
  }
  return "is in step";
}

}  // namespace

Fidelity::Fidelity(FidelityOptions options, Parameters reference, Instant begin, std::uint64_t seed)
    : options_(std::move(options)),
      reference_(std::move(reference)),
      agreement_(options_.agreement),
      calibration_(calibration_options(options_)),
      drift_(drift_options(options_)),
      since_(begin),
      seed_(seed) {
  doubts_.raise({.trust = Trust::warning,
                 .check = "evidence",
                 .about = "/",
                 .value = 0.0,
                 .limit = 1.0,
                 .since = begin,
                 .sentence = options_.judge ? "Not everything has been heard from the plant yet."
                                            : "The twin is not judged: its checks are switched off."});
}

// ---- the stages of its life ---------------------------------------------------------------------------------------

TwinStage Fidelity::stage() const {
  if (sources_.empty()) return TwinStage::unbound;
  if (!rejected_.empty()) return TwinStage::out_of_sync;
  for (const char* check : {"modes", "levels"})
    if (doubts_.worst_of(check) == Trust::invalid) return TwinStage::out_of_sync;
  const auto stands = [](SourceStanding standing) {
    return [standing](const auto& each) { return each.second.standing == standing; };
  };
  for (const SourceStanding each : {SourceStanding::stale, SourceStanding::dead, SourceStanding::out_of_step})
    if (std::ranges::any_of(sources_, stands(each))) return TwinStage::degraded;
  return in_step() ? TwinStage::synchronised : TwinStage::bound;
}

bool Fidelity::in_step() const {
  return std::ranges::all_of(
      sources_, [](const auto& each) { return each.second.whole && each.second.standing == SourceStanding::in_step; });
}

Verdict Fidelity::verdict() const { return {trust_, stage(), since_, doubts_.list()}; }

void Fidelity::settle(Instant at) {
  const Trust now = doubts_.trust();
  if (now == trust_) return;
  trust_ = now;
  since_ = at;
}

void Fidelity::note_source(const Snapshot& snapshot) {
  Source& source = sources_[snapshot.source];
  if (source.messages > 0) source.gap = snapshot.ts - source.last;
  ++source.messages;
  source.last = snapshot.ts;
  source.whole = source.whole || snapshot.complete || source.messages >= kLeastMessages;
  gap_ = source.gap;
}

void Fidelity::stands(const std::string& name, SourceStanding standing, Instant at) {
  sources_[name].standing = standing;
  if (standing == SourceStanding::in_step) {
    doubts_.clear("source", name);
  } else {
    doubts_.raise(
        {.trust = Trust::warning,
         .check = "source",
         .about = name,
         .value = static_cast<double>(standing),
         .limit = static_cast<double>(SourceStanding::in_step),
         .since = at,
         .sentence = fmt::format("{} {}: what it should tell is the twin's own guess.", name, words_of(standing))});
  }
  settle(at);
}

void Fidelity::judge_merge(const Snapshot& snapshot, const MergeReport& report) {
  if (report.status == MergeReport::Status::rejected) {
    rejected_[snapshot.source] = kToRecover;
    const std::string why = report.conflicts.empty() ? "" : ": " + to_text(report.conflicts.back());
    doubts_.raise({.trust = Trust::invalid,
                   .check = "merge",
                   .about = snapshot.source,
                   .value = 1.0,
                   .limit = 0.0,
                   .since = snapshot.ts,
                   .sentence = fmt::format("What {} reports cannot be{}.", snapshot.source, why)});
  } else if (const auto it = rejected_.find(snapshot.source); it != rejected_.end() && --it->second == 0) {
    rejected_.erase(it);
    doubts_.clear("merge", snapshot.source);
  }
  for (auto it = conflicts_.begin(); it != conflicts_.end();) {
    it->second *= kConflictFades;
    if (it->second < 0.5) {
      doubts_.clear("merge", it->first);
      it = conflicts_.erase(it);
    } else {
      ++it;
    }
  }
  if (report.status != MergeReport::Status::applied) return;
  for (const Fault& fault : report.conflicts) {
    double& count = conflicts_[fault.path];
    count += 1.0;
    if (count >= kConflicts)
      doubts_.raise({.trust = Trust::warning,
                     .check = "merge",
                     .about = fault.path,
                     .value = count,
                     .limit = kConflicts,
                     .since = snapshot.ts,
                     .sentence = fmt::format("Reports were left out again and again: {}.", to_text(fault))});
  }
}

// ---- around a merge -----------------------------------------------------------------------------------------------

void Fidelity::compare(const Model& model, const State& state, const Snapshot& snapshot) {
  if (options_.judge) agreement_.compare(model, state, snapshot, kAgreementShare * options_.false_invalid, doubts_);
}

void Fidelity::follow(const Model& model, const State& state, const Snapshot& snapshot, const MergeReport& report) {
  note_source(snapshot);
  judge_merge(snapshot, report);
  if (options_.judge) {
    if (report.status == MergeReport::Status::applied) {
      note_counts(model, state, snapshot);
      drift_.follow(model, reference_, state, snapshot, doubts_);
    }
    if (in_step()) doubts_.clear("evidence", "/");
  }
  settle(snapshot.ts);
}

// ---- forecasts ----------------------------------------------------------------------------------------------------

double Fidelity::uniform() {
  constexpr std::uint32_t kScores = 0xfffffffeU;  // a replication that no future has
  return Draw(stream_key(seed_, kScores, hash_path("/"), Purpose::learn), scored_++).uniform();
}

void Fidelity::note_counts(const Model& model, const State& state, const Snapshot& snapshot) {
  const ConstStateView view(model, state);
  for (const EntityReading& reading : snapshot.entities) {
    if (reading.quality != "good" || !reading.counters || !reading.counters->good) continue;
    const Entity& entity = model.entity(reading.path);
    if (entity.kind != Entity::Kind::machine) continue;
    const Told now{snapshot.ts, good_parts(view, entity.index)};
    const auto [it, is_new] = told_.try_emplace(entity.index, now);
    if (is_new) continue;
    score(model, entity.index, it->second, now);
    it->second = now;
  }
  std::erase_if(open_, [&](const Open& open) { return open.until + open.horizon / kLate < snapshot.ts; });
}

/// The count at the time of each forecast that has come lies between the last two that were told.
void Fidelity::score(const Model& model, std::uint32_t machine, const Told& before, const Told& now) {
  for (Open& open : open_) {
    const auto it = open.counts.find(machine);
    if (open.until > now.at || it == open.counts.end()) continue;
    std::optional<double> count;
    if (now.at == open.until || now.at - before.at <= open.horizon / kLate) {
      const double share =
          now.at == open.until ? 1.0 : to_seconds(open.until - before.at) / to_seconds(now.at - before.at);
      count = before.count + share * (now.count - before.count) - open.base.at(machine);
      calibration_.score({.about = model.machine_path(machine),
                          .horizon = open.horizon,
                          .members = it->second,
                          .observed = std::floor(*count + (share == 1.0 ? 0.0 : uniform())),
                          .uniform = uniform(),
                          .at = now.at},
                         doubts_);
    }
    open.counts.erase(it);
    score_plant(model, open, machine, count, now.at);
  }
}

void Fidelity::score_plant(const Model& model, Open& open, std::uint32_t machine, std::optional<double> count,
                           Instant at) {
  if (open.out.empty() || !lets_out(model, machine)) return;
  open.out_lost = open.out_lost || !count;
  open.out_seen += count.value_or(0.0);
  if (--open.out_missing > 0 || open.out_lost) return;
  calibration_.score(
      {.about = "/",
       .horizon = open.horizon,
       .members = open.out,
       .observed = std::floor(open.out_seen + (std::floor(open.out_seen) == open.out_seen ? 0.0 : uniform())),
       .uniform = uniform(),
       .at = at},
      doubts_);
}

bool Fidelity::is_forecast_due(Instant at) const {
  if (!options_.judge || options_.members < 2 || told_.empty() || gap_.count() <= 0 || !in_step()) return false;
  return std::ranges::any_of(options_.horizons, [&](Duration horizon) {
    const auto it = next_launch_.find(horizon);
    return it == next_launch_.end() || it->second <= at;
  });
}

/// Machines whose counters are fresh enough to begin with.
Fidelity::Open Fidelity::open_forecast(const Present& present, Duration horizon, Instant at) const {
  const Model& model = *present.model;
  const ConstStateView view(model, *present.state);
  Open open{.horizon = horizon, .until = at + horizon, .counts = {}, .base = {}, .out = {}};
  bool counted = true;  // everything that leaves the plant is
  for (std::uint32_t m = 0; m < model.machines.size(); ++m) {
    const auto told = told_.find(m);
    const bool is_fresh = told != told_.end() && at - told->second.at <= horizon / (4 * kLate);
    const MachineSpec& spec = model.machines[m];
    for (std::uint32_t r = spec.first_route; r < spec.first_route + spec.routes; ++r)
      if (model.routes[r].place >= model.buffers.size() && (!is_fresh || !lets_out(model, m))) counted = false;
    if (!is_fresh) continue;
    open.base[m] = good_parts(view, m);
    open.counts[m];
    open.out_missing += lets_out(model, m) ? 1U : 0U;
  }
  if (!counted) open.out_missing = 0;
  return open;
}

void Fidelity::note_future(const Model& model, const State& future, Open& open) {
  const ConstStateView view(model, future);
  double out = 0.0;
  for (auto& [m, counts] : open.counts) {
    const double count = good_parts(view, m) - open.base.at(m);
    counts.push_back(count);
    if (lets_out(model, m)) out += count;
  }
  if (open.out_missing > 0) open.out.push_back(out);
}

void Fidelity::forecast(const Present& present, Instant at) {
  const Model& model = *present.model;
  if (model.machines.size() > options_.largest_plant) return;
  std::vector<Open> due;
  for (const Duration horizon : options_.horizons) {
    Instant& next = next_launch_.try_emplace(horizon, at).first->second;
    if (next > at) continue;
    next = at + horizon;
    due.push_back(open_forecast(present, horizon, at));
  }
  std::ranges::sort(due, {}, &Open::horizon);
  const bool expects = !due.empty() && gap_.count() > 0 && gap_ < due.front().horizon;
  std::vector<State> futures(options_.members);
  std::vector<Parameters> numbers;
  for (State& future : futures) {
    const std::uint32_t replication = launched_++ & kReplications;
    numbers.push_back(present.parameters_of(replication));
    fork_into(future, model, numbers.back(), *present.state, replication);
    if (expects) advance(model, numbers.back(), future, present.state->now + gap_);
  }
  if (expects) agreement_.expect(model, futures);
  for (std::size_t i = 0; i < futures.size(); ++i)
    for (Open& open : due) {
      advance(model, numbers[i], futures[i], present.state->now + open.horizon);
      note_future(model, futures[i], open);
    }
  for (Open& open : due) {
    for (auto& [m, counts] : open.counts) std::ranges::sort(counts);
    std::ranges::sort(open.out);
    if (!open.counts.empty()) open_.push_back(std::move(open));
  }
}

void Fidelity::restart(const Model& model, Parameters reference, Instant at) {
  reference_ = std::move(reference);
  drift_.restart(model, reference_, doubts_);
  calibration_.restart(doubts_);
  open_.clear();
  next_launch_.clear();
  settle(at);
}

}  // namespace takt
