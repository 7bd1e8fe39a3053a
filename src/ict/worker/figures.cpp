// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>

#include "ict/worker/loops.hpp"
#include "takt/core/statistics.hpp"

namespace takt::ict {
namespace {

constexpr std::size_t kTable = 1000;  // values of a law
constexpr std::size_t kBatches = 20;
constexpr double kNormal975 = 1.959963984540054;

double seconds(Nanoseconds t) { return static_cast<double>(t) * 1e-9; }

/// A quantile and the order statistics between which it lies with 95 %: ranks np +- z sqrt(np(1-p)) (normal
/// approximation of the binomial; Conover 1999, section 3.2).
std::array<double, 3> with_interval(const std::vector<double>& sorted, double p) {
  const auto n = static_cast<double>(sorted.size());
  const double spread = kNormal975 * std::sqrt(n * p * (1.0 - p));
  const auto at_rank = [&](double rank) { return sorted[static_cast<std::size_t>(std::clamp(rank, 1.0, n)) - 1]; };
  return {quantile(sorted, p), at_rank(std::floor(n * p - spread)), at_rank(std::ceil(n * p + spread) + 1.0)};
}

std::vector<double> table_of(const std::vector<double>& sorted) {
  std::vector<double> table;
  for (std::size_t k = 0; k < kTable; ++k)
    table.push_back(quantile(sorted, (static_cast<double>(k) + 0.5) / static_cast<double>(kTable)));
  return table;
}

/// From an instant at random within the time observed to the first command that rests on a reading at or after it. Of
/// instants between two readings that led to something it is uniform, so the law is a mixture of uniform ones, by
/// length.
void add_reactions(WireLoopReport& report, std::vector<Acted> acted, double deadline) {
  std::ranges::sort(acted, {}, [](const Acted& a) { return std::pair(a.sample, a.at); });
  for (std::size_t i = acted.size() - 1; i-- > 0;) acted[i].at = std::min(acted[i].at, acted[i + 1].at);
  const double length = seconds(acted.back().sample - acted.front().sample);
  if (!(length > 0.0)) return;
  struct Turn {  // where one of them begins or ends
    double at;
    int slope;
  };
  std::vector<Turn> turns;
  double late = 0.0;
  for (std::size_t i = 1; i < acted.size(); ++i) {
    const double low = seconds(acted[i].at - acted[i].sample), high = seconds(acted[i].at - acted[i - 1].sample);
    turns.push_back({low, 1});
    turns.push_back({high, -1});
    late += std::max(0.0, high - std::max(low, deadline));
  }
  if (deadline > 0.0) report.reaction_late = late / length;
  std::ranges::sort(turns, {}, [](const Turn& turn) { return std::pair(turn.at, turn.slope); });
  double below = 0.0;  // length of what is less than the present turn
  double slope = 0.0;
  std::size_t turn = 0;
  for (std::size_t k = 0; k < kTable; ++k) {
    const double wanted = length * (static_cast<double>(k) + 0.5) / static_cast<double>(kTable);
    while (turn + 1 < turns.size() &&
           below + (slope + turns[turn].slope) * (turns[turn + 1].at - turns[turn].at) < wanted) {
      slope += turns[turn].slope;
      below += slope * (turns[turn + 1].at - turns[turn].at);
      ++turn;
    }
    const double here = slope + (turn < turns.size() ? turns[turn].slope : 0);
    report.reaction_s.push_back(turns[turn].at + (here > 0.0 ? (wanted - below) / here : 0.0));
  }
}

}  // namespace

WireLoopReport report_of(const LoopRecord& record, const WireLoop& loop, bool periodic) {
  WireLoopReport report;
  report.samples = record.samples;
  report.acted = record.acted.size();
  report.lost = record.lost;
  if (record.acted.empty()) return report;
  std::vector<double> latencies;
  Moments all, decisions, batches;
  const std::size_t a_batch = record.acted.size() / kBatches;
  Moments batch;
  for (const Acted& acted : record.acted) {
    const double latency = seconds(acted.at - acted.sample);
    latencies.push_back(latency);
    all.add(latency);
    decisions.add(seconds(acted.decided - acted.sample));
    if (loop.deadline_ns > 0 && acted.at - acted.sample > loop.deadline_ns) ++report.past_deadline;
    if (a_batch < 2 || batches.count() == kBatches) continue;
    batch.add(latency);
    if (batch.count() < a_batch) continue;
    batches.add(batch.mean());
    batch = Moments();
  }
  report.mean_s = all.mean();
  report.decision_mean_s = decisions.mean();
  if (batches.count() == kBatches) report.mean_half_width_95_s = batches.half_width();
  std::ranges::sort(latencies);
  if (loop.tables) report.latency_s = table_of(latencies);
  if (loop.tables && periodic && record.acted.size() > 1)
    add_reactions(report, record.acted, seconds(loop.deadline_ns));
  report.quantiles.push_back({latencies.front(), latencies.front(), latencies.front()});
  for (const double p : {0.5, 0.95, 0.99}) report.quantiles.push_back(with_interval(latencies, p));
  report.quantiles.push_back({latencies.back(), latencies.back(), latencies.back()});
  for (const double p : loop.quantiles) report.quantiles.push_back(with_interval(latencies, p));
  return report;
}

}  // namespace takt::ict
