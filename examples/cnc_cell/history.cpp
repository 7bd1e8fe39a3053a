// SPDX-License-Identifier: Apache-2.0
#include "history.hpp"

#include <algorithm>
#include <utility>

namespace cnc {
namespace {

constexpr double kShortestDuration = 20.0;  // seconds; shorter runs tell nothing about how long programs take

std::vector<const takt::ProgramTrace*> traces_of(const std::vector<const PastOperation*>& templates) {
  std::vector<const takt::ProgramTrace*> traces;
  traces.reserve(templates.size());
  for (const PastOperation* past : templates) traces.push_back(&past->trace);
  return traces;
}

}  // namespace

History::History(const std::vector<takt::Duration>& silence, const ProgramOptions& options) : options_(options) {
  for (const takt::Duration each : silence) {
    machines_.push_back({.tracker = takt::OperationTracker({.silence = each})});
  }
}

void History::observe(std::size_t machine, const takt::MachineObservation& seen) {
  machines_[machine].tracker.observe(seen);
  if (!machines_[machine].tracker.closed().empty()) take_closed(machines_[machine]);
}

Moment History::moment(std::size_t machine, takt::WallClock::Instant at) {
  Moment moment{.machine = machine, .at = at};
  for (Machine& each : machines_) {
    each.tracker.advance_to(at);
    take_closed(each);
    moment.operations.push_back(each.operations.size());
  }
  moment.running = machines_[machine].tracker.running();
  moment.errors = errors_.entries().size();
  moment.durations = durations_s_.size();
  moment.holds = holds_s_.size();
  return moment;
}

void History::take_closed(Machine& machine) {
  for (takt::Operation& operation : machine.tracker.take_closed()) {
    PastOperation& newest = machine.past.emplace_back();
    newest.operation = std::move(operation);
    const double duration_s = newest.operation.duration_s();
    newest.trace = takt::trace_program(newest.operation, duration_s);
    identify(machine, newest);
    for (const takt::Standstill& hold : newest.operation.standstills) holds_s_.push_back(hold.to_s - hold.from_s);
    if (!newest.silent()) {
      if (duration_s > kShortestDuration) durations_s_.push_back(duration_s);
      std::vector<const takt::ProgramTrace*> traces;
      for (const PastOperation* past : machine.operations)
        if (!past->silent()) traces.push_back(&past->trace);
      errors_.add(newest.operation, traces);
    }
    machine.operations.push_back(&newest);
  }
}

void History::identify(Machine& machine, PastOperation& newest) const {
  if (newest.operation.duration_s() < options_.false_start_s && !newest.completed()) return;
  std::vector<std::size_t>& chain = machine.chain;
  const auto nth_last = [&](std::size_t n) -> const PastOperation& {
    return machine.past[chain[chain.size() - 1 - n]];
  };
  double best = 0.0;
  for (std::size_t n = 0; n < std::min(chain.size(), options_.compared); ++n) {
    const double similarity = takt::match_program(newest.trace, nth_last(n).trace).similarity;
    const double score = similarity - options_.per_operation * static_cast<double>(n);
    if (score <= best) continue;
    best = score;
    newest.program = nth_last(n).program;
  }
  if (best < options_.same_similarity) newest.program = machine.programs++;
  if (!chain.empty()) {
    if (nth_last(0).program == newest.program) {
      newest.step = Step::same;
      newest.in_a_row = nth_last(0).in_a_row + 1;
    } else {
      for (std::size_t n = 1; n < std::min(chain.size(), options_.back); ++n)
        if (nth_last(n).program == newest.program) newest.step = Step::back;
    }
  }
  chain.push_back(machine.past.size() - 1);
}

std::span<const PastOperation* const> History::operations(std::size_t machine, const Moment& moment) const {
  return std::span(machines_[machine].operations).first(moment.operations[machine]);
}

std::vector<const PastOperation*> History::templates(const Moment& moment) const {
  std::vector<const PastOperation*> templates;
  for (const PastOperation* past : operations(moment.machine, moment))
    if (!past->silent()) templates.push_back(past);
  return templates;
}

takt::WeightedAtoms History::end_law(const Moment& moment, const takt::Operation& running) const {
  const std::vector<const takt::ProgramTrace*> traces = traces_of(templates(moment));
  return takt::time_to_end(takt::trace_program(running, takt::to_seconds(moment.at - running.start)),
                           {.past = traces,
                            .errors = errors_.entries().first(moment.errors),
                            .durations_s = std::span(durations_s_).first(moment.durations),
                            .holds_s = std::span(holds_s_).first(moment.holds)});
}

}  // namespace cnc
