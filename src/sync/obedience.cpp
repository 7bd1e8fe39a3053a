// SPDX-License-Identifier: Apache-2.0
#include "sync/obedience.hpp"

#include <algorithm>
#include <cmath>

#include "takt/engine/detail/state_moves.hpp"

namespace takt::detail {
namespace {

constexpr double kLeast = 1e-3;         // of a factor: no reading alone rules a member out
constexpr double kNoWay = 1e-6;         // what the member could not be made to do
constexpr double kOtherMode = 0.4;      // idle instead of working at that moment, or the other way round
constexpr double kAtRest = 0.4;         // a machine without work that breaks down: it must have begun some since
constexpr double kLevelVariance = 0.5;  // parts squared, of a member's level against the true one
// Parts squared, of a count: what a machine that waits for others gets is irregular; less so where its state is told.
constexpr double kIrregular = 3.0;
constexpr double kIrregularTold = 1.0;
constexpr double kUncertain = 0.1;  // the least that an uncertain reading leaves of a weight

}  // namespace

bool Obedience::at_work(std::uint32_t machine) const {
  const MachineSpec& spec = model_.machines[machine];
  return std::ranges::any_of(editor_.view().servers.subspan(spec.first_server, spec.servers), is_in_process);
}

double Obedience::down_for_s(std::uint32_t machine) const {
  const MachineState& ms = editor_.view().machines[machine];
  return to_seconds(Duration{ms.breakdown_total - (ms.breakdown - now())});
}

/// By its failure clock, since it began or was last repaired.
double Obedience::up_for_s(std::uint32_t machine) const {
  const MachineState& ms = editor_.view().machines[machine];
  return to_seconds(Duration{ms.breakdown_total - (ms.clock_runs != 0 ? ms.breakdown - now() : ms.breakdown)});
}

/// How likely the state told is for this member: the chance of the change, or of no change, by its laws. A member that
/// did so by itself weighs the same as one that is made to: together they are drawn with certainty, and a weight for
/// the latter only would make the change likelier than it is.
double Obedience::weigh_mode(const MachineNews& news) {
  const std::uint32_t m = news.machine;
  const MachineState& ms = editor_.view().machines[m];
  const bool down = ms.down != 0;
  const bool in_repair = ms.down == static_cast<std::uint8_t>(Condition::in_repair);
  const bool works = at_work(m);
  if (*news.mode == ReportedMode::down) {
    if (down) return !in_repair ? 1.0 : down_for_s(m) < news.state_span_s ? news.fails : 1.0 - news.repaired;
    agrees_ = false;
    if (ms.breakdowns > 0 && up_for_s(m) < news.state_span_s) return std::max(1.0 - news.repaired, kLeast);
    const bool may_fail = works || model_.machines[m].clock != FailureClock::working;
    return news.fails * (may_fail ? 1.0 : kAtRest);
  }
  if (down) {
    agrees_ = false;
    return in_repair && down_for_s(m) < news.state_span_s ? 1.0 : std::max(news.repaired, kLeast);
  }
  const bool has_failure = (model_.machines[m].flags & kHasFailure) != 0;
  double factor = has_failure && ms.breakdowns > 0 && up_for_s(m) < news.state_span_s ? news.repaired : 1.0;
  if (*news.mode == ReportedMode::unknown || ms.off_shift != 0) return factor;
  if (works != (*news.mode == ReportedMode::working)) {
    agrees_ = false;
    factor *= kOtherMode;
  }
  return factor;
}

void Obedience::obey_mode(const MachineNews& news) {
  const std::uint32_t m = news.machine;
  const bool down = editor_.view().machines[m].down != 0;
  const std::optional<WallClock::Instant>& since = news.reading->state_since;
  if (*news.mode == ReportedMode::down) {
    const double told = since ? to_seconds(model_.plant.clock.to_wall(state_.now) - *since) : -1.0;
    if (!down) editor_.fail(m, told >= 0.0 ? told : editor_.uniform(m) * news.state_span_s);
    return;
  }
  if (down) editor_.set_up(m);
  if (*news.mode != ReportedMode::working || at_work(m) || editor_.view().machines[m].off_shift != 0) return;
  editor_.push(m);
  if (!at_work(m)) editor_.pull(m);
}

/// What the machine is told to have on it, as far as the member has it too.
void Obedience::obey_parts(const MachineNews& news) {
  if (!news.reading->in_process) return;
  const MachineSpec& spec = model_.machines[news.machine];
  std::uint32_t s = spec.first_server;
  for (const PartInProcess& part : *news.reading->in_process) {
    if (s == spec.first_server + spec.servers) return;
    const std::uint32_t server = s++;
    std::optional<double> worked = part.worked_s;
    if (!worked && part.started_at) worked = to_seconds(model_.plant.clock.to_wall(state_.now) - *part.started_at);
    std::optional<std::uint32_t> product;
    if (const auto it = std::ranges::find(model_.products, part.product); it != model_.products.end())
      product = static_cast<std::uint32_t>(it - model_.products.begin());
    if (!worked || !is_in_process(editor_.view().servers[server])) continue;
    if (std::abs(*worked - editor_.cells().worked_s(news.machine, server)) > 1e-6 || product)
      editor_.cells().set_working(news.machine, server, std::max(0.0, *worked), product);
  }
}

/// The member's own totals are the counter's from now on.
void Obedience::take_totals(const MachineNews& news) {
  MachineState& ms = editor_.view().machines[news.machine];
  const std::uint64_t scrap = news.scrap_told ? news.scrap : ms.scrapped;
  ComponentState& component = editor_.view().components[model_.machines[news.machine].component];
  const auto more = static_cast<std::int64_t>(scrap - ms.scrapped);
  (more > 0 ? component.parts : component.removed) += static_cast<std::uint64_t>(std::abs(more));
  ms.scrapped = scrap;
  ms.completions = news.good + scrap;
}

/// Of the parts told, as many are scrap as told.
void Obedience::obey_scrap(const MachineNews& news) {
  if (!news.scrap_told) return;
  constexpr int kMost = 64;
  const MachineState& ms = editor_.view().machines[news.machine];
  for (int i = 0; i < kMost && ms.scrapped < news.scrap; ++i) editor_.spoil(news.machine);
  for (int i = 0; i < kMost && ms.scrapped > news.scrap; ++i) editor_.unspoil(news.machine);
}

double Obedience::obey_count(const MachineNews& news) {
  constexpr std::int64_t kMost = 64;  // completions forced or held back one by one
  const std::uint32_t m = news.machine;
  const MachineState& ms = editor_.view().machines[m];
  const auto too_many = [&] {
    const std::uint64_t told = news.good + (news.scrap_told ? news.scrap : ms.scrapped);
    return static_cast<std::int64_t>(ms.completions - told);
  };
  const std::int64_t d = too_many();
  const bool may_fail = news.fails > 0.0 && !news.mode;
  const bool in_repair = may_fail && ms.down == static_cast<std::uint8_t>(Condition::in_repair);
  const bool broke_down = in_repair && down_for_s(m) < news.count_span_s;
  const bool was_repaired = may_fail && ms.down == 0 && ms.breakdowns > 0 && up_for_s(m) < news.count_span_s;
  const bool stands_still = news.counted_now + 2.0 <= news.expected;  // for most of the span
  const double fails = news.fails / std::max(1.0, news.expected);  // at the moment that leaves time for as many as told
  if (d == 0) {
    obey_scrap(news);
    if (was_repaired) return stands_still ? 1.0 : news.repaired;
    if (!stands_still) return 1.0;
    return broke_down ? fails : in_repair ? 1.0 - news.repaired : 1.0;
  }
  agrees_ = false;
  const auto off = static_cast<double>(d);
  const bool waits = !at_work(m) && ms.down == 0;
  const double variance = news.count_variance + (!waits ? 0.0 : news.mode ? kIrregularTold : kIrregular);
  double factor = std::max(exp_of(-off * off / (2.0 * variance)), kLeast);
  if (d < 0 && broke_down) factor = std::max(factor, exp_of(-0.5 / news.count_variance));
  if (d < 0 && (was_repaired || (in_repair && !broke_down))) factor = std::max(factor, news.repaired);
  const double by_failure = may_fail && d >= 2 ? (was_repaired ? 1.0 - news.repaired : fails) : 0.0;
  for (std::int64_t i = 0; i < kMost && too_many() > 0 && editor_.hold(m);) ++i;
  for (std::int64_t i = 0; i < kMost && too_many() < 0 && editor_.force(m);) ++i;
  if (by_failure > factor) {
    factor = by_failure;
    break_down(news);
  }
  if (too_many() != 0) factor *= kNoWay;
  obey_scrap(news);
  take_totals(news);
  return factor;
}

/// It broke down at some moment of the span, and in some part of its operation.
void Obedience::break_down(const MachineNews& news) {
  const MachineSpec& spec = model_.machines[news.machine];
  for (std::uint32_t s = spec.first_server; s < spec.first_server + spec.servers; ++s) {
    const ServerState& server = editor_.view().servers[s];
    if (!is_in_process(server)) continue;
    const double cycle = numbers_.law(law_for(model_, spec, spec.cycle_law, server.part.product)).mean();
    editor_.cells().set_working(news.machine, s, cycle * editor_.uniform(news.machine), std::nullopt);
  }
  if (editor_.view().machines[news.machine].down == 0)
    editor_.fail(news.machine, editor_.uniform(news.machine) * news.count_span_s);
}

double Obedience::obey_level(const LevelNews& news) {
  const double off = static_cast<double>(editor_.view().buffers[news.buffer].level) - news.level;
  if (off == 0.0) return 1.0;
  agrees_ = false;
  const double factor = std::max(exp_of(-off * off / (2.0 * kLevelVariance)), kLeast);
  if (!news.certain) return std::max(factor, kUncertain);
  editor_.set_level(news.buffer, news.level);
  return factor;
}

bool Obedience::run(std::span<double> factors, std::span<const std::uint32_t> segment_of_machine,
                    std::span<const std::uint32_t> segment_of_buffer) {
  for (const MachineNews& news : news_.machines) {
    if (!news.mode) continue;
    const double factor = weigh_mode(news);
    factors[segment_of_machine[news.machine]] *= news.certain ? factor : std::max(factor, kUncertain);
    if (news.certain) obey_mode(news);
  }
  for (const MachineNews& news : news_.machines) {
    if (news.base) take_totals(news);
    if (news.counted) factors[segment_of_machine[news.machine]] *= obey_count(news);
  }
  for (const LevelNews& news : news_.levels) factors[segment_of_buffer[news.buffer]] *= obey_level(news);
  for (const MachineNews& news : news_.machines) {
    if (!news.certain) continue;
    if (news.mode) obey_mode(news);  // a completion forced may have brought it up
    obey_parts(news);
  }
  if (!agrees_) settle(model_, numbers_, state_);
  for (const MachineNews& news : news_.machines)
    if (news.base || news.counted) take_totals(news);  // what was due at this very moment may have been done
  return agrees_;
}

}  // namespace takt::detail
