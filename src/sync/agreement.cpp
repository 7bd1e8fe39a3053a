// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/agreement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "takt/core/statistics.hpp"

namespace takt {
namespace {

constexpr double kLevelTolerance = 1.0;  // parts
constexpr Duration kJustChanged = std::chrono::milliseconds{100};
// A cell is looked at again and again with forgetting: the looks of a shift count as so many of their own.
constexpr double kLooks = 10.0;
// Without futures to tell what the twin expects of itself, only what is worse than guessing is doubted.
constexpr double kUnknown = 0.6;
constexpr double kForecastLooks = 20.0;  // comparisons between two forecasts, about
constexpr double kLeastExpected = 10.0;  // forecasts that must have told
// Comparisons that follow each other are not independent: a standstill covers several of them.
constexpr double kInflation = 4.0;

std::string percent(double share) { return fmt::format("{:.0f} %", 100.0 * share); }

}  // namespace

ReportedMode mode_in(const Model& model, const ConstStateView& view, std::uint32_t machine) {
  const MachineState& ms = view.machines[machine];
  if (ms.down != 0) return ReportedMode::down;
  if (ms.working != 0) return ReportedMode::working;
  const MachineSpec& spec = model.machines[machine];
  const auto blocked = static_cast<std::uint32_t>(std::ranges::count(
      view.servers.subspan(spec.first_server, spec.servers), Activity::blocked, &ServerState::activity));
  return ms.busy > blocked ? ReportedMode::working : ReportedMode::idle;
}

void Agreement::note(CellAgreement& cell, bool is_right) {
  const double rho = std::exp2(-1.0 / options_.half_life);
  cell.right = rho * cell.right + (is_right ? 1.0 : 0.0);
  cell.seen = rho * cell.seen + 1.0;
  ++cell.comparisons;
  ++comparisons_;
}

void Agreement::compare(const Model& model, const State& state, const Snapshot& snapshot, double false_rate,
                        Doubts& doubts) {
  const ConstStateView view(model, state);
  const auto cells = static_cast<double>(std::max<std::size_t>(modes_.size() + levels_.size(), 1));
  for (const EntityReading& reading : snapshot.entities) {
    if (reading.quality != "good") continue;
    const Entity& entity = model.entity(reading.path);
    if (entity.kind == Entity::Kind::machine && reading.state) {
      const ReportedMode reported = mode_of(*reading.state);
      if (reported == ReportedMode::unknown || view.machines[entity.index].off_shift != 0) continue;
      // A change that is told as it happens is no sample of how things stand.
      if (reading.state_since && snapshot.ts - *reading.state_since < kJustChanged) continue;
      CellAgreement& cell = modes_[entity.index];
      if (cell.known) {
        note(cell, mode_in(model, view, entity.index) == reported);
        judge(cell, "modes", reading.path, options_.modes, false_rate / cells, snapshot.ts, doubts);
      }
      cell.known = true;
    }
    if (entity.kind == Entity::Kind::buffer && reading.level) {
      CellAgreement& cell = levels_[entity.index];
      if (cell.known) {
        note(cell, std::abs(*reading.level - view.buffers[entity.index].level) <= kLevelTolerance);
        judge(cell, "levels", reading.path, options_.levels, false_rate / cells, snapshot.ts, doubts);
      }
      cell.known = true;
    }
  }
}

void Agreement::expect(const Model& model, std::span<const State> futures) {
  const auto n = static_cast<double>(futures.size());
  if (futures.size() < 2) return;
  std::vector<ConstStateView> views;
  for (const State& each : futures) views.emplace_back(model, each);
  const double rho = std::exp2(-kForecastLooks / options_.half_life);
  const auto add = [&](CellAgreement& cell, double pairs_alike) {
    cell.expected_right = rho * cell.expected_right + pairs_alike / (n * (n - 1.0));
    cell.expected_seen = rho * cell.expected_seen + 1.0;
  };
  for (auto& [machine, cell] : modes_) {
    std::array<double, 4> count{};
    for (const ConstStateView& view : views) ++count[static_cast<std::size_t>(mode_in(model, view, machine))];
    double alike = 0.0;
    for (const double each : count) alike += each * (each - 1.0);
    add(cell, alike);
  }
  for (auto& [buffer, cell] : levels_) {
    double alike = 0.0;
    for (const ConstStateView& a : views)
      for (const ConstStateView& b : views)
        if (&a != &b &&
            std::abs(static_cast<double>(a.buffers[buffer].level) - b.buffers[buffer].level) <= kLevelTolerance)
          ++alike;
    add(cell, alike);
  }
}

void Agreement::judge(const CellAgreement& cell, const char* check, const std::string& path, double nominal,
                      double false_rate, WallClock::Instant at, Doubts& doubts) const {
  if (cell.comparisons < options_.least) return;
  const bool is_expected = cell.expected_seen >= kLeastExpected;  // else not much is known of how right it can be
  const double expected = std::min(nominal, is_expected ? cell.expected(nominal) : kUnknown);
  const double sd = std::sqrt(std::max(expected * (1.0 - expected), 0.01) * kInflation / cell.seen);
  const double z = -normal_quantile(false_rate / kLooks);
  const double invalid = expected - std::max(options_.invalid, z * sd);
  const double warning = is_expected ? expected - std::max(options_.warning, 0.6 * z * sd) : invalid;
  const double share = cell.share();
  const Doubt* standing = doubts.find(check, path);
  // Once doubted, it must be clearly better before it is trusted again.
  const double slack = standing == nullptr ? 0.0 : 0.02;
  const bool was_invalid = standing != nullptr && standing->trust == Trust::invalid;
  if (share >= warning + slack) {
    if (standing != nullptr) doubts.clear(check, path);
    return;
  }
  const bool is_invalid = share < invalid + (was_invalid ? slack : 0.0);
  const bool levels = check == std::string_view("levels");
  doubts.raise({.trust = is_invalid ? Trust::invalid : Trust::warning,
                .check = check,
                .about = path,
                .value = share,
                .limit = is_invalid ? invalid : warning,
                .since = at,
                .sentence = fmt::format("The twin is right about {} of {} in {} of the reports only; it expects {}.",
                                        levels ? "the level" : "the state", path, percent(share), percent(expected))});
}

}  // namespace takt
