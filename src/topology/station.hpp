// SPDX-License-Identifier: Apache-2.0
// What a machine can do at most in the long run, as linear limits on the rates of its operations. docs/topology.md
// derives each.
#pragma once

#include <cstdint>
#include <vector>

#include "takt/topology/capacity.hpp"

namespace takt::detail {

/// sum over products of seconds[p] * (operations finished a second of product p) <= server_seconds.
struct StationLimit {
  std::vector<double> seconds;  ///< (products)
  double server_seconds = 1.0;  ///< in a second
};

/// E[min(X, limit)].
double mean_up_to(const Distribution& law, double limit);

/// Mean load and cycle time of a product, s.
double operation_seconds(const Model& model, const Parameters& parameters, std::uint32_t machine,
                         std::uint32_t product);

/// The share of time a calendar is on: of the window, or of a week.
double share_on(const Calendar& calendar, const WallClock& clock, const CapacityOptions& options);

/// The greatest share of time a machine can be up and on shift; if it fails on working time: working without a pause.
double availability_of(const Model& model, const Parameters& parameters, std::uint32_t machine,
                       const CapacityOptions& options);

/// The limits of a machine: one or two.
std::vector<StationLimit> station_limits(const Model& model, const Parameters& parameters, std::uint32_t machine,
                                         const CapacityOptions& options);

/// The greatest rate of a product alone, operations a second; infinite for a machine that takes no time.
double station_rate(const std::vector<StationLimit>& limits, std::uint32_t product);

/// The greatest rate over all products.
double greatest_station_rate(const Model& model, const Parameters& parameters, std::uint32_t machine,
                             const CapacityOptions& options);

/// The greatest rate of arrivals of a source, parts a second; infinite if it is saturated.
double source_rate(const Model& model, const Parameters& parameters, const SourceSpec& source,
                   const CapacityOptions& options);

}  // namespace takt::detail
