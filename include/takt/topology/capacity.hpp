// SPDX-License-Identifier: Apache-2.0
// How much a plant could give at best: an upper bound on its long-run throughput from the rates of its stations alone,
// without simulating. docs/topology.md has the mathematics and the proof.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "takt/topology/flow_graph.hpp"

namespace takt {

/// For which time a bound is asked, and how much work it may take.
struct CapacityOptions {
  /// Of simulated time, both ends included.
  struct Window {
    Time from{}, to{};
  };
  /// Calendars count with their share of the window, timetables with what is due until its end, spread over it. Without
  /// one: the share of a week without exceptions, and timetables that never run short.
  std::optional<Window> window{};
  /// Rows times columns of a linear program, above which the bound comes from a maximum flow instead: never lower.
  std::size_t largest_program = 1'000'000;
};

/// What a machine could do if it never waited for parts or for room.
struct StationCapacity {
  std::uint32_t machine = 0;
  double availability = 1.0;       ///< at most this share of time it is up and on shift, working whenever it can
  std::vector<double> rate_per_h;  ///< (products): operations finished, were it to make this product alone
};

/// Of every machine, in the order of Model::machines. Throws InvalidInput if the window is empty.
std::vector<StationCapacity> station_capacities(const Model& model, const Parameters& parameters,
                                                const CapacityOptions& options = {});

/// The bound of a line, workshop, enterprise or the whole plant.
struct CapacityBound {
  std::uint32_t entity = kNone;           ///< into Model::entities; kNone: the whole plant
  double throughput_per_h = 0.0;          ///< good parts that leave it, as the KPI of that name; may be infinite
  std::vector<std::uint32_t> limited_by;  ///< entities (machines, sources) that set the bound, by path
};

/// The whole plant first, then every line, workshop and enterprise by path. The long-run mean of throughput_per_h of
/// the same entity is never above its bound, whatever buffers, crews, products, routes and blocking do. Not counted:
/// what stands in the plant when a window begins and flows out in it. Throws InvalidInput if the window is empty.
std::vector<CapacityBound> capacity_bounds(const Model& model, const Parameters& parameters,
                                           const CapacityOptions& options = {});

/// The bound of the whole plant by maximum flow alone: every station with its greatest rate, routes chosen freely.
/// Weaker than capacity_bounds where routes are by probability or parts are scrapped, and the same where not.
/// Method: Goldberg and Tarjan (1988, doi 10.1145/48014.61051). `limited_by` is the minimum cut nearest to the sources.
CapacityBound max_flow_bound(const Model& model, const Parameters& parameters, const CapacityOptions& options = {});

}  // namespace takt
