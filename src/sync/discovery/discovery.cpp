// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/discovery.hpp"

#include <cmath>

#include "sync/discovery/assemble.hpp"
#include "sync/discovery/starts.hpp"
#include "takt/core/error.hpp"

namespace takt {
namespace {

void check(const DiscoveryOptions& options) {
  std::vector<Fault> faults;
  if (!zone_exists(options.zone))
    faults.push_back({.path = "zone", .value = options.zone, .expected = "an IANA time zone such as \"Europe/Paris\""});
  if (!(options.least_share >= 0.0 && options.least_share < 1.0))
    faults.push_back(
        {.path = "least_share", .value = std::to_string(options.least_share), .expected = "from 0 to below 1"});
  if (!faults.empty()) throw InvalidInput(std::move(faults));
}

}  // namespace

Discovered discover(const EventLog& log, const DiscoveryOptions& options) {
  using namespace discovery;
  check(options);
  Findings found;
  found.trace = trace_of(log, options);
  if (!found.trace.has_starts) reconstruct_starts(found.trace);
  found.flow = flow_of(found.trace, options);
  found.calendars = find_calendars(found.trace, found.flow, options.zone);
  const auto stations = static_cast<std::uint32_t>(found.trace.stations.size());
  std::vector<Spans> stopped;
  for (std::uint32_t s = 0; s < stations; ++s) {
    const Spans off = found.calendars[s] ? found.calendars[s]->off : Spans{};
    stopped.push_back(together(found.trace.down[s], off));
    Work work = work_of(found.trace, s, off);
    std::optional<FoundFailure> failure;
    if (!found.trace.has_breakdowns) failure = failure_hidden(found.trace, work);
    found.times.push_back(times_of(found.trace, s, stopped.back(), work.net));
    if (found.trace.has_breakdowns) {
      const auto& cycle = found.times.back().cycle.of;
      failure = failure_told(found.trace, s, off, cycle.empty() ? Distribution{} : cycle.begin()->second.law);
      if (failure && failure->failure.on_failure != OnFailure::resume) {
        const double hazard = keep_last_attempts(found.trace, s, off, failure->failure.on_failure, work);
        found.times.back() = times_of(found.trace, s, stopped.back(), work.net, hazard);
      }
    }
    found.failures.push_back(std::move(failure));
  }
  found.crews = find_crews(found.trace, found.failures);
  found.sources = find_sources(found.trace, found.flow, stopped);
  Discovered result = assemble(found, options);
  if (const std::vector<Fault> faults = validate(result.plant); !faults.empty())
    throw Error("the plant found is not a valid one: " + to_text(faults.front()));
  return result;
}

}  // namespace takt
