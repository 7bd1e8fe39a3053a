// SPDX-License-Identifier: Apache-2.0
// Machines in a row, with or without buffers between them: the plant behind most kinds.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "case_file.hpp"
#include "long_run.hpp"
#include "takt/plant/builder.hpp"

namespace takt::validation {

/// "m03": numbers of equal length, as the order of entities is that of their paths.
std::string numbered(const std::string& prefix, std::size_t number);

/// The one way out of a thing.
std::vector<Output> to(const std::string& name);
/// Sources that are never short of parts; whose parts come at random, and are lost without a place; all at time zero.
Source saturated_source();
Source random_source(const Distribution& interval);
Source source_of_all_at_once(std::uint32_t parts);

inline const std::string kLine = "/works/hall/line/";
inline const std::string kCrew = "/works/hall/crew";

/// A line. Machine i is kLine + "m<i>", the buffer behind it "b<i>", the entry queue "entry".
struct LineSpec {
  TimeScale scale;
  std::vector<Machine> machines;
  std::vector<std::uint32_t> buffers;  ///< places between machine i and i + 1; 0: none
  Source source = saturated_source();
  bool entry = false;                        ///< whether there is a queue before the first machine
  std::optional<std::uint32_t> entry_queue;  ///< its places; none: any number
  std::uint32_t crews = 0;                   ///< people who share the repairs; 0: each machine has its own

  std::size_t size() const { return machines.size(); }
};

/// `blocking`, `servers` and the way machines fail, as all kinds of lines give them.
void read_machines(ParameterReader& from, LineSpec& line);
/// `failure_rate`, `repair_rate`, `failure_clock`, `loads_while_down`, `unloads_while_down`, `crews`.
void read_failures(ParameterReader& from, LineSpec& line);
FailureClock failure_clock(ParameterReader& from);

Plant plant_of(const LineSpec& line);

/// The plant of a line with all that it can tell. `relaxation` is left to be set.
Watched watched_line(const LineSpec& line);

/// About how long a line remembers its past: what it takes the holes between the parts to spread over its places, and
/// its repairs.
double relaxation_of(const LineSpec& line, double slowest_rate, double slowest_repair_rate);

}  // namespace takt::validation
