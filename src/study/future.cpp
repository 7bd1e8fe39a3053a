// SPDX-License-Identifier: Apache-2.0
#include "study/future.hpp"

#include "takt/kpi/kpis.hpp"

namespace takt::detail {
namespace {

constexpr std::uint64_t kSlice = 50'000;  // events between two looks at the stop token: a few milliseconds

void advance_to(const Model& model, const Parameters& numbers, State& state, Time until, const FutureWindow& window,
                KpiObserver& observer, Outcome& outcome) {
  std::uint64_t events = outcome.events;
  do {
    if (window.stop.stop_requested()) throw Interrupted("interrupted");
    if (window.tick) window.tick();
    outcome = advance(model, numbers, state, until, observer, kSlice);
    events += outcome.events;
  } while (outcome.status == Outcome::Status::paused);
  outcome.events = events;
}

}  // namespace

FutureEnd run_future(const Present& present, const Parameters& numbers, std::uint32_t streams,
                     const FutureWindow& window, std::vector<double>& values) {
  const Model& model = *present.model;
  thread_local State state;
  present.begin(state, numbers, streams);
  KpiObserver observer(model, state);
  FutureEnd end;
  const Time from = state.now + window.warmup;
  if (window.warmup.count() > 0) advance_to(model, numbers, state, from, window, observer, end.outcome);
  const Totals before = observer.totals(model, state);
  if (end.outcome.status == Outcome::Status::done)
    advance_to(model, numbers, state, from + window.horizon, window, observer, end.outcome);
  if (end.outcome.status != Outcome::Status::done) return end;
  const Totals after = observer.totals(model, state);
  const std::vector<double> row = kpi_values(model, before, after);
  values.insert(values.end(), row.begin(), row.end());
  end.little_gap = little_gap(model, before, after);
  return end;
}

Present taken_over(const Present& present, const std::shared_ptr<const Model>& model, MigrationReport* report) {
  Present own;
  own.model = model;
  own.seed = present.seed;
  own.parameters = carry_over(*present.model, present.parameters, *model);
  if (present.draw)
    own.draw = [from = present.model, draw = present.draw, model](std::uint32_t replication) {
      return carry_over(*from, draw(replication), *model);
    };
  if (present.beginning)
    own.beginning = [from = present.model, beginning = present.beginning, model,
                     numbers = own.parameters](std::uint32_t replication) {
      return migrate(*from, beginning(replication), *model, numbers).state;
    };
  if (present.state) {
    Migrated migrated = migrate(*present.model, *present.state, *model, own.parameters);
    own.state = std::move(migrated.state);
    if (report != nullptr) *report = std::move(migrated.report);
  }
  return own;
}

}  // namespace takt::detail
