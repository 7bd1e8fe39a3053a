// SPDX-License-Identifier: Apache-2.0
#include "future.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "takt/core/statistics.hpp"

namespace cnc {

using takt::Distribution;

ListedLaw::ListedLaw(std::vector<Row> rows) : rows_(std::move(rows)) {
  std::erase_if(rows_, [](const Row& row) { return !(row.weight > 0.0); });
  std::ranges::sort(rows_, {}, &Row::value);
  std::vector<double> values, weights;
  for (const Row& row : rows_) {
    values.push_back(row.value);
    weights.push_back(row.weight);
  }
  law_ = Distribution::discrete(std::move(values), std::move(weights));
}

std::size_t ListedLaw::index_of(double value) const {
  auto above = std::ranges::lower_bound(rows_, value, {}, &Row::value);
  if (above == rows_.end() || (above != rows_.begin() && value - std::prev(above)->value < above->value - value))
    --above;
  return above->index;
}

Future::Future(const Common& common, std::uint32_t replication)
    : common_(common),
      spec_(common.model.machines.front()),
      replication_(replication),
      numbers_(common.model.defaults),
      closing_draws_(common.base.seed, replication, "closing"),
      batch_draws_(common.base.seed, replication, "batch") {
  weigh_transitions();
  const std::vector<double>& closings = common_.evidence.closings_s;
  for (std::size_t i = 0; i < closings.size(); ++i) closing_weights_.push_back(closing_draws_.exponential());
}

void Future::weigh_transitions() {
  const std::vector<Transition>& transitions = common_.evidence.transitions;
  Draws draws(common_.base.seed, replication_, "transitions");
  const bool any_change = std::ranges::any_of(transitions, &Transition::ends_batch);
  for (const Transition& transition : transitions) {
    const double weight = transition.weight * draws.exponential();
    weights_.push_back(transition.same_day ? weight : 0.0);
    change_weights_.push_back(!any_change ? weight : transition.ends_batch ? draws.exponential() : 0.0);
    gaps_s_.push_back(transition.gap_s * std::exp(common_.options.gap_log_sd * draws.normal()));
  }
}

double Future::draw_closing_s() {
  const std::vector<double>& closings = common_.evidence.closings_s;
  const double sd = common_.options.closing_sd_s;
  const double open_s = common_.last_start_s - common_.midnight_s;  // of today, or negative
  const double from = open_s >= 0.0 ? open_s : -kNoEnd;
  constexpr double kLeast = 1e-9;  // a day longer than all before
  std::vector<double> weights;
  for (std::size_t i = 0; i < closings.size(); ++i) {
    weights.push_back((takt::normal_cdf((closings[i] - from) / sd) + kLeast) * closing_weights_[i]);
  }
  const double closing = closings[closing_draws_.choice(weights)];
  const double later = takt::normal_cdf((closing - from) / sd);
  const double z = -takt::normal_quantile(std::max(later * closing_draws_.uniform(), kLeast * kLeast));
  return common_.midnight_s + std::max(closing + sd * z, from);
}

double Future::draw_pieces_left(double completed) {
  const std::vector<double>& batches = common_.evidence.batches;
  const double sd = common_.options.batch_log_sd;
  constexpr double kLeast = 1e-6;
  std::vector<double> weights;
  std::vector<double> larger;  // probability that a batch like that one is larger than what is done
  for (const double batch : batches) {
    larger.push_back(takt::normal_cdf(std::log(batch / std::max(completed, 0.5)) / sd));
    weights.push_back(larger.back() + kLeast);
  }
  weights.push_back(batches.empty() ? 1.0 : common_.options.open_batch);
  const std::size_t i = batch_draws_.choice(weights);
  if (i == batches.size()) return kNoEnd;
  const double z = -takt::normal_quantile(std::max(larger[i] * batch_draws_.uniform(), kLeast * kLeast));
  return std::max(std::round(batches[i] * std::exp(sd * z)) - completed, 0.0);
}

std::vector<std::uint32_t> Future::run(const Present& present, const std::vector<takt::Time>& until) {
  now_ = present;
  set_cycle_time(Distribution::constant(present.first_s));
  set_load_time(Distribution::constant(present.first_s));
  takt::fork_into(state_, common_.model, numbers_, common_.base, replication_);
  if (common_.running) {
    set_scrap(present.scrap);
    set_next_gap();
  } else {
    closed_ = present.first_s >= present.closing_s;
    begin_operation(present.step);
  }
  const takt::MachineState& machine = takt::ConstStateView(common_.model, state_).machines.front();
  std::vector<std::uint32_t> completions;
  for (const takt::Time each : until) {
    while (!closed_ && takt::advance(common_.model, numbers_, state_, each, 1).events > 0) react();
    completions.push_back(static_cast<std::uint32_t>(machine.completions - machine.scrapped));
  }
  return completions;
}

/// After each event: the machine has begun to set up for the next operation, or that operation itself.
void Future::react() {
  const takt::ServerState& server = takt::ConstStateView(common_.model, state_).servers.front();
  const double drawn_s = takt::to_seconds(takt::Duration{server.total});
  if (server.activity == takt::Activity::working) {
    operation_begun(drawn_s);
  } else {
    const double start_s = takt::to_seconds(takt::Duration{server.due});
    closed_ = start_s >= now_.closing_s;
    begin_operation(common_.evidence.transitions[next_gap_->index_of(drawn_s)].step);
  }
}

void Future::begin_operation(Step step) {
  is_other_ = step == Step::other || (step == Step::back && now_.before_s <= 0.0);
  set_scrap(common_.evidence.stop_probability);
  if (is_other_) {
    set_cycle_time(durations().law());
    now_.pieces_left = kNoEnd;
  } else {
    if (step == Step::back) {
      std::swap(now_.duration_s, now_.before_s);
    } else {
      now_.pieces_left -= 1.0;
    }
    set_cycle_time(Distribution::constant(now_.duration_s));
  }
}

void Future::operation_begun(double duration_s) {
  if (is_other_) {
    now_.before_s = now_.duration_s;
    now_.duration_s = duration_s;
    set_scrap(common_.evidence.durations[durations().index_of(duration_s)].completed ? 0.0 : 1.0);
  }
  set_next_gap();
}

void Future::set_next_gap() {
  const ListedLaw& next = gaps(now_.pieces_left <= 0.0);
  if (next_gap_ != &next) set_load_time(next.law());
  next_gap_ = &next;
}

const ListedLaw& Future::gaps(bool batch_done) {
  std::optional<ListedLaw>& law = batch_done ? change_gap_law_ : gap_law_;
  if (!law) {
    const std::span<const double> weights = transition_weights(batch_done);
    std::vector<ListedLaw::Row> rows;
    for (std::size_t i = 0; i < weights.size(); ++i) rows.push_back({gaps_s_[i], weights[i], i});
    law.emplace(std::move(rows));
  }
  return *law;
}

const ListedLaw& Future::durations() {
  if (!duration_law_) {
    Draws draws(common_.base.seed, replication_, "durations");
    const std::vector<PastDuration>& past = common_.evidence.durations;
    std::vector<ListedLaw::Row> rows;
    for (std::size_t i = 0; i < past.size(); ++i) {
      const double weight = past[i].weight * draws.exponential();
      rows.push_back({past[i].seconds * std::exp(common_.options.duration_log_sd * draws.normal()), weight, i});
    }
    duration_law_.emplace(std::move(rows));
  }
  return *duration_law_;
}

}  // namespace cnc
