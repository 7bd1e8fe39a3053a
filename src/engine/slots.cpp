// SPDX-License-Identifier: Apache-2.0
// The numbers that are learnt or varied, as they follow from what the model says of each machine and source.
#include <span>

#include "takt/engine/model.hpp"

namespace takt {
namespace {

using Kind = ParameterSlot::Kind;
using Name = ParameterSlot::Name;
using Slots = std::vector<ParameterSlot>;

void add_law(Slots& slots, std::uint32_t entity, Name name, std::uint32_t law, std::uint32_t product = kNone) {
  if (law != kNone)
    slots.push_back({.entity = entity, .product = product, .index = law, .name = name, .kind = Kind::law});
}

/// The general law stands where the first product has it; those with a law of their own by product.
void add_laws(Slots& slots, std::uint32_t entity, Name name, const Model& model, const MachineSpec& spec,
              std::uint32_t first) {
  if (first == kNone) return;
  if ((spec.flags & kLawByProduct) == 0) {
    add_law(slots, entity, name, first);
    return;
  }
  bool has_general = false;
  for (std::uint32_t p = 0; p < model.products.size(); ++p) {
    const bool own = model.has_own_law[first + p] != 0;
    if (own || !has_general) add_law(slots, entity, name, model.law_of[first + p], own ? p : kNone);
    has_general = has_general || !own;
  }
}

/// The ways of one product, or of those without ways of their own, are one choice.
void add_routes(Slots& slots, std::uint32_t entity, const Model& model, std::uint32_t first, std::uint32_t count) {
  const auto routes = std::span(model.routes).subspan(first, count);
  for (std::uint32_t i = 0, end = 0; i < count; i = end) {
    while (end < count && routes[end].product == routes[i].product) ++end;
    for (std::uint32_t k = i; k < end; ++k)
      slots.push_back({.entity = entity,
                       .product = routes[k].product,
                       .route = first + k,
                       .output = routes[k].output,
                       .index = routes[k].probability,
                       .first = routes[i].probability,
                       .count = end - i,
                       .name = Name::to,
                       .kind = Kind::route});
  }
}

void add_machine(Slots& slots, std::uint32_t entity, const Model& model, const MachineSpec& spec) {
  add_routes(slots, entity, model, spec.first_route, spec.routes);
  add_laws(slots, entity, Name::cycle_time, model, spec, spec.cycle_law);
  add_laws(slots, entity, Name::load_time, model, spec, spec.load_law);
  slots.push_back({.entity = entity, .index = spec.scrap, .name = Name::scrap, .kind = Kind::probability});
  add_law(slots, entity, Name::time_to_failure, spec.failure_law);
  add_law(slots, entity, Name::time_to_repair, spec.repair_law);
}

void add_source(Slots& slots, std::uint32_t entity, const Model& model, const SourceSpec& spec) {
  add_routes(slots, entity, model, spec.first_route, spec.routes);
  const auto shares = std::span(model.shares).subspan(spec.first_share, spec.shares);
  for (const Share& share : shares)
    slots.push_back({.entity = entity,
                     .product = share.product,
                     .index = share.probability,
                     .first = shares[0].probability,
                     .count = spec.shares,
                     .name = Name::share,
                     .kind = Kind::route});
  add_law(slots, entity, Name::interval, spec.interval_law);
}

void add_entity(Slots& slots, const Model& model, std::uint32_t entity) {
  const Entity& it = model.entities[entity];
  if (it.kind == Entity::Kind::machine) add_machine(slots, entity, model, model.machines[it.index]);
  if (it.kind == Entity::Kind::source) add_source(slots, entity, model, model.sources[it.index]);
}

}  // namespace

std::vector<ParameterSlot> slots_of(const Model& model, std::uint32_t entity) {
  Slots slots;
  add_entity(slots, model, entity);
  return slots;
}

std::vector<ParameterSlot> slots_of(const Model& model) {
  Slots slots;
  for (std::uint32_t e = 0; e < model.entities.size(); ++e) add_entity(slots, model, e);
  return slots;
}

}  // namespace takt
