// SPDX-License-Identifier: Apache-2.0
#include "sync/discovery/breakdowns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "sync/discovery/times.hpp"
#include "takt/core/statistics.hpp"

namespace takt::discovery {
namespace {

constexpr double kIdleFailures = 0.02;  // share of the failures on an idle machine that says the clock runs on
constexpr std::size_t kFewInterrupted = 3;
constexpr double kMostHidden = 0.2;  // share of operations that may be breakdowns in disguise
constexpr double kFarLonger = 3.0;   // than the others, on average
constexpr std::size_t kFewestHidden = 4;
constexpr double kValley = 0.6;  // of the times around the long ones, as many may lie between

/// When at least one operation is in process.
Spans busy_spans(const Trace& trace, std::uint32_t station) {
  std::vector<Span> spans;
  for (const std::uint32_t v : trace.of_station[station])
    spans.push_back({trace.visits[v].start, std::min(trace.visits[v].complete, trace.end)});
  return Spans(std::move(spans));
}

/// The logarithm of the probability of a value to within a hundredth of its law's mean.
double log_mass(const Distribution& law, double from, double x) {
  const double h = 0.005 * law.mean();
  const double mass = law.cdf(x + h) - law.cdf(std::max(from, x - h));
  return std::log(std::max(mass, 1e-12) / std::max(law.survival(from), 1e-12));
}

/// Resume, restart or scrap, by what followed on interrupted operations.
OnFailure on_failure_of(const Trace& trace, std::uint32_t station, const Spans& off, const Distribution& cycle) {
  const std::vector<Span>& down = trace.down[station].list();
  std::size_t scrapped = 0, interrupted = 0;
  double resumed = 0.0, restarted = 0.0;
  const Spans stopped = together(trace.down[station], off);
  for (const std::uint32_t v : trace.of_station[station]) {
    const Visit& visit = trace.visits[v];
    if (!visit.is_whole()) continue;
    auto at = std::ranges::upper_bound(down, visit.start, {}, &Span::from);
    if (at == down.end() || at->from > visit.complete) continue;
    if (visit.scrapped && at->from == visit.complete) {
      ++scrapped;
      continue;
    }
    if (at->from == visit.complete) continue;
    const auto next = std::next(at);
    if (next != down.end() && next->from < visit.complete) continue;  // more than one: leave it
    ++interrupted;
    const double before = seconds(at->from - visit.start - stopped.measure(visit.start, at->from));
    const double after = seconds(visit.complete - at->to - stopped.measure(at->to, visit.complete));
    resumed += log_mass(cycle, before, before + after);
    restarted += log_mass(cycle, 0.0, after);
  }
  if (scrapped > interrupted) return OnFailure::scrap;
  if (interrupted >= kFewInterrupted && restarted > resumed + 3.0) return OnFailure::restart;
  return OnFailure::resume;
}

/// Whether the clock stops while the machine is idle, and how sure that is.
void find_clock(const Trace& trace, std::uint32_t station, const Spans& off, const Spans& busy, FoundFailure& found) {
  const std::vector<Span>& down = trace.down[station].list();
  std::size_t idle = 0, off_shift = 0;
  for (const Span& span : down) {
    if (off.contains(span.from))
      ++off_shift;
    else if (!busy.contains(span.from) && !busy.contains(span.from - 1))
      ++idle;
  }
  const Spans stopped = together(trace.down[station], off);
  const double up = seconds(trace.end - stopped.measure(0, trace.end));
  const double busy_up = seconds(busy.measure(0, trace.end) - overlap(busy, stopped).measure(0, trace.end));
  const double n = static_cast<double>(down.size());
  const double expected = n * std::max(0.0, 1.0 - busy_up / std::max(up, 1e-9));
  const double off_share = seconds(off.measure(0, trace.end)) / std::max(seconds(trace.end), 1e-9);
  if (static_cast<double>(idle + off_shift) > std::max(1.0, kIdleFailures * n) || (n < 50 && idle > 0)) {
    const bool on_shift = off_shift == 0 && n * off_share > 3.0;
    found.failure.clock = on_shift ? FailureClock::on_shift : FailureClock::calendar;
    found.clock_confidence = 1.0 - std::exp(-static_cast<double>(idle + off_shift));
    found.clock_reason = fmt::format("{} of {} failures came while it did no work", idle + off_shift, down.size());
    return;
  }
  found.failure.clock = FailureClock::working;
  found.clock_confidence = std::max(0.5, 1.0 - std::exp(-expected));
  found.clock_reason =
      fmt::format("no failure came while it did no work, where a clock that always runs has {:.1f}", expected);
}

/// Time on the failure's clock from each repair to the next failure; the last one has not ended.
Times times_to_failure(const Trace& trace, std::uint32_t station, const Spans& off, const Spans& busy,
                       FailureClock clock) {
  const Spans stood = overlap(busy, together(trace.down[station], off));
  const auto on_clock = [&](Ns from, Ns to) {
    if (clock == FailureClock::calendar) return seconds(to - from);
    if (clock == FailureClock::on_shift) return seconds(to - from - off.measure(from, to));
    return seconds(busy.measure(from, to) - stood.measure(from, to));
  };
  Times times{.whole = {}, .resolution_s = trace.resolution_s};
  Ns since = 0;
  for (const Span& span : trace.down[station].list()) {
    times.whole.push_back(std::max(on_clock(since, span.from), 0.0));
    since = span.to;
  }
  if (since < trace.end) times.censored.push_back(std::max(on_clock(since, trace.end), 0.0));
  return times;
}

}  // namespace

Work work_of(const Trace& trace, std::uint32_t station, const Spans& off) {
  const Spans stopped = together(trace.down[station], off);
  const std::vector<Span>& down = trace.down[station].list();
  Work work;
  for (const std::uint32_t v : trace.of_station[station]) {
    const Visit& visit = trace.visits[v];
    const auto at = std::ranges::lower_bound(down, visit.start, {}, &Span::from);
    const bool interrupted = at != down.end() && at->from < visit.complete;
    const bool spoiled = visit.scrapped && at != down.end() && at->from == visit.complete;
    work.interrupted.push_back(interrupted);
    work.net.push_back(!visit.is_whole() || spoiled ? kAside : net_seconds(visit, stopped));
  }
  return work;
}

std::optional<FoundFailure> failure_told(const Trace& trace, std::uint32_t station, const Spans& off,
                                         const Distribution& cycle) {
  const std::vector<Span>& down = trace.down[station].list();
  if (down.empty()) return std::nullopt;
  FoundFailure found;
  const Spans busy = busy_spans(trace, station);
  find_clock(trace, station, off, busy, found);
  found.to_failure = fit_law(times_to_failure(trace, station, off, busy, found.failure.clock));
  Times repairs{.whole = {}, .resolution_s = trace.resolution_s};
  for (const Span& span : down)
    if (span.to < trace.end) repairs.whole.push_back(seconds(span.to - span.from));
  if (repairs.whole.empty()) repairs.whole.push_back(seconds(down.back().to - down.back().from));
  found.to_repair = fit_law(repairs);
  found.failure.on_failure = on_failure_of(trace, station, off, cycle);
  found.confidence = 1.0;
  found.reason = fmt::format("{} breakdowns told", down.size());
  std::size_t loads = 0;
  for (const std::uint32_t v : trace.of_station[station]) {
    const Ns load = trace.visits[v].load;
    if (trace.down[station].contains(load) && trace.down[station].contains(load - 1)) ++loads;
  }
  found.loads_while_down = loads > down.size() / 50 + 1;
  const auto& by = trace.repaired_by[station];
  if (!by.front().empty() && std::ranges::all_of(by, [&](const std::string& each) { return each == by.front(); }))
    found.crew = by.front();
  found.failure.time_to_failure = found.to_failure.law;
  found.failure.time_to_repair = found.to_repair.law;
  return found;
}

double keep_last_attempts(const Trace& trace, std::uint32_t station, const Spans& off, OnFailure on_failure,
                          Work& work) {
  if (on_failure == OnFailure::resume) return 0.0;
  const std::vector<Span>& down = trace.down[station].list();
  const Spans stopped = together(trace.down[station], off);
  double worked = 0.0;
  std::size_t failures = 0;
  for (std::size_t i = 0; i < work.net.size(); ++i) {
    const Visit& visit = trace.visits[trace.of_station[station][i]];
    if (!visit.is_whole()) continue;
    worked += net_seconds(visit, stopped);
    auto at = std::ranges::lower_bound(down, visit.start, {}, &Span::from);
    for (; at != down.end() && at->from < visit.complete; ++at) {
      ++failures;
      const Ns again = std::min(at->to, visit.complete);
      if (on_failure == OnFailure::restart && work.net[i] >= 0.0)
        work.net[i] = seconds(visit.complete - again - stopped.measure(again, visit.complete));
    }
    if (visit.scrapped && at != down.end() && at->from == visit.complete) ++failures;
  }
  return worked > 0.0 ? static_cast<double>(failures) / worked : 0.0;
}

namespace {

/// Two clusters of the logarithms of times, cut where they are told apart best (Fisher's criterion on log time).
struct Cut {
  double at = 0.0, gain = 0.0;  ///< of log-likelihood, over one cluster
  std::size_t low = 0;
};

Cut best_cut(const std::vector<double>& x, double resolution_s) {
  const std::size_t n = x.size();
  std::vector<double> sum(n + 1), squares(n + 1);
  for (std::size_t i = 0; i < n; ++i) {
    const double l = std::log(std::max(x[i], resolution_s));
    sum[i + 1] = sum[i] + l;
    squares[i + 1] = squares[i] + l * l;
  }
  const auto log_likelihood = [&](std::size_t from, std::size_t to) {
    const double k = static_cast<double>(to - from);
    const double mean = (sum[to] - sum[from]) / k;
    const double variance = std::max((squares[to] - squares[from]) / k - mean * mean, 1e-6);
    return k * (std::log(k / static_cast<double>(n)) - 0.5 * std::log(variance));
  };
  Cut best;
  best.gain = -1e300;
  const double one = log_likelihood(0, n);
  const auto first = static_cast<std::size_t>((1.0 - kMostHidden) * static_cast<double>(n));
  for (std::size_t i = std::max<std::size_t>(first, 4); i + kFewestHidden <= n; ++i) {
    if (x[i] <= x[i - 1]) continue;
    const double gain = log_likelihood(0, i) + log_likelihood(i, n) - one;
    if (gain > best.gain) best = {0.5 * (x[i] + x[i - 1]), gain, i};
  }
  return best;
}

}  // namespace

namespace {

/// Times within a third of `at`, up and down.
std::size_t count_around(const std::vector<double>& sorted, double at) {
  constexpr double kNear = 1.3;
  return static_cast<std::size_t>(std::ranges::upper_bound(sorted, at * kNear) -
                                  std::ranges::lower_bound(sorted, at / kNear));
}

/// Between two kinds of times there is a valley, where the cut belongs; the tail of one kind has none. Gives its depth.
std::size_t move_to_valley(const std::vector<double>& sorted, Cut& cut) {
  const double from = 1.5 * sorted[cut.low / 2], to = sorted[(cut.low + sorted.size()) / 2];
  std::size_t least = sorted.size();
  for (double at = from; at <= to; at *= 1.02) {
    const std::size_t count = count_around(sorted, at);
    if (count >= least) continue;
    least = count;
    cut.at = at;
  }
  cut.low = static_cast<std::size_t>(std::ranges::upper_bound(sorted, cut.at) - sorted.begin());
  return least;
}

}  // namespace

std::optional<FoundFailure> failure_hidden(const Trace& trace, Work& work) {
  std::vector<double> x;
  for (const double net : work.net)
    if (net > 0.0) x.push_back(net);
  if (x.size() < 50) return std::nullopt;
  std::ranges::sort(x);
  Cut cut = best_cut(x, trace.resolution_s);
  if (cut.low == 0 || !(cut.gain > 10.0)) return std::nullopt;
  const std::size_t around = count_around(x, x[(cut.low + x.size()) / 2]);
  const std::size_t valley = move_to_valley(x, cut);
  if (static_cast<double>(valley) > kValley * static_cast<double>(around)) return std::nullopt;
  Moments low, high;
  for (std::size_t i = 0; i < x.size(); ++i) (i < cut.low ? low : high).add(x[i]);
  if (high.count() < kFewestHidden || !(high.mean() > kFarLonger * low.mean())) return std::nullopt;
  FoundFailure found;
  Times repairs{.whole = {}, .resolution_s = trace.resolution_s},
      failures{.whole = {}, .resolution_s = trace.resolution_s};
  double worked = 0.0;
  for (double& net : work.net) {
    if (net < 0.0) continue;
    if (net <= cut.at) {
      worked += net;
      continue;
    }
    repairs.whole.push_back(net - low.mean());
    failures.whole.push_back(worked + 0.5 * low.mean());
    worked = 0.5 * low.mean();
    net = kAside;
  }
  failures.censored.push_back(worked);
  found.to_failure = fit_law(failures);
  found.to_repair = fit_law(repairs);
  found.failure.time_to_failure = found.to_failure.law;
  found.failure.time_to_repair = found.to_repair.law;
  const double clear = 1.0 - static_cast<double>(valley) / static_cast<double>(std::max<std::size_t>(around, 1));
  found.confidence = 0.8 * clear;
  found.clock_confidence = 0.5;
  found.reason = fmt::format("{} operations took {:.0f} times as long as the others, with {} between", high.count(),
                             high.mean() / low.mean(), valley);
  found.clock_reason = "breakdowns of an idle machine leave no trace in this log";
  return found;
}

namespace {

/// Repair times of a crew of `size` that serves first come first served; nothing if they cannot be.
std::optional<std::map<std::uint32_t, std::vector<double>>> repair_times(
    const std::vector<std::pair<Span, std::uint32_t>>& jobs, std::uint32_t size) {
  std::map<std::uint32_t, std::vector<double>> times;
  std::vector<Ns> ends;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    Ns begin = jobs[i].first.from;
    if (i >= size) begin = std::max(begin, ends[i - size]);
    if (begin > jobs[i].first.to) return std::nullopt;
    times[jobs[i].second].push_back(seconds(jobs[i].first.to - begin));
    ends.insert(std::ranges::upper_bound(ends, jobs[i].first.to), jobs[i].first.to);
  }
  return times;
}

}  // namespace

std::vector<FoundCrew> find_crews(const Trace& trace, std::vector<std::optional<FoundFailure>>& failures) {
  std::map<std::string, FoundCrew> by_name;
  for (std::uint32_t s = 0; s < failures.size(); ++s)
    if (failures[s] && !failures[s]->crew.empty() && trace.visits_at(s) > 0)
      by_name[failures[s]->crew].stations.push_back(s);
  std::vector<FoundCrew> crews;
  for (auto& [name, crew] : by_name) {
    crew.name = name;
    std::vector<std::pair<Span, std::uint32_t>> jobs;
    for (const std::uint32_t s : crew.stations)
      for (const Span& span : trace.down[s].list())
        if (span.to < trace.end) jobs.emplace_back(span, s);
    std::ranges::stable_sort(jobs, {}, [](const auto& job) { return job.first.from; });
    for (crew.size = 1; crew.size <= crew.stations.size(); ++crew.size) {
      const auto times = repair_times(jobs, crew.size);
      if (!times) continue;
      for (const auto& [s, whole] : *times) {
        failures[s]->to_repair = fit_law({.whole = whole, .resolution_s = trace.resolution_s});
        failures[s]->failure.time_to_repair = failures[s]->to_repair.law;
      }
      break;
    }
    crew.size = std::min(crew.size, static_cast<std::uint32_t>(crew.stations.size()));
    crews.push_back(crew);
  }
  return crews;
}

}  // namespace takt::discovery
