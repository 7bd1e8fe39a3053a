// SPDX-License-Identifier: Apache-2.0
#include "evidence.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <set>

namespace cnc {
namespace {

using Chain = std::vector<const PastOperation*>;

std::chrono::sys_days day_of(takt::WallClock::Instant instant) {
  return std::chrono::floor<std::chrono::days>(instant);
}

/// Without false starts.
Chain chain_of(const History& history, std::size_t machine, const Moment& moment) {
  Chain chain;
  for (const PastOperation* past : history.operations(machine, moment))
    if (past->in_chain()) chain.push_back(past);
  return chain;
}

double recency(std::size_t index, std::size_t count, double half_life) {
  return std::exp2(-static_cast<double>(count - 1 - index) / half_life);
}

void add_transitions(const Chain& chain, bool own, const EvidenceOptions& options, Evidence& evidence) {
  for (std::size_t i = 1; i < chain.size(); ++i) {
    const PastOperation& before = *chain[i - 1];
    const PastOperation& after = *chain[i];
    Transition transition;
    transition.gap_s = std::max(1.0, takt::to_seconds(after.operation.start - before.operation.end));
    transition.step = after.step;
    transition.same_day = day_of(before.operation.end) == day_of(after.operation.start);
    transition.ends_batch = after.step == Step::other && before.in_a_row >= 2;
    transition.weight = own ? recency(i, chain.size(), options.half_life)
                            : options.other_transitions / static_cast<double>(chain.size() - 1);
    evidence.transitions.push_back(transition);
  }
}

void add_durations(const Chain& chain, bool own, const EvidenceOptions& options, Evidence& evidence) {
  Chain heard;
  std::ranges::copy_if(chain, std::back_inserter(heard), [](const PastOperation* past) { return !past->silent(); });
  for (std::size_t i = 0; i < heard.size(); ++i) {
    const double weight = recency(i, heard.size(), options.half_life) * (own ? 1.0 : options.other_durations);
    evidence.durations.push_back({heard[i]->operation.duration_s(), heard[i]->completed(), weight});
  }
}

void add_closings(const Chain& chain, std::chrono::sys_days today, Evidence& evidence) {
  std::map<std::chrono::sys_days, double> last;
  for (const PastOperation* past : chain) last[day_of(past->operation.end)] = time_of_day_s(past->operation.end);
  for (const auto& [day, closing_s] : last)
    if (day < today) evidence.closings_s.push_back(closing_s);
}

void add_batches(const Chain& chain, const EvidenceOptions& options, Evidence& evidence) {
  std::map<std::uint32_t, double> pieces;
  for (const PastOperation* past : chain) pieces[past->program] += past->completed() ? 1.0 : 0.0;
  for (std::size_t i = chain.size() - std::min(chain.size(), options.open_programs); i < chain.size(); ++i) {
    pieces.erase(chain[i]->program);
  }
  for (const auto& [program, count] : pieces)
    if (count >= options.batch_from) evidence.batches.push_back(count);
}

}  // namespace

double time_of_day_s(takt::WallClock::Instant instant) { return takt::to_seconds(instant - day_of(instant)); }

Evidence collect(const History& history, const Moment& moment, const EvidenceOptions& options) {
  Evidence evidence;
  evidence.transitions.push_back({options.prior_s, Step::same, true, false, options.prior_weight});
  for (std::size_t machine = 0; machine < history.machines(); ++machine) {
    const Chain chain = chain_of(history, machine, moment);
    const bool own = machine == moment.machine;
    add_transitions(chain, own, options, evidence);
    add_durations(chain, own, options, evidence);
    add_closings(chain, day_of(moment.at), evidence);
    add_batches(chain, options, evidence);
  }
  const auto completed = std::ranges::count_if(evidence.durations, &PastDuration::completed);
  evidence.stop_probability =
      1.0 - (static_cast<double>(completed) + options.completions_prior) /
                (static_cast<double>(evidence.durations.size()) + options.completions_prior + options.stops_prior);
  evidence.durations.push_back({options.prior_s, true, options.prior_weight});
  return evidence;
}

double pieces_of(const History& history, const Moment& moment, std::uint32_t program) {
  double pieces = 0.0;
  for (const PastOperation* past : chain_of(history, moment.machine, moment))
    if (past->program == program && past->completed()) ++pieces;
  return pieces;
}

double duration_before(const History& history, const Moment& moment, std::uint32_t program,
                       const ProgramOptions& options) {
  const Chain chain = chain_of(history, moment.machine, moment);
  for (std::size_t n = 0; n < std::min(chain.size(), options.back + 1); ++n) {
    const PastOperation& past = *chain[chain.size() - 1 - n];
    if (past.program != program) return past.operation.duration_s();
  }
  return 0.0;
}

}  // namespace cnc
