// SPDX-License-Identifier: Apache-2.0
#include "futures.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "future.hpp"
#include "takt/core/statistics.hpp"

namespace cnc {
namespace {

/// The state at the cut: at work on an operation, or setting up for one, since its zero.
takt::State state_at(const takt::Model& model, bool running, takt::Duration since, std::uint64_t seed) {
  const takt::Distribution not_yet = takt::Distribution::constant(takt::kLongestSeconds);
  takt::Parameters numbers = model.defaults;
  numbers.set_law(model.machines.front().load_law, running ? takt::Distribution::constant(0.0) : not_yet);
  numbers.set_law(model.machines.front().cycle_law, not_yet);
  takt::State state = takt::start(model, numbers, seed);
  takt::advance(model, numbers, state, takt::Time{since});
  return state;
}

/// The presents that a moment may be.
class Presents {
 public:
  Presents(const History& history, const Moment& moment, const Common& common) : common_(common) {
    const auto program_of = [&](std::uint32_t program) {
      return Program{duration_before(history, moment, program), pieces_of(history, moment, program)};
    };
    for (const PastOperation* past : history.operations(moment.machine, moment))
      if (past->in_chain()) last_ = past;
    if (last_ != nullptr) last_program_ = program_of(last_->program);
    if (!moment.running) return;
    law_ = history.end_law(moment, *moment.running);
    double sum = 0.0;
    for (const takt::WeightedAtoms::Atom& atom : law_.atoms) cumulated_.push_back(sum += atom.weight);
    templates_ = history.templates(moment);
    for (const PastOperation* past : templates_) programs_.push_back(program_of(past->program));
    unknown_ = program_of(PastOperation::kFalseStart);
  }

  Present draw(Future& future, std::uint32_t replication) const {
    Draws draws(common_.base.seed, replication, "present");
    return common_.running ? running(future, draws) : idle(future, draws);
  }

 private:
  struct Program {
    double before_s = 0.0, pieces = 0.0;
  };

  /// The running operation goes on like one of the past runs, or like none.
  Present running(Future& future, Draws& draws) const {
    constexpr double kLeast = 0.5;  // seconds
    const double u = draws.uniform() * cumulated_.back();
    const auto found = std::ranges::upper_bound(cumulated_, u) - cumulated_.begin();
    const takt::WeightedAtoms::Atom& atom =
        law_.atoms[std::min(static_cast<std::size_t>(found), law_.atoms.size() - 1)];
    const bool known = atom.cause != takt::WeightedAtoms::kNoCause;
    const bool completes = known && templates_[atom.cause]->completed();
    const Program& program = known ? programs_[atom.cause] : unknown_;
    Present present;
    present.first_s = common_.cut_s + std::max(atom.value, kLeast);
    present.scrap = !known ? common_.evidence.stop_probability : completes ? 0.0 : 1.0;
    present.duration_s = completes ? templates_[atom.cause]->operation.duration_s() : present.first_s;
    present.before_s = program.before_s;
    present.pieces_left = future.draw_pieces_left(program.pieces + 1.0);
    present.closing_s = future.draw_closing_s();
    return present;
  }

  /// The machine stands: a gap and a closing time that agree with its having stood so long. Either the gap lasts on, or
  /// the day was over before it would have ended.
  Present idle(Future& future, Draws& draws) const {
    Present present;
    present.duration_s = last_->operation.duration_s();
    present.before_s = last_program_.before_s;
    present.pieces_left = future.draw_pieces_left(last_program_.pieces);
    const std::span<const double> weights = future.transition_weights(present.pieces_left <= 0.0);
    for (int i = 0; i < common_.options.tries; ++i) {
      const Transition& transition = common_.evidence.transitions[draws.choice(weights)];
      present.first_s = transition.gap_s * std::exp(common_.options.gap_log_sd * draws.normal());
      present.step = transition.step;
      present.closing_s = future.draw_closing_s();
      if (present.first_s >= common_.cut_s || present.closing_s < present.first_s) return present;
    }
    constexpr double kLeast = 0.02;  // a gap without like: it may last fifty times as long
    present.first_s = common_.cut_s / std::max(draws.uniform(), kLeast);
    present.step = Step::other;
    present.closing_s = future.draw_closing_s();
    return present;
  }

  const Common& common_;
  const PastOperation* last_ = nullptr;
  Program last_program_, unknown_;
  takt::WeightedAtoms law_;
  std::vector<double> cumulated_;  // weights of its atoms
  std::vector<const PastOperation*> templates_;
  std::vector<Program> programs_;  // of the templates
};

Common common_of(const takt::Model& model, const History& history, const Moment& moment, const FutureOptions& options) {
  takt::WallClock::Instant last_start{}, last_end{};
  for (const PastOperation* past : history.operations(moment.machine, moment)) {
    if (!past->in_chain()) continue;
    last_start = past->operation.start;
    last_end = past->operation.end;
  }
  if (moment.running) last_start = moment.running->start;
  const takt::WallClock::Instant zero = moment.running ? moment.running->start : last_end;
  const std::uint64_t seed = takt::hash_path(model.machine_path(0) + " " + takt::to_text(moment.at));
  Common common{.model = model,
                .base = state_at(model, moment.running.has_value(), moment.at - zero, seed),
                .evidence = collect(history, moment),
                .options = options,
                .running = moment.running.has_value(),
                .cut_s = takt::to_seconds(moment.at - zero),
                .midnight_s = takt::to_seconds(moment.at - zero) - time_of_day_s(moment.at),
                .last_start_s = takt::to_seconds(last_start - zero)};
  common.evidence.closings_s.insert(common.evidence.closings_s.end(), options.closings_s.begin(),
                                    options.closings_s.end());
  return common;
}

Forecast summarise(const std::vector<std::uint32_t>& counts, Draws& draws) {
  Forecast forecast;
  std::vector<double> spread;
  for (const std::uint32_t count : counts) {
    forecast.mean += count;
    spread.push_back(count + draws.uniform());
  }
  forecast.mean /= static_cast<double>(counts.size());
  std::ranges::sort(spread);
  for (std::size_t i = 0; i < kQuantiles.size(); ++i) forecast.quantiles[i] = takt::quantile(spread, kQuantiles[i]);
  return forecast;
}

}  // namespace

takt::Model model_of_line(const takt::Plant& plant, const std::string& machine) {
  takt::Plant alone = plant;
  for (takt::Enterprise& enterprise : alone.enterprises)
    for (takt::Workshop& workshop : enterprise.workshops)
      std::erase_if(workshop.lines, [&](const takt::Line& line) {
        return !machine.starts_with("/" + enterprise.name + "/" + workshop.name + "/" + line.name + "/");
      });
  takt::Model model = takt::compile(std::move(alone));
  model.machine(machine);
  return model;
}

std::vector<Forecast> forecast_completions(const takt::Model& model, const History& history, const Moment& moment,
                                           const std::vector<takt::Duration>& horizons, const FutureOptions& options) {
  const auto known = history.operations(moment.machine, moment);
  if (!moment.running && std::ranges::none_of(known, &PastOperation::in_chain)) {
    return std::vector<Forecast>(horizons.size(), {.quantiles = kQuantiles});  // never seen at work: none, and U(0, 1)
  }
  const Common common = common_of(model, history, moment, options);
  const Presents presents(history, moment, common);
  std::vector<takt::Time> until;
  until.reserve(horizons.size());
  for (const takt::Duration horizon : horizons) until.push_back(common.base.now + horizon);
  std::vector<std::vector<std::uint32_t>> counts(horizons.size());
  for (std::uint32_t r = 0; r < options.futures; ++r) {
    Future future(common, r);
    const std::vector<std::uint32_t> completions = future.run(presents.draw(future, r), until);
    for (std::size_t i = 0; i < horizons.size(); ++i) counts[i].push_back(completions[i]);
  }
  Draws draws(common.base.seed, 0, "spread");
  std::vector<Forecast> forecasts;
  forecasts.reserve(horizons.size());
  for (const std::vector<std::uint32_t>& each : counts) forecasts.push_back(summarise(each, draws));
  return forecasts;
}

}  // namespace cnc
