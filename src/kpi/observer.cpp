// SPDX-License-Identifier: Apache-2.0
#include "takt/kpi/observer.hpp"

#include <algorithm>
#include <functional>

#include "takt/engine/advance_observed.hpp"

namespace takt {
namespace {

std::int64_t ns(Time t) { return t.time_since_epoch().count(); }

template <class T, class Range, class Member>
std::vector<T> column(const Range& rows, Member member) {
  std::vector<T> values;
  values.reserve(rows.size());
  for (const auto& row : rows) values.push_back(row.*member);
  return values;
}

/// Adds `sign` times what is open in a state at time `now` to sums kept by the sign trick.
template <class Sums>
void close_open(const Model& model, const State& state, std::int64_t now, int sign, Sums& sums) {
  const ConstStateView view(model, state);
  for (std::size_t m = 0; m < model.machines.size(); ++m) {
    const MachineSpec& spec = model.machines[m];
    for (std::uint32_t s = spec.first_server; s < spec.first_server + spec.servers; ++s)
      sums.mode[m * kModes + Mode{view.machines[m].condition(), view.servers[s].activity}.index()] += sign * now;
  }
  for (std::size_t b = 0; b < view.buffers.size(); ++b) sums.level[b] += Int128{sign} * view.buffers[b].level * now;
  for (std::size_t c = 0; c < view.crews.size(); ++c) {
    sums.crew_busy[c] += Int128{sign} * view.crews[c].busy * now;
    sums.crew_waiting[c] += Int128{sign} * view.crews[c].waiting * now;
  }
  for (std::size_t i = 0; i < view.sources.size(); ++i) sums.held[i] += Int128{sign} * view.sources[i].holding * now;
  sums.wip += Int128{sign} * static_cast<std::int64_t>(parts_in_plant(model, state)) * now;
}

Int128 open_flow(const Model& model, const State& state) {
  if (!model.keeps_parts()) return 0;
  const ConstStateView view(model, state);
  Int128 sum = 0;
  for (const ServerState& s : view.servers)
    if (detail::has_part(s)) sum += ns(state.now) - s.part.entered;
  for (std::uint32_t b = 0; b < view.buffers.size(); ++b)
    for (const Part& part : parts_in_buffer(model, state, BufferId{b})) sum += ns(state.now) - part.entered;
  return sum;
}

}  // namespace

KpiObserver::KpiObserver(const Model& model, const State& state)
    : mode_(model.machines.size() * kModes),
      planned_(model.machines.size()),
      level_(model.buffers.size()),
      crew_busy_(model.crews.size()),
      crew_waiting_(model.crews.size()),
      held_(model.sources.size()),
      planned_time_(model.machines.size() * model.products.size()),
      many_products_(model.products.size() > 1) {
  flows_.product_flow.resize(model.products.size());
  flows_.product_out.resize(model.products.size());
  flows_.crossings.resize(model.entities.size());
  struct {
    std::vector<Int128>&mode, &level, &crew_busy, &crew_waiting, &held;
    Int128& wip;
  } sums{mode_, level_, crew_busy_, crew_waiting_, held_, flows_.wip};
  close_open(model, state, ns(state.now), -1, sums);

  for (std::size_t m = 0; m < model.machines.size(); ++m)
    for (std::size_t p = 0; p < model.products.size(); ++p) {
      const MachineSpec& spec = model.machines[m];
      const std::uint32_t law = (spec.flags & kLawByProduct) != 0 ? model.law_of[spec.cycle_law + p] : spec.cycle_law;
      planned_time_[m * model.products.size() + p] = from_seconds(model.defaults.law(law).mean()).count();
    }
  std::size_t lines = 0;
  for (const Entity& e : model.entities) {
    lines += e.kind == Entity::Kind::line ? 1 : 0;
    parent_.push_back(e.parent);
  }
  many_lines_ = lines > 1;
  const auto line_of = [&model](std::uint32_t entity) { return model.entities[entity].parent; };
  for (const std::uint32_t m : model.machine_of_server) line_of_producer_.push_back(line_of(model.machine_entity[m]));
  for (const std::uint32_t e : model.source_entity) line_of_producer_.push_back(line_of(e));
  for (std::size_t b = 0; b < model.buffers.size(); ++b)
    line_of_place_.push_back(line_of(model.buffer_entity[b] != kNone
                                         ? model.buffer_entity[b]
                                         : model.machine_entity[model.consumers[model.buffers[b].first_consumer]]));
  for (const std::uint32_t e : model.sink_entity) line_of_place_.push_back(line_of(e));
}

KpiObserver::KpiObserver(const Model& model, const State& state, const Totals& so_far) : KpiObserver(model, state) {
  const auto add = [](auto& sums, const auto& values) {
    std::transform(sums.begin(), sums.end(), values.begin(), sums.begin(), std::plus<>());
  };
  add(mode_, so_far.mode);
  add(level_, so_far.level);
  add(crew_busy_, so_far.crew_busy);
  add(crew_waiting_, so_far.crew_waiting);
  add(held_, so_far.held);
  add(flows_.product_out, so_far.product_out);
  add(flows_.product_flow, so_far.product_flow);
  flows_.wip += so_far.wip;
  flows_.flow += so_far.flow;
  if (many_products_) add(planned_, so_far.planned);  // otherwise totals() has them from the state
  if (many_lines_) add(flows_.crossings, so_far.crossings);
}

void KpiObserver::Flows::add(const Flows& other) {
  const auto add_all = [](auto& sums, const auto& values) {
    std::transform(sums.begin(), sums.end(), values.begin(), sums.begin(), std::plus<>());
  };
  add_all(product_flow, other.product_flow);
  add_all(product_out, other.product_out);
  add_all(crossings, other.crossings);
  wip += other.wip;
  flow += other.flow;
}

void KpiObserver::add(const Share& share) { flows_.add(share.flows_); }

void KpiObserver::add(const LineSums& sums) { add(flows_, sums); }

void KpiObserver::add(Flows& flows, const LineSums& sums) {
  flows.wip += sums.wip;
  flows.flow += sums.flow;
  held_[sums.source] += sums.held;
  const auto moved = [&](std::uint32_t producer, std::uint32_t place, std::uint64_t parts) {
    if (line_of_producer_[producer] != line_of_place_[place])
      note_crossing(flows, line_of_producer_[producer], line_of_place_[place], parts);
  };
  std::uint32_t producer = sums.source_producer;
  std::uint64_t parts = sums.entered;
  for (const LineSums::Station& station : sums.stations) {
    Int128* const mode = mode_.data() + std::size_t{station.machine} * kModes;
    for (std::uint32_t i = 0; i < kModes; ++i) mode[i] += station.mode[i];
    level_[station.place] += station.level;
    if (many_lines_) moved(producer, station.place, parts);
    producer = station.server;
    parts = station.moves;
  }
  if (!many_lines_) return;
  moved(producer, sums.sink_place, parts);
  note_leaving(flows, sums.sink, parts);
}

void KpiObserver::note_leaving(Flows& flows, std::uint32_t sink, std::uint64_t parts) const {
  for (std::uint32_t e = line_of_place_[level_.size() + sink]; e != kNone; e = parent_[e]) flows.crossings[e] += parts;
}

void KpiObserver::note_crossing(Flows& flows, std::uint32_t from, std::uint32_t to, std::uint64_t parts) const {
  while (from != to && from != kNone && to != kNone) {  // line, workshop, enterprise: paths have the same depth
    flows.crossings[from] += parts;
    from = parent_[from];
    to = parent_[to];
  }
}

Totals KpiObserver::totals(const Model& model, const State& state) const {
  Totals totals;
  totals.at = state.now;
  totals.mode = mode_;
  totals.level = level_;
  totals.crew_busy = crew_busy_;
  totals.crew_waiting = crew_waiting_;
  totals.held = held_;
  totals.wip = flows_.wip;
  close_open(model, state, ns(state.now), 1, totals);

  totals.flow = flows_.flow;
  totals.open_flow = open_flow(model, state);
  totals.product_out = flows_.product_out;
  totals.product_flow = flows_.product_flow;
  totals.planned = planned_;
  const ConstStateView view(model, state);
  if (!many_products_)
    for (std::size_t m = 0; m < view.machines.size(); ++m)
      totals.planned[m] = Int128{planned_time_[m]} * static_cast<std::int64_t>(view.machines[m].completions);
  totals.crossings = flows_.crossings;
  totals.starts = column<std::uint64_t>(view.machines, &MachineState::starts);
  totals.completions = column<std::uint64_t>(view.machines, &MachineState::completions);
  totals.spoiled = column<std::uint64_t>(view.machines, &MachineState::spoiled);
  totals.scrapped = column<std::uint64_t>(view.machines, &MachineState::scrapped);
  totals.breakdowns = column<std::uint64_t>(view.machines, &MachineState::breakdowns);
  totals.taken = column<std::uint64_t>(view.buffers, &BufferState::taken);
  totals.arrivals = column<std::uint64_t>(view.sources, &SourceState::arrivals);
  totals.released = column<std::uint64_t>(view.sources, &SourceState::released);
  totals.lost = column<std::uint64_t>(view.sources, &SourceState::lost);
  totals.sinks.assign(view.sinks.begin(), view.sinks.end());
  totals.served = column<std::uint64_t>(view.crews, &CrewState::served);
  if (!many_lines_)
    for (std::size_t k = 0; k < view.sinks.size(); ++k)
      for (std::uint32_t e = line_of_place_[level_.size() + k]; e != kNone; e = parent_[e])
        totals.crossings[e] += view.sinks[k];
  return totals;
}

Outcome advance(const Model& model, const Parameters& parameters, State& state, Time until, KpiObserver& observer,
                std::uint64_t max_events) {
  return advance_observed(model, parameters, state, until, observer, max_events);
}

Outcome advance(const Model& model, const Parameters& parameters, State& state, Time until, KpiObserver& observer,
                ThreadPool& pool) {
  return advance_observed(model, parameters, state, until, observer, pool,
                          [&observer] { return KpiObserver::Share(observer); });
}

}  // namespace takt
