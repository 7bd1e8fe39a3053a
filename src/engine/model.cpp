// SPDX-License-Identifier: Apache-2.0
#include "takt/engine/model.hpp"

#include <algorithm>

#include "takt/core/error.hpp"

namespace takt {

std::uint32_t Model::entity_at(std::string_view path) const {
  const auto found =
      std::ranges::lower_bound(entities, path, {}, [](const Entity& e) { return std::string_view(e.path); });
  return found != entities.end() && found->path == path ? static_cast<std::uint32_t>(found - entities.begin()) : kNone;
}

const Entity& Model::entity(std::string_view path) const {
  if (const std::uint32_t e = entity_at(path); e != kNone) return entities[e];
  std::vector<std::string> paths;
  for (const Entity& e : entities) paths.push_back(e.path);
  throw InvalidInput(Fault{std::string(path), std::string(path), "the path of an entity of plant " + plant.name,
                           nearest_name(path, paths), "", 0});
}

MachineId Model::machine(std::string_view path) const {
  const Entity& e = entity(path);
  if (e.kind != Entity::Kind::machine)
    throw InvalidInput(Fault{std::string(path), std::string(path), "the path of a machine", "", "", 0});
  return MachineId{e.index};
}

BufferId Model::buffer(std::string_view path) const {
  const Entity& e = entity(path);
  if (e.kind != Entity::Kind::buffer)
    throw InvalidInput(Fault{std::string(path), std::string(path), "the path of a buffer", "", "", 0});
  return BufferId{e.index};
}

std::string Model::buffer_path(std::size_t b) const {
  if (buffer_entity[b] != kNone) return entities[buffer_entity[b]].path;
  return machine_path(consumers[buffers[b].first_consumer]) + "/entry";
}

}  // namespace takt
