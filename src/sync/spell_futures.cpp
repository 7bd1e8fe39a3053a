// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/spell_futures.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "takt/core/error.hpp"
#include "takt/core/quantity.hpp"
#include "takt/engine/advance.hpp"

namespace takt {
namespace {

constexpr double kBinS = 600.0;        // changes within ten minutes follow the same law
constexpr std::uint32_t kFactors = 8;  // recent factors, equally likely
constexpr double kSlowest = 1e-9;      // pieces a second

/// The laws that futures draw from. Each is made when it is first needed.
class Laws {
 public:
  explicit Laws(const SpellOutlook& outlook) : outlook_(outlook) {
    for (std::uint32_t i = 0; i < kFactors; ++i) {
      const double p = (i + 0.5) / kFactors;
      factors_.push_back({outlook.standing.factor(p), outlook.running.factor(p)});
    }
  }

  /// Of what goes on now, which who draws from it takes to be `counted_s` old.
  const Distribution& present(bool running, std::uint32_t factor, double counted_s) {
    return of({running, factor, -1}, outlook_.age_s, 0.0, counted_s);
  }
  /// Of a spell that begins so long after the present.
  const Distribution& next(bool running, std::uint32_t factor, double after_s) {
    const int bin = static_cast<int>(after_s / kBinS);
    return of({running, factor, bin}, 0.0, kBinS * (bin + 0.5), 0.0);
  }

 private:
  struct Key {
    bool running;
    std::uint32_t factor;
    int bin;
    friend auto operator<=>(const Key&, const Key&) = default;
  };
  const Distribution& of(const Key& key, double age_s, double after_s, double counted_s) {
    const auto it = laws_.find(key);
    if (it != laws_.end()) return it->second;
    const SpellHazard& hazard = key.running ? outlook_.running : outlook_.standing;
    const double factor = key.running ? factors_[key.factor].second : factors_[key.factor].first;
    return laws_.emplace(key, hazard.law(age_s, after_s, factor, counted_s)).first->second;
  }

  const SpellOutlook& outlook_;
  std::vector<std::pair<double, double>> factors_;  // of standing, of running
  std::map<Key, Distribution> laws_;
};

/// One future after the other, in the same memory.
class Futures {
 public:
  Futures(const Present& present, MachineId machine, const SpellOutlook& outlook, Duration horizon)
      : present_(present),
        model_(*present.model),
        machine_(machine.value),
        spec_(model_.machines[machine_]),
        outlook_(outlook),
        horizon_(horizon),
        laws_(outlook) {
    double sum = 0.0;
    for (const WeightedAtoms::Atom& atom : outlook.pace_errors.atoms) cumulated_.push_back(sum += atom.weight);
    const ConstStateView view(model_, *present.state);
    const MachineState& machine_state = view.machines[machine_];
    const std::int64_t now = present.state->now.time_since_epoch().count();
    const bool clock_runs = machine_state.down != 0 || machine_state.clock_runs != 0;
    const std::int64_t left = clock_runs ? machine_state.breakdown - now : machine_state.breakdown;
    spell_s_ = to_seconds(Duration{machine_state.breakdown_total - left});
    const ServerState& server = view.servers[spec_.first_server];
    work_s_ = to_seconds(Duration{server.total - (machine_state.is_up() ? server.due - now : server.due)});
  }

  SpellFuture run(std::uint32_t replication) {
    begin(replication);
    const Time end = present_.state->now + length();
    const ConstStateView view(model_, state_);
    const MachineState& machine = view.machines[machine_];
    const std::uint64_t before = machine.completions - machine.scrapped;
    SpellFuture future{.length_s = to_seconds(end - present_.state->now)};
    std::uint32_t block = 1;
    while (state_.now < end) {
      const Time from = state_.now;
      const bool running = machine.down == 0;
      const Time change = change_of(machine);
      set_law(!running, laws_.next(!running, running ? standing_factor_ : running_factor_,
                                   to_seconds(change - present_.state->now)));
      const Time block_end = present_.state->now + outlook_.pace_block * block;
      if (state_.now >= block_end) {
        set_cycle(draw_cycle_s(block++));
        continue;
      }
      advance(model_, numbers_, state_, std::min({change, end, block_end}));
      if (running) future.running_s += to_seconds(state_.now - from);
    }
    future.pieces = machine.completions - machine.scrapped - before;
    return future;
  }

 private:
  /// When the machine fails or is repaired: a clock that stands just now is taken to go on.
  Time change_of(const MachineState& machine) const {
    if (machine.down != 0 || machine.clock_runs != 0) return Time{Duration{machine.breakdown}};
    return state_.now + Duration{std::max<std::int64_t>(machine.breakdown, 1)};
  }

  // What each of a future's draws is for.
  static constexpr std::uint64_t kRunning = 0, kStanding = 1, kClosing = 2, kFirstBlock = 3;
  Draw draw(std::uint64_t ordinal) const {
    return {stream_key(present_.state->seed, replication_, spec_.path_hash, Purpose::learn), ordinal};
  }
  double uniform(std::uint64_t ordinal) const { return draw(ordinal).uniform(); }
  std::uint32_t draw_factor(std::uint64_t ordinal) const {
    return std::min(static_cast<std::uint32_t>(uniform(ordinal) * kFactors), kFactors - 1);
  }

  void begin(std::uint32_t replication) {
    replication_ = replication;
    numbers_ = present_.parameters_of(replication);
    running_factor_ = draw_factor(kRunning);
    standing_factor_ = draw_factor(kStanding);
    const bool running = ConstStateView(model_, *present_.state).machines[machine_].down == 0;
    set_law(running, laws_.present(running, running ? running_factor_ : standing_factor_, spell_s_));
    // How far the present piece is, is not known: any part of it may be left.
    const double cycle_s = draw_cycle_s(0);
    numbers_.set_law(spec_.cycle_law, Distribution::uniform(work_s_, work_s_ + cycle_s));
    fork_into(state_, model_, numbers_, *present_.state, replication);
    set_cycle(cycle_s);
  }

  void set_cycle(double cycle_s) { numbers_.set_law(spec_.cycle_law, Distribution::constant(cycle_s)); }

  /// By the pace told and one of its past errors.
  double draw_cycle_s(std::uint32_t block) const {
    const double u = uniform(kFirstBlock + block) * cumulated_.back();
    const auto at = static_cast<std::size_t>(std::ranges::upper_bound(cumulated_, u) - cumulated_.begin());
    const double error = outlook_.pace_errors.atoms[std::min(at, cumulated_.size() - 1)].value;
    return 1.0 / std::max(outlook_.pace * error, kSlowest);
  }

  Duration length() const {
    if (!outlook_.closes_after) return horizon_;
    Draw closing = draw(kClosing);
    return std::min(horizon_, from_seconds(outlook_.closes_after->sample(closing)));
  }

  void set_law(bool running, const Distribution& law) {
    numbers_.set_law(running ? spec_.failure_law : spec_.repair_law, law);
  }

  const Present& present_;
  const Model& model_;
  std::uint32_t machine_;
  const MachineSpec& spec_;
  const SpellOutlook& outlook_;
  Duration horizon_;
  Laws laws_;
  std::vector<double> cumulated_;        // weights of the pace's errors
  double spell_s_ = 0.0, work_s_ = 0.0;  // by the state: since the last change, on the present piece

  std::uint32_t replication_ = 0, running_factor_ = 0, standing_factor_ = 0;
  Parameters numbers_;
  State state_;
};

}  // namespace

std::vector<SpellFuture> spell_futures(const Present& present, MachineId machine, const SpellOutlook& outlook,
                                       Duration horizon, std::uint32_t count) {
  if (!present.state)
    throw InvalidInput(
        Fault{.path = "present", .value = "a plant that has not begun", .expected = "the state of a twin"});
  if (present.model->machines[machine.value].failure_law == kNone)
    throw InvalidInput(Fault{.path = present.model->machine_path(machine.value),
                             .value = "no failure",
                             .expected = "a machine with a failure law: its spells of standing are repairs"});
  if (outlook.pace_block <= Duration{0})
    throw InvalidInput(
        Fault{.path = "pace_block", .value = to_text(outlook.pace_block), .expected = "a time above zero"});
  Futures futures(present, machine, outlook, horizon);
  std::vector<SpellFuture> all;
  all.reserve(count);
  for (std::uint32_t r = 0; r < count; ++r) all.push_back(futures.run(r));
  return all;
}

WeightedAtoms law_of_pieces(const std::vector<SpellFuture>& futures, std::uint64_t seed) {
  const StreamKey stream = stream_key(seed, 0, hash_path("pieces"), Purpose::learn);
  WeightedAtoms law;
  for (std::size_t i = 0; i < futures.size(); ++i)
    law.atoms.push_back({.value = static_cast<double>(futures[i].pieces) + Draw(stream, i).uniform(),
                         .weight = 1.0 / static_cast<double>(futures.size())});
  return law;
}

}  // namespace takt
