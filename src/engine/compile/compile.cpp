// SPDX-License-Identifier: Apache-2.0
// From a plant to a model, in the order of the functions below: number what there is, find the components, then fill in
// each kind of thing.
#include <algorithm>
#include <functional>
#include <span>
#include <utility>

#include "engine/compile/numbering.hpp"
#include "takt/core/error.hpp"
#include "takt/engine/model.hpp"

namespace takt {
namespace {

/// See ComponentSpec::plain.
bool is_plain(const Model& model, const ComponentSpec& component) {
  constexpr std::uint16_t kSpecial = kHasLoad | kLawByProduct | kRouteByProduct | kBeforeService | kHasCalendar;
  const auto machines = std::span(model.machines).subspan(component.first_machine, component.machines);
  return !machines.empty() && std::ranges::all_of(machines, [&](const MachineSpec& spec) {
    return spec.servers == 1 && spec.inputs == 1 && spec.routes == 1 && (spec.flags & kSpecial) == 0 &&
           model.defaults.probabilities[spec.scrap] == 0.0;
  });
}

/// Walks from the source to the sink; a line if that leads past every machine.
bool find_line(Model& model, const ComponentSpec& component) {
  if (component.sources != 1) return false;
  const SourceSpec& source = model.sources[component.first_source];
  if (source.routes != 1 || source.ranges != kNone) return false;
  std::uint32_t place = model.routes[source.first_route].place;
  for (std::uint32_t i = 0; i < component.machines; ++i) {
    if (place >= model.buffers.size() || model.buffers[place].consumers != 1) return false;
    const std::uint32_t m = model.consumers[model.buffers[place].first_consumer];
    const MachineSpec& spec = model.machines[m];
    if (spec.crew != kNone || spec.on_failure != OnFailure::resume) return false;
    model.flow_order[component.first_machine + i] = m;
    place = spec.place;
  }
  return place >= model.buffers.size();
}

void find_lines(Model& model, ThreadPool& pool) {
  constexpr std::size_t kPiece = 64;
  model.flow_order.resize(model.machines.size());
  pool.run((model.components.size() + kPiece - 1) / kPiece, [&](std::size_t i) {
    const auto rest = std::span(model.components).subspan(i * kPiece);
    for (ComponentSpec& component : rest.first(std::min(kPiece, rest.size()))) {
      component.plain = is_plain(model, component);
      component.line = component.plain && find_line(model, component);
    }
  });
}

std::size_t size_of(const Plant& plant) {
  std::size_t size = 0;
  for (const Enterprise& enterprise : plant.enterprises)
    for (const Workshop& workshop : enterprise.workshops)
      for (const Line& line : workshop.lines) size += line.equipment.size();
  return size;
}

}  // namespace

Model compile(Plant plant, CompileOptions options, ThreadPool& pool) {
  Model model;
  model.plant = std::move(plant);
  model.options = options;
  const PlantIndex index(model.plant, pool);
  detail::Numbering numbering;
  const auto number = [&] {
    numbering = detail::number_things(model, index);
    detail::connect_buffers(model, index, numbering);
  };
  const bool can_number = index.equipment_is_sound() && index.all_targets_known();  // whatever else may be wrong
  const std::function<void()> beside = can_number ? number : std::function<void()>();
  if (auto faults = validate(model.plant, index, pool, beside); !faults.empty()) throw InvalidInput(std::move(faults));
  model.products = model.plant.products.empty() ? std::vector<std::string>{"part"} : model.plant.products;
  for (const auto& [name, calendar] : model.plant.calendars) model.calendars.push_back(calendar);
  detail::list_entities(model, index, numbering, pool);
  detail::fill_in(model, index, numbering, pool);
  find_lines(model, pool);
  return model;
}

Model compile(Plant plant, CompileOptions options) {
  constexpr std::size_t kLarge = 10'000;  // below, threads take longer to begin than they save
  ThreadPool pool(size_of(plant) < kLarge ? 1 : 0);
  return compile(std::move(plant), options, pool);
}

}  // namespace takt
