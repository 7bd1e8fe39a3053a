// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/run_log.hpp"

#include <algorithm>

#include "takt/core/error.hpp"
#include "takt/engine/detail/state_moves.hpp"

namespace takt {
namespace {

bool is_down(Condition condition) {
  return condition == Condition::in_repair || condition == Condition::waiting_for_crew;
}

/// Where the parts of a component come from, if there is only one answer.
std::uint32_t source_of(const Model& model, const ConstStateView& view, std::uint32_t component) {
  std::uint32_t source = kNone;
  for (std::uint32_t i = 0; i < view.sources.size(); ++i) {
    if (model.sources[i].component != component || view.sources[i].released == 0) continue;
    if (source != kNone) return kNone;
    source = i;
  }
  return source;
}

}  // namespace

RunLog::RunLog(const Model& model, const State& state, RunLogOptions options) : model_(model), options_(options) {
  if (!model.options.part_identity)
    throw InvalidInput(
        Fault{.path = "part_identity", .value = "false", .expected = "a model whose parts have an identity"});
  on_server_.assign(model.servers(), kNothing);
  last_load_.assign(model.machines.size(), kNothing);
  last_end_.assign(model.machines.size(), kNothing);
  open_.resize(model.machines.size());
  repair_of_.assign(model.machines.size(), kNothing);
  freed_.assign(model.machines.size(), kNone);
  const ConstStateView view(model, state);
  const std::int64_t now = state.now.time_since_epoch().count();
  for (std::uint32_t s = 0; s < view.servers.size(); ++s) {  // what is in process is loaded now, as far as is known
    const ServerState& server = view.servers[s];
    if (server.activity != Activity::working && server.activity != Activity::setup) continue;
    const std::uint32_t m = model.machine_of_server[s];
    on_server_[s] = operations_.size();
    open_[m].push_back(operations_.size());
    operations_.push_back({.machine = m,
                           .component = model.machines[m].component,
                           .part = server.part,
                           .load = now,
                           .start = now,
                           .in_setup = server.activity == Activity::setup});
  }
  for (std::uint32_t m = 0; m < view.machines.size(); ++m) {
    if (!is_down(view.machines[m].condition())) continue;
    repair_of_[m] = repairs_.size();
    repairs_.push_back({.machine = m, .from = now});
  }
  if (now == 0) note_first_arrivals(view, state);
}

/// What sources gave at time zero is in the plant already. The parts that buffers begin with have the first numbers.
void RunLog::note_first_arrivals(const ConstStateView& view, const State& state) {
  std::vector<std::uint32_t> initial(model_.components.size()), source(model_.components.size());
  for (const BufferSpec& buffer : model_.buffers) initial[buffer.component] += buffer.initial;
  for (std::uint32_t c = 0; c < source.size(); ++c) source[c] = source_of(model_, view, c);
  const auto note = [&](std::uint32_t component, const Part& part) {
    if (part.id >= initial[component]) entries_.push_back({source[component], component, part, part.entered});
  };
  for (std::uint32_t s = 0; s < view.servers.size(); ++s)
    if (detail::has_part(view.servers[s]))
      note(model_.machines[model_.machine_of_server[s]].component, view.servers[s].part);
  for (std::uint32_t b = 0; b < model_.buffers.size(); ++b)
    for (const Part& part : parts_in_buffer(model_, state, BufferId{b})) note(model_.buffers[b].component, part);
}

void RunLog::add(const Event& event) {
  const std::int64_t at = event.time.time_since_epoch().count();
  switch (event.kind) {
    case Event::Kind::mode: mode(event, at); break;
    case Event::Kind::enter:
      entries_.push_back({event.index, model_.sources[event.index].component, event.part, at});
      break;
    case Event::Kind::load: load(event.index, event.part, at); break;
    case Event::Kind::complete: end(event.index, event.part, at, false); break;
    case Event::Kind::scrap: end(event.index, event.part, at, true); break;
    default: break;
  }
}

/// A server that has just lost its part takes the next one without a change of mode; otherwise the change that follows
/// tells which server it is.
void RunLog::load(std::uint32_t machine, const Part& part, std::int64_t at) {
  const MachineSpec& spec = model_.machines[machine];
  last_load_[machine] = operations_.size();
  if (spec.servers == 1) freed_[machine] = spec.first_server;
  if (freed_[machine] != kNone) on_server_[freed_[machine]] = operations_.size();
  freed_[machine] = kNone;
  open_[machine].push_back(operations_.size());
  operations_.push_back({.machine = machine,
                         .component = spec.component,
                         .part = part,
                         .load = at,
                         .start = at,
                         .in_setup = (spec.flags & kHasLoad) != 0});
}

void RunLog::mode(const Event& event, std::int64_t at) {
  const std::uint32_t m = event.index, s = event.server;
  if (is_down(event.to.condition) && repair_of_[m] == kNothing) {
    repair_of_[m] = repairs_.size();
    repairs_.push_back({.machine = m, .from = at});
  } else if (!is_down(event.to.condition) && repair_of_[m] != kNothing) {
    repairs_[repair_of_[m]].to = at;
    repairs_[repair_of_[m]].is_open = false;
    repair_of_[m] = kNothing;
  }
  if (event.from.activity == event.to.activity) return;
  const bool begins = event.to.activity == Activity::setup || event.to.activity == Activity::working;
  if (event.from.activity == Activity::setup && event.to.activity == Activity::working) {
    const auto in_setup = [this](std::size_t o) { return operations_[o].in_setup; };
    std::size_t o = on_server_[s];
    if (o == kNothing || !in_setup(o) || !operations_[o].is_open) {  // a server taken for another: the oldest then
      const auto oldest = std::ranges::find_if(open_[m], in_setup);
      if (oldest == open_[m].end()) return;
      o = on_server_[s] = *oldest;
    }
    operations_[o].start = at;
    operations_[o].in_setup = false;
  } else if (begins && last_load_[m] != kNothing) {
    on_server_[s] = last_load_[m];
  } else {
    on_server_[s] = kNothing;
  }
  freed_[m] = kNone;
}

void RunLog::end(std::uint32_t machine, const Part& part, std::int64_t at, bool is_scrap) {
  std::vector<std::size_t>& open = open_[machine];
  const auto found = std::ranges::find_if(open, [&](std::size_t o) { return operations_[o].part.id == part.id; });
  if (found == open.end()) {  // it has ended at this very instant, and now proves to be scrap
    if (is_scrap && last_end_[machine] != kNothing) operations_[last_end_[machine]].is_scrap = true;
    return;
  }
  Operation& operation = operations_[*found];
  operation.is_open = false;
  operation.complete = at;
  operation.is_scrap = is_scrap;
  last_end_[machine] = *found;
  const MachineSpec& spec = model_.machines[machine];
  for (std::uint32_t s = spec.first_server; s < spec.first_server + spec.servers; ++s)
    if (on_server_[s] == *found) freed_[machine] = s;
  open.erase(found);
}

std::string RunLog::case_of(std::uint32_t component, const Part& part) const {
  const std::string number = std::to_string(part.id);
  return model_.components.size() > 1 ? std::to_string(component) + '.' + number : number;
}

void RunLog::add_operations(EventLog& log) const {
  const auto wall = [this](std::int64_t ns) { return model_.plant.clock.to_wall(Time{Duration{ns}}); };
  for (const Operation& operation : operations_) {
    if (operation.is_open && !options_.starts) continue;
    const std::string name = case_of(operation.component, operation.part);
    const std::string& machine = model_.machine_path(operation.machine);
    const bool by_product = options_.products && model_.products.size() > 1;
    EventLog::Row row{.case_id = name, .activity = machine, .resource = machine};
    if (by_product) row.product = model_.products[operation.part.product];
    const bool has_setup = (model_.machines[operation.machine].flags & kHasLoad) != 0;
    if (has_setup && options_.setups && options_.starts) {
      row.kind = EventKind::setup;
      row.start = wall(operation.load);
      const bool ended_in_it = operation.in_setup && !operation.is_open;  // scrapped by a failure
      if (!operation.in_setup || ended_in_it) row.complete = wall(ended_in_it ? operation.complete : operation.start);
      log.add(row);
      if (operation.in_setup && !ended_in_it) continue;
    }
    row.kind = EventKind::work;
    row.complete.reset();
    if (!operation.is_open) {
      row.complete = wall(operation.complete);
      if (options_.results) (operation.is_scrap ? row.scrap : row.good) = 1.0;
    }
    row.start = wall(!options_.starts                           ? operation.complete
                     : !options_.setups                         ? operation.load
                     : operation.in_setup && !operation.is_open ? operation.complete
                                                                : operation.start);
    log.add(row);
  }
}

EventLog RunLog::log() const {
  EventLog log;
  const auto wall = [this](std::int64_t ns) { return model_.plant.clock.to_wall(Time{Duration{ns}}); };
  if (options_.arrivals)
    for (const Entry& entry : entries_) {
      const std::string name = case_of(entry.component, entry.part);
      EventLog::Row row{.case_id = name, .activity = "arrival", .kind = EventKind::arrival};
      if (entry.source != kNone) row.resource = model_.entities[model_.source_entity[entry.source]].path;
      if (options_.products && model_.products.size() > 1) row.product = model_.products[entry.part.product];
      row.start = wall(entry.at);
      row.complete = row.start;
      log.add(row);
    }
  add_operations(log);
  if (options_.breakdowns)
    for (const Repair& repair : repairs_) {
      const MachineSpec& spec = model_.machines[repair.machine];
      const std::string& machine = model_.machine_path(repair.machine);
      EventLog::Row row{.activity = "breakdown", .resource = machine, .kind = EventKind::breakdown};
      if (spec.crew != kNone) row.worker = model_.entities[model_.crew_entity[spec.crew]].path;
      row.start = wall(repair.from);
      if (!repair.is_open) row.complete = wall(repair.to);
      log.add(row);
    }
  log.sort();
  return log;
}

}  // namespace takt
