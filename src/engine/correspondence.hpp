// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "takt/engine/model.hpp"

namespace takt::detail {

/// Where the things of one model are in another, by path; kNone if they are gone.
struct Correspondence {
  std::vector<std::uint32_t> machine, buffer, source, sink, crew, product;  ///< by index in the old model
  std::vector<std::uint32_t> machine_before, source_before;                 ///< by index in the new one

  Correspondence(const Model& from, const Model& to) {
    const auto match = [&](std::vector<std::uint32_t>& into, const std::vector<std::uint32_t>& entities,
                           Entity::Kind kind) {
      for (const std::uint32_t e : entities) into.push_back(e == kNone ? kNone : find(to, from.entities[e].path, kind));
    };
    match(machine, from.machine_entity, Entity::Kind::machine);
    match(buffer, from.buffer_entity, Entity::Kind::buffer);
    match(source, from.source_entity, Entity::Kind::source);
    match(sink, from.sink_entity, Entity::Kind::sink);
    match(crew, from.crew_entity, Entity::Kind::crew);
    machine_before = reversed(machine, to.machines.size());
    source_before = reversed(source, to.sources.size());
    for (std::size_t b = 0; b < buffer.size(); ++b)
      if (from.buffers[b].implicit) buffer[b] = entry_of(from, to, b);
    for (const std::string& name : from.products) {
      const auto it = std::ranges::find(to.products, name);
      product.push_back(it == to.products.end() ? kNone : static_cast<std::uint32_t>(it - to.products.begin()));
    }
    if (from.products.size() == 1 && to.products.size() == 1) product = {0};
  }

 private:
  static std::uint32_t find(const Model& model, const std::string& path, Entity::Kind kind) {
    const std::uint32_t e = model.entity_at(path);
    return e == kNone || model.entities[e].kind != kind ? kNone : model.entities[e].index;
  }
  static std::vector<std::uint32_t> reversed(const std::vector<std::uint32_t>& forward, std::size_t size) {
    std::vector<std::uint32_t> back(size, kNone);
    for (std::uint32_t i = 0; i < forward.size(); ++i)
      if (forward[i] != kNone) back[forward[i]] = i;
    return back;
  }
  /// The entry of a machine fed without a buffer is that of the same machine.
  std::uint32_t entry_of(const Model& from, const Model& to, std::size_t b) const {
    const std::uint32_t m = machine[from.consumers[from.buffers[b].first_consumer]];
    if (m == kNone) return kNone;
    for (std::uint32_t i = to.machines[m].first_input; i < to.machines[m].first_input + to.machines[m].inputs; ++i)
      if (to.buffers[to.inputs[i]].implicit) return to.inputs[i];
    return kNone;
  }
};

}  // namespace takt::detail
