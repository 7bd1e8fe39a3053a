// SPDX-License-Identifier: Apache-2.0
// Parts of a plant that are weighed and drawn by themselves: what is known of one says nothing of another.
//
// Components do not influence each other. Within one, what lies before a buffer and what lies behind it influence each
// other through its level only; where that is known they are independent, given it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "sync/member_editor.hpp"
#include "sync/particle_news.hpp"

namespace takt::detail {

struct Segments {
  Segments() = default;
  /// Cut at the buffers that the news tell of: by level, or by counters all around.
  Segments(const Model& model, const FlowMap& flow, const News& news);
  /// Joins again what is separated by a buffer of which the members hold different levels after all.
  void cut(const Model& model, std::span<const State> members, const FlowMap& flow, const News& news,
           std::vector<double>& factors);

  std::uint32_t count = 1;
  std::vector<std::uint32_t> of_machine, of_buffer, of_source, of_sink, of_crew;

 private:
  void number(const Model& model, const FlowMap& flow, const std::vector<char>& cut_at);
  std::vector<char> cut_at_;  ///< by buffer
};

/// Of each member the one that takes its place: itself if it is drawn at all.
std::vector<std::uint32_t> parents_of(std::span<const std::uint32_t> copies);

/// Members put together: segment s of member i is that of member parents[s][i].
std::vector<State> mixed_members(const Model& model, std::span<const State> members, const Segments& segments,
                                 std::span<const std::vector<std::uint32_t>> parents);

}  // namespace takt::detail
