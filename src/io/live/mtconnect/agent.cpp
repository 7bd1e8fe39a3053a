// SPDX-License-Identifier: Apache-2.0
#include "io/live/mtconnect/agent.hpp"

#include <algorithm>
#include <utility>

namespace takt::io::mtconnect {
namespace {

// A complete message begins a new count: numbers wrap, though not within the life of an agent.
constexpr std::uint64_t kModulus = std::uint64_t{1} << 32;

/// Values of Execution (MTConnect Part 2.0, section 6) as PackML has them.
const std::map<std::string, std::string>& execution_states() {
  static const std::map<std::string, std::string> kStates{{"ACTIVE", "Execute"},
                                                          {"READY", "Idle"},
                                                          {"INTERRUPTED", "Held"},
                                                          {"FEED_HOLD", "Held"},
                                                          {"STOPPED", "Stopped"},
                                                          {"OPTIONAL_STOP", "Suspended"},
                                                          {"PROGRAM_STOPPED", "Suspended"},
                                                          {"PROGRAM_OPTIONAL_STOP", "Suspended"},
                                                          {"PROGRAM_COMPLETED", "Complete"},
                                                          {"WAIT", "Suspended"}};
  return kStates;
}

Cells with_states(Cells cells) {
  for (auto& [name, cell] : cells)
    if (cell.role == Cell::Role::state && cell.states.empty()) cell.states = execution_states();
  return cells;
}

}  // namespace

Agent::Agent(std::string source, Cells cells)
    : source_(std::move(source)), cells_(with_states(std::move(cells))), book_(cells_) {}

std::vector<Delivery> Agent::take(const Document& answer, WallClock::Instant arrival) {
  if (!answer.error.empty()) {
    if (!answer.out_of_range) throw Error("the agent says " + answer.error);
    next_.reset();
    return {};
  }
  std::vector<Delivery> out;
  if (next_ && instance_ != answer.instance) {  // the agent began anew: these may not be its first
    next_.reset();
    return {};
  }
  if (!next_) {
    for (const Observation& each : answer.observations) note(each, arrival, out);
    put(answer.created, true, book_.everything(), arrival, out);
  } else {
    for (auto each = answer.observations.begin(); each != answer.observations.end();) {
      if (each->sequence < *next_) {
        ++each;
        continue;
      }
      const WallClock::Instant at = each->time;
      for (; each != answer.observations.end() && each->time == at; ++each) note(*each, arrival, out);
      put(at, false, book_.take(), arrival, out);
    }
  }
  instance_ = answer.instance;
  next_ = answer.next;
  return out;
}

void Agent::note(const Observation& observation, WallClock::Instant arrival, std::vector<Delivery>& out) {
  auto cell = cells_.find(observation.id);
  if (cell == cells_.end()) cell = cells_.find(observation.name);
  if (cell == cells_.end()) return;
  try {
    book_.note(cell->second, observation.value, observation.time);
  } catch (const InvalidInput& error) {
    Fault fault = error.faults().front();
    fault.path = cell->first;
    out.push_back({.kind = Delivery::Kind::rejected, .arrival = arrival, .source = source_, .fault = std::move(fault)});
  }
}

void Agent::put(WallClock::Instant at, bool complete, std::vector<EntityReading> readings, WallClock::Instant arrival,
                std::vector<Delivery>& out) {
  if (readings.empty() && !complete) return;
  if (complete) {
    seq_ = 0;
    if (last_ != WallClock::Instant::min()) at = std::max(at, last_ + Duration{1});  // later than the birth before
  }
  last_ = std::max(at, last_);
  Delivery delivery{.arrival = arrival, .source = source_};
  delivery.sending.sequence_modulus = kModulus;
  delivery.snapshot = {
      .ts = last_, .source = source_, .seq = seq_++, .complete = complete, .entities = std::move(readings)};
  out.push_back(std::move(delivery));
}

}  // namespace takt::io::mtconnect
