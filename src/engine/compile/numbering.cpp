// SPDX-License-Identifier: Apache-2.0
#include "engine/compile/numbering.hpp"

#include <algorithm>
#include <numeric>
#include <span>

namespace takt::detail {
namespace {

using Indices = std::vector<std::uint32_t>;

/// Disjoint sets with path halving.
class Sets {
 public:
  explicit Sets(std::size_t size) : parent_(size) { std::iota(parent_.begin(), parent_.end(), 0U); }
  std::uint32_t find(std::uint32_t i) {
    while (parent_[i] != i) i = parent_[i] = parent_[parent_[i]];
    return i;
  }
  void unite(std::uint32_t a, std::uint32_t b) {
    a = find(a);
    b = find(b);
    parent_[std::max(a, b)] = std::min(a, b);
  }

 private:
  Indices parent_;
};

/// The kind of each equipment, side by side: most of what follows asks for no more.
class Kinds {
 public:
  explicit Kinds(const PlantIndex& index) {
    kinds_.reserve(index.equipment().size());
    for (const PlantIndex::Place& place : index.equipment()) kinds_.push_back(place.kind);
  }
  std::uint32_t size() const { return static_cast<std::uint32_t>(kinds_.size()); }
  template <class Kind>
  bool is(std::size_t e) const {
    return kinds_[e] == PlantIndex::kKind<Kind>;
  }

 private:
  std::vector<std::uint8_t> kinds_;
};

/// The equipment of a kind in the order of components, then of paths.
template <class Kind>
Indices in_component_order(const Model& model, const Kinds& kinds, const Indices& component_of) {
  Indices begin(model.components.size() + 1, 0);
  for (std::size_t e = 0; e < kinds.size(); ++e)
    if (kinds.is<Kind>(e)) ++begin[component_of[e] + 1];
  std::partial_sum(begin.begin(), begin.end(), begin.begin());
  Indices order(begin.back());
  for (std::uint32_t e = 0; e < kinds.size(); ++e)
    if (kinds.is<Kind>(e)) order[begin[component_of[e]]++] = e;
  return order;
}

void assign_numbers(Model& model, Numbering& numbering, const Indices& order, std::uint32_t ComponentSpec::*first,
                    std::uint32_t ComponentSpec::*count) {
  for (std::uint32_t i = 0; i < order.size(); ++i) {
    ComponentSpec& component = model.components[numbering.component_of[order[i]]];
    if (component.*count == 0) component.*first = i;
    ++(component.*count);
    numbering.number[order[i]] = i;
  }
}

/// A component is cyclic if taking away, again and again, what nothing flows into leaves something (Kahn 1962).
void mark_cycles(Model& model, const PlantIndex& index, const Kinds& kinds, const Indices& component_of) {
  Indices incoming(kinds.size(), 0);
  for (std::size_t e = 0; e < kinds.size(); ++e)
    for (const std::uint32_t t : index.targets(e)) ++incoming[t];
  Indices open;
  std::size_t gone = 0;
  for (std::uint32_t first = 0; first < kinds.size(); ++first) {
    if (incoming[first] != 0) continue;
    open.push_back(first);
    while (!open.empty()) {
      const std::uint32_t e = open.back();
      open.pop_back();
      incoming[e] = kNone;  // taken away
      ++gone;
      for (const std::uint32_t t : index.targets(e))
        if (--incoming[t] == 0) open.push_back(t);
    }
  }
  if (gone == kinds.size()) return;
  for (std::size_t e = 0; e < kinds.size(); ++e)
    if (incoming[e] != kNone && !kinds.is<Sink>(e)) model.components[component_of[e]].cyclic = true;
}

void add_buffer(Model& model, const PlantIndex& index, Numbering& numbering, std::uint32_t e) {
  numbering.number[e] = static_cast<std::uint32_t>(model.buffers.size());
  BufferSpec& spec = model.buffers.emplace_back();
  spec.component = numbering.component_of[e];
  spec.first_consumer = static_cast<std::uint32_t>(model.consumers.size());
  const auto targets = index.targets(e);
  for (const std::uint32_t t : targets) model.consumers.push_back(numbering.number[t]);
  spec.consumers = static_cast<std::uint32_t>(targets.size());
  if (spec.consumers > 1) std::ranges::sort(std::span(model.consumers).last(spec.consumers));
}

void add_entry(Model& model, Numbering& numbering, std::uint32_t e) {
  numbering.entry_of[e] = static_cast<std::uint32_t>(model.buffers.size());
  BufferSpec& spec = model.buffers.emplace_back();
  spec.component = numbering.component_of[e];
  spec.implicit = true;
  spec.first_consumer = static_cast<std::uint32_t>(model.consumers.size());
  spec.consumers = 1;
  model.consumers.push_back(numbering.number[e]);
}

}  // namespace

Numbering number_things(Model& model, const PlantIndex& index) {
  const Kinds kinds(index);
  const auto crews = index.crews();
  const std::uint32_t n = kinds.size();
  Sets sets(n + crews.size());
  for (std::uint32_t e = 0; e < n; ++e) {
    for (const std::uint32_t t : index.targets(e))
      if (!kinds.is<Sink>(t)) sets.unite(e, t);
    if (crews.empty()) continue;
    const PlantIndex::Place& place = index.equipment()[e];
    if (const Machine* m = place.as<Machine>(); m != nullptr && m->failure && !m->failure->crew.empty())
      sets.unite(e, n + static_cast<std::uint32_t>(*index.find_crew(m->failure->crew, place)));
  }
  Numbering numbering;
  Indices component_of_set(n + crews.size(), kNone);
  std::uint32_t components = 0;
  numbering.component_of.assign(n, 0);
  for (std::uint32_t e = 0; e < n; ++e) {
    if (kinds.is<Sink>(e)) continue;
    std::uint32_t& own = component_of_set[sets.find(e)];
    if (own == kNone) own = components++;
    numbering.component_of[e] = own;
  }
  model.components.resize(components);
  mark_cycles(model, index, kinds, numbering.component_of);

  numbering.machines = in_component_order<Machine>(model, kinds, numbering.component_of);
  numbering.sources = in_component_order<Source>(model, kinds, numbering.component_of);
  numbering.buffers = in_component_order<Buffer>(model, kinds, numbering.component_of);
  numbering.number.assign(n, kNone);
  assign_numbers(model, numbering, numbering.machines, &ComponentSpec::first_machine, &ComponentSpec::machines);
  assign_numbers(model, numbering, numbering.sources, &ComponentSpec::first_source, &ComponentSpec::sources);
  for (std::size_t e = 0; e < n; ++e)
    if (kinds.is<Sink>(e)) numbering.number[e] = model.sinks++;
  for (std::uint32_t c = 0; c < crews.size(); ++c) {
    const std::uint32_t component = component_of_set[sets.find(n + c)];
    model.crews.push_back({crews[c].crew->size, component == kNone ? 0 : component});
  }
  return numbering;
}

void connect_buffers(Model& model, const PlantIndex& index, Numbering& numbering) {
  const Kinds kinds(index);
  Indices feeders(kinds.size() + 1, 0);  // of each machine: where its buffers begin below
  std::vector<bool> fed_directly(kinds.size(), false);
  for (std::size_t e = 0; e < kinds.size(); ++e)
    for (const std::uint32_t t : index.targets(e)) {
      if (!kinds.is<Machine>(t)) continue;
      if (kinds.is<Buffer>(e))
        ++feeders[t + 1];
      else
        fed_directly[t] = true;
    }
  std::partial_sum(feeders.begin(), feeders.end(), feeders.begin());
  Indices buffers(feeders.back()), next_feeder = feeders;
  for (std::uint32_t e = 0; e < kinds.size(); ++e)
    if (kinds.is<Buffer>(e))
      for (const std::uint32_t t : index.targets(e))
        if (kinds.is<Machine>(t)) buffers[next_feeder[t]++] = e;

  numbering.entry_of.assign(kinds.size(), kNone);
  model.buffers.reserve(numbering.buffers.size() + model.components.size());
  model.consumers.reserve(numbering.buffers.size() + model.components.size());
  auto buffer = numbering.buffers.begin();
  auto machine = numbering.machines.begin();
  for (std::uint32_t c = 0; c < model.components.size(); ++c) {
    ComponentSpec& component = model.components[c];
    component.first_buffer = static_cast<std::uint32_t>(model.buffers.size());
    for (; buffer != numbering.buffers.end() && numbering.component_of[*buffer] == c; ++buffer)
      add_buffer(model, index, numbering, *buffer);
    for (; machine != numbering.machines.end() && numbering.component_of[*machine] == c; ++machine)
      if (fed_directly[*machine]) add_entry(model, numbering, *machine);
    component.buffers = static_cast<std::uint32_t>(model.buffers.size()) - component.first_buffer;
  }

  model.machines.resize(numbering.machines.size());
  model.inputs.reserve(model.buffers.size());
  for (std::size_t m = 0; m < numbering.machines.size(); ++m) {
    const std::uint32_t e = numbering.machines[m];
    MachineSpec& spec = model.machines[m];
    spec.first_input = static_cast<std::uint32_t>(model.inputs.size());
    for (std::uint32_t i = feeders[e]; i < feeders[e + 1]; ++i) model.inputs.push_back(numbering.number[buffers[i]]);
    if (numbering.entry_of[e] != kNone) model.inputs.push_back(numbering.entry_of[e]);
    spec.inputs = static_cast<std::uint32_t>(model.inputs.size()) - spec.first_input;
    if (spec.inputs == 1) spec.input = model.inputs.back();
  }
}

}  // namespace takt::detail
