// SPDX-License-Identifier: Apache-2.0
// Every index of a model is its own type, so that a buffer is never looked up among the machines.
#pragma once

#include <compare>
#include <cstdint>

namespace takt {

/// The index of one kind of thing in a Model. Thread-safe, trivially copyable.
template <class Tag>
struct Id {
  std::uint32_t value = kNone;

  static constexpr std::uint32_t kNone = 0xffffffffU;
  constexpr bool valid() const { return value != kNone; }
  friend constexpr auto operator<=>(Id, Id) = default;
};

using MachineId = Id<struct MachineTag>;
using BufferId = Id<struct BufferTag>;
using SourceId = Id<struct SourceTag>;
using SinkId = Id<struct SinkTag>;
using CrewId = Id<struct CrewTag>;
using ProductId = Id<struct ProductTag>;
using LawId = Id<struct LawTag>;
using EntityId = Id<struct EntityTag>;

}  // namespace takt
