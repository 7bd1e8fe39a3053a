// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <span>
#include <string>

#include "engine/compile/numbering.hpp"

namespace takt::detail {
namespace {

/// What stands above the equipment or beside it: few compared with it.
struct Other {
  Entity entity;
  std::uint32_t line = kNone;   ///< its number, if it is one
  const void* self = nullptr;   ///< an enterprise or workshop
  const void* owner = nullptr;  ///< the enterprise or workshop that it is in
};

/// The beginnings of the paths of each line's equipment: its own path and '/'.
std::vector<std::string> stems_of(const PlantIndex& index) {
  std::vector<std::string> stems;
  stems.reserve(index.lines().size());
  for (const PlantIndex::LinePlace& line : index.lines()) stems.push_back(line.path() + "/");
  return stems;
}

std::vector<Other> others_by_path(const Model& model, const PlantIndex& index, std::span<const std::string> stems) {
  std::vector<Other> others;
  others.reserve(stems.size());
  const auto add = [&others](std::string path, Entity::Kind kind, std::uint32_t number, const void* owner) -> Other& {
    return others.emplace_back(Other{{std::move(path), kind, number, kNone, kNone}, kNone, nullptr, owner});
  };
  for (const Enterprise& e : model.plant.enterprises) {
    add("/" + e.name, Entity::Kind::enterprise, kNone, nullptr).self = &e;
    for (const Workshop& w : e.workshops) {
      const std::string path = "/" + e.name + "/" + w.name;
      add(path, Entity::Kind::workshop, kNone, &e).self = &w;
      for (const Controller& controller : w.controllers)
        add(path + "/" + controller.name, Entity::Kind::controller, kNone, &w);
    }
  }
  for (std::uint32_t l = 0; l < index.lines().size(); ++l)
    add(stems[l].substr(0, stems[l].size() - 1), Entity::Kind::line, kNone, index.lines()[l].workshop).line = l;
  for (std::uint32_t c = 0; c < index.crews().size(); ++c)
    add(index.crews()[c].path(), Entity::Kind::crew, c, index.crews()[c].workshop);
  std::ranges::sort(others, {}, [](const Other& other) -> const std::string& { return other.entity.path; });
  return others;
}

Entity::Kind kind_of(const PlantIndex::Place& place) {
  return place.is<Machine>()  ? Entity::Kind::machine
         : place.is<Buffer>() ? Entity::Kind::buffer
         : place.is<Source>() ? Entity::Kind::source
                              : Entity::Kind::sink;
}

/// Where a model notes the entity of each thing of a kind; none where it does not.
std::vector<std::uint32_t>* entities_of(Model& model, Entity::Kind kind) {
  switch (kind) {
    case Entity::Kind::machine: return &model.machine_entity;
    case Entity::Kind::buffer: return &model.buffer_entity;
    case Entity::Kind::source: return &model.source_entity;
    case Entity::Kind::sink: return &model.sink_entity;
    case Entity::Kind::crew: return &model.crew_entity;
    default: return nullptr;
  }
}

void link_controllers(Model& model) {
  for (const Enterprise& e : model.plant.enterprises)
    for (const Workshop& w : e.workshops)
      for (const Controller& controller : w.controllers) {
        const std::string base = "/" + e.name + "/" + w.name + "/";
        for (const std::string& owned : controller.owns) {
          const std::uint32_t it = model.entity_at(owned.starts_with('/') ? owned : base + owned);
          if (it != kNone) model.entities[it].controller = model.entity_at(base + controller.name);
        }
      }
}

}  // namespace

/// The others are sorted, and the equipment, which is, is merged in.
void list_entities(Model& model, const PlantIndex& index, const Numbering& numbering, ThreadPool& pool) {
  const std::vector<std::string> stems = stems_of(index);
  std::vector<Other> others = others_by_path(model, index, stems);
  const auto lines = index.lines();
  model.entities.resize(others.size() + index.equipment().size());
  model.machine_entity.resize(model.machines.size());
  model.buffer_entity.assign(model.buffers.size(), kNone);
  model.source_entity.resize(numbering.sources.size());
  model.sink_entity.resize(model.sinks);
  model.crew_entity.resize(model.crews.size());

  std::vector<std::uint32_t> line_entity(lines.size()), first_of_line(lines.size());
  std::map<const void*, std::uint32_t> entity_of;  // of enterprises and workshops
  std::uint32_t next = 0;
  auto other = others.begin();
  const auto place_others_before = [&](const std::string* path) {
    for (; other != others.end() && (path == nullptr || other->entity.path < *path); ++other, ++next) {
      if (other->line != kNone) line_entity[other->line] = next;
      if (other->self != nullptr) entity_of[other->self] = next;
      if (auto* of_kind = entities_of(model, other->entity.kind)) (*of_kind)[other->entity.index] = next;
      if (other->owner != nullptr) other->entity.parent = entity_of.at(other->owner);
      model.entities[next] = std::move(other->entity);
    }
  };
  for (std::uint32_t l = 0; l < lines.size(); ++l) {
    place_others_before(&stems[l]);
    first_of_line[l] = next;
    next += lines[l].count;
  }
  place_others_before(nullptr);

  constexpr std::size_t kLines = 64;
  pool.run((lines.size() + kLines - 1) / kLines, [&](std::size_t piece) {
    for (std::size_t l = piece * kLines; l < std::min((piece + 1) * kLines, lines.size()); ++l) {
      const std::string& stem = stems[l];
      for (std::uint32_t i = 0; i < lines[l].count; ++i) {
        const std::uint32_t e = lines[l].first + i, it = first_of_line[l] + i;
        const PlantIndex::Place& place = index.equipment()[e];
        Entity& entity = model.entities[it];
        const std::string& name = place.equipment->name;
        entity.path.reserve(stem.size() + name.size());
        entity.path.append(stem).append(name);
        entity.kind = kind_of(place);
        entity.index = numbering.number[e];
        entity.parent = line_entity[l];
        (*entities_of(model, entity.kind))[entity.index] = it;
      }
    }
  });
  link_controllers(model);
}

}  // namespace takt::detail
