// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/alignment_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "takt/core/quantity.hpp"
#include "takt/core/statistics.hpp"
#include "takt/engine/detail/state_moves.hpp"
#include "takt/sync/calibration.hpp"

namespace takt {
namespace {

using Sequence = std::vector<Labelled>;

double share(std::size_t common, std::size_t a, std::size_t b) {
  const std::size_t longer = std::max(a, b);
  return longer > 0 ? static_cast<double>(common) / static_cast<double>(longer) : 1.0;
}

/// The mean alignment of each sequence with all the others.
std::vector<double> mean_alignments(const std::vector<Sequence>& sequences, const std::vector<SequenceIndex>& indices,
                                    std::span<const Duration> within) {
  std::vector<double> sums(sequences.size(), 0.0);
  for (std::size_t a = 0; a < sequences.size(); ++a)
    for (std::size_t b = a + 1; b < sequences.size(); ++b) {
      const double alike = share(indices[a].common(sequences[b], within), sequences[a].size(), sequences[b].size());
      sums[a] += alike;
      sums[b] += alike;
    }
  for (double& each : sums) each /= static_cast<double>(sequences.size() - 1);
  return sums;
}

/// Of pairs of sequences, by station: events, and those that are matched.
struct StationSums {
  std::vector<double> matched, events;

  void add(const Sequence& a, const SequenceIndex& index, const Sequence& b, std::span<const Duration> within) {
    std::vector<std::size_t> of_a(matched.size()), of_b(matched.size());
    for (const Labelled& each : a) ++of_a[each.label];
    for (const Labelled& each : b) ++of_b[each.label];
    const std::vector<std::uint32_t> partner = index.match(b, within);
    for (std::size_t i = 0; i < b.size(); ++i)
      if (partner[i] != SequenceIndex::kUnmatched) matched[b[i].label] += 1.0;
    for (std::size_t s = 0; s < events.size(); ++s) events[s] += static_cast<double>(std::max(of_a[s], of_b[s]));
  }
  double share(std::size_t station) const { return events[station] > 0.0 ? matched[station] / events[station] : 1.0; }
};

}  // namespace

// ---- one window ---------------------------------------------------------------------------------------------------

std::function<void(const Event&)> AlignmentWindow::next_future(Time now) {
  const std::size_t k = futures_.size();
  futures_.emplace_back();
  // A part that proves to be scrap does so as soon as it is finished.
  return
      [this, k, now, parts = std::vector<std::uint32_t>(stations_.size()), last = Event{}](const Event& event) mutable {
        const Event before = std::exchange(last, event);
        const bool is_scrap = event.kind == Event::Kind::scrap && before.kind == Event::Kind::complete &&
                              before.index == event.index && before.time == event.time;
        if (event.kind != Event::Kind::complete && !is_scrap) return;
        const auto it = std::ranges::lower_bound(stations_, event.index, {}, &Station::machine);
        if (it == stations_.end() || it->machine != event.index) return;
        const auto s = static_cast<std::uint32_t>(it - stations_.begin());
        Future& future = futures_[k];
        if (is_scrap) {
          if (parts[s]-- % it->every != 0) return;
          future.station.pop_back();
          future.at.pop_back();
        } else if (++parts[s] % it->every == 0) {
          future.station.push_back(s);
          future.at.push_back((event.time - now).count());
        }
      };
}

void AlignmentWindow::tell(std::uint32_t machine, Instant at, double count) {
  if (at <= from_ || at > until_) return;
  const auto it = std::ranges::lower_bound(stations_, machine, {}, &Station::machine);
  if (it == stations_.end() || it->machine != machine) return;
  const double parts = std::max(count - it->base, 0.0) / it->every;
  const auto events = static_cast<std::uint32_t>(std::min(parts, 1e6));
  const std::uint32_t before = it->told.empty() ? 0 : it->told.back();
  it->told_at.push_back((at - from_).count());
  it->told.push_back(std::max(events, before));
}

std::vector<std::vector<Labelled>> AlignmentWindow::sequences(const std::function<double()>& uniform) const {
  std::vector<Sequence> sequences(futures_.size() + 1);
  for (std::uint32_t s = 0; s < stations_.size(); ++s) {
    const Station& station = stations_[s];
    std::uint32_t before = 0;
    for (std::size_t i = 0; i < station.told.size(); ++i)
      for (; before < station.told[i]; ++before) sequences[0].push_back({s, station.told_at[i]});
  }
  std::vector<double> events(stations_.size());
  for (const Future& future : futures_)
    for (const std::uint32_t s : future.station) events[s] += 1.0;
  const double futures_ns = static_cast<double>(futures_.size()) * static_cast<double>((length() + beyond_).count());
  std::vector<std::int64_t> earlier(stations_.size());
  for (std::size_t k = 0; k < futures_.size(); ++k) {
    for (std::size_t s = 0; s < stations_.size(); ++s) {
      const double between_ns = futures_ns / std::max(events[s], 1.0);
      earlier[s] = static_cast<std::int64_t>(uniform() * std::min(between_ns, static_cast<double>(beyond_.count())));
    }
    for (std::size_t i = 0; i < futures_[k].at.size(); ++i) {
      const std::uint32_t s = futures_[k].station[i];
      const std::int64_t at = futures_[k].at[i] - earlier[s];
      if (at <= 0) continue;
      const auto told = std::ranges::lower_bound(stations_[s].told_at, at);
      if (told != stations_[s].told_at.end()) sequences[k + 1].push_back({s, *told});
    }
  }
  for (Sequence& each : sequences)
    std::ranges::sort(each, {}, [](const Labelled& event) { return std::pair(event.at, event.label); });
  return sequences;
}

// ---- all of them --------------------------------------------------------------------------------------------------

namespace {

/// Of a part at one of its servers; where cycles differ by product, as many of each.
double mean_cycle_s(const Model& model, const Parameters& numbers, const MachineSpec& spec) {
  const auto products = static_cast<std::uint32_t>((spec.flags & kLawByProduct) != 0 ? model.products.size() : 1);
  double sum = 0.0;
  for (std::uint32_t p = 0; p < products; ++p)
    sum += numbers.law(detail::law_for(model, spec, spec.cycle_law, p)).mean();
  return std::max(sum / products, 1e-6);
}

}  // namespace

AlignmentWindow AlignmentWatch::plan(const Model& model, const Parameters& reference,
                                     const std::map<std::uint32_t, double>& counts, Instant from, Instant until,
                                     Duration beyond) {
  std::vector<AlignmentWindow::Station> stations;
  double events = 0.0;
  auto it = counts.lower_bound(turn_);
  for (std::size_t left = counts.size(); left > 0; --left, ++it) {
    if (it == counts.end()) it = counts.begin();
    const MachineSpec& spec = model.machines[it->first];
    const double cycle_s = mean_cycle_s(model, reference, spec) / spec.servers;
    const double parts = to_seconds(until - from) / cycle_s;
    const double every = std::max(1.0, std::ceil(parts / options_.of_station));
    if (every * cycle_s > to_seconds(beyond)) continue;  // where in its cycle it is could not be left open
    if (!stations.empty() && events + parts / every > options_.events) break;
    events += parts / every;
    stations.push_back({.machine = it->first,
                        .every = static_cast<std::uint32_t>(std::min(every, 1e9)),
                        .base = it->second,
                        .within = from_seconds(every * cycle_s / 2)});
  }
  turn_ = it == counts.end() ? 0 : it->first;
  std::ranges::sort(stations, {}, &AlignmentWindow::Station::machine);
  return {from, until, beyond, std::move(stations)};
}

void AlignmentWatch::tell(std::uint32_t machine, Instant at, double count) {
  for (AlignmentWindow& window : open_) window.tell(machine, at, count);
}

void AlignmentWatch::close(const Model& model, Instant at, const std::function<double()>& uniform, Doubts& doubts) {
  while (!open_.empty() && open_.front().until() <= at) {
    score(model, open_.front(), at, uniform, doubts);
    open_.pop_front();
  }
}

void AlignmentWatch::score(const Model& model, const AlignmentWindow& window, Instant at,
                           const std::function<double()>& uniform, Doubts& doubts) {
  const std::vector<Sequence> sequences = window.sequences(uniform);
  if (std::ranges::all_of(sequences, &Sequence::empty)) return;
  std::vector<SequenceIndex> indices;
  for (const Sequence& each : sequences) indices.emplace_back(each);
  std::vector<Duration> within;
  for (const AlignmentWindow::Station& station : window.stations()) within.push_back(station.within);
  note_stations(model, window, sequences, indices, within);
  ++windows_;
  const double rho = std::exp2(-1.0 / options_.half_life);
  weight_ = rho * weight_ + 1.0;
  for (std::size_t which = 0; which < tests_.size(); ++which) {
    const std::vector<double> means =
        mean_alignments(sequences, indices, which == 0 ? std::span<const Duration>{} : within);
    const std::span<const double> futures = std::span(means).subspan(1);
    // The futures' own means hold their alignment with what was told: that among themselves is a little different.
    const auto n = static_cast<double>(futures.size());
    const double sum = std::accumulate(futures.begin(), futures.end(), 0.0);
    const double among = n > 1.0 ? (sum - means[0]) / (n - 1.0) : 1.0;
    const double z = normal_quantile(randomised_pit(futures, means[0], uniform()));
    judge(which, z, means[0], among, window, at, doubts);
  }
}

/// Which station it is that lacks most: of what was told with each future, and of each future with the next.
void AlignmentWatch::note_stations(const Model& model, const AlignmentWindow& window,
                                   const std::vector<std::vector<Labelled>>& sequences,
                                   const std::vector<SequenceIndex>& indices, std::span<const Duration> within) {
  const std::size_t stations = window.stations().size();
  StationSums seen{std::vector<double>(stations), std::vector<double>(stations)}, expected = seen;
  for (std::size_t k = 1; k < sequences.size(); ++k) {
    seen.add(sequences[0], indices[0], sequences[k], within);
    const std::size_t next = k + 1 < sequences.size() ? k + 1 : 1;
    expected.add(sequences[next], indices[next], sequences[k], within);
  }
  const double rho = std::exp2(-1.0 / options_.half_life);
  for (std::size_t s = 0; s < stations; ++s) {
    double& lack = lacks_[window.stations()[s].machine];
    lack = rho * lack + (1.0 - rho) * (expected.share(s) - seen.share(s));
  }
  const auto most = std::ranges::max_element(lacks_, {}, [](const auto& each) { return each.second; });
  furthest_ = most->second > 0.0 ? model.machine_path(most->first) : "";
}

void AlignmentWatch::judge(std::size_t which, double z, double seen, double expected, const AlignmentWindow& window,
                           Instant at, Doubts& doubts) {
  AlignmentTest& test = tests_[which];
  test.sum_z += z;
  test.seen += (seen - test.seen) / weight_;
  test.expected += (expected - test.expected) / weight_;
  const double delta = options_.shift;
  const double information = to_seconds(options_.shift_length) / to_seconds(window.length()) * delta * delta / 2;
  const double share = 1.0 / static_cast<double>(tests_.size());
  const AlarmLimits limits{cusum_threshold(information, options_.false_warning * share),
                           cusum_threshold(information, options_.false_invalid * share)};
  const Alarm before = test.alarm;
  test.low.add(-delta * z - delta * delta / 2, seen, expected, limits.most(), at);
  test.in_a_row = test.low.sum() > 0.0 ? test.in_a_row + 1 : 0;
  test.alarm = limits.of(test.low.sum(), before);
  const char* score = which == 0 ? "logic" : "timing";
  if (test.alarm == Alarm::none) {
    if (before != Alarm::none) doubts.clear("alignment", "/", score);
    return;
  }
  const double windows = static_cast<double>(std::max<std::uint64_t>(test.in_a_row, 1));
  const std::string most = furthest_.empty() ? "" : fmt::format("; furthest off is {}", furthest_);
  doubts.raise({.trust = test.alarm == Alarm::invalid ? Trust::invalid : Trust::warning,
                .check = "alignment",
                .about = "/",
                .value = test.low.sum(),
                .limit = test.alarm == Alarm::invalid ? limits.invalid : limits.warning,
                .since = at,
                .sentence = fmt::format(
                    "For {}, events have come {} than in the twin's futures: {:.0f} % of them agree, where {:.0f} % of "
                    "the futures' own do{}.",
                    to_text(std::chrono::round<std::chrono::minutes>(at - test.low.since()) + window.length()),
                    which == 0 ? "in another order" : "at other times", 100.0 * test.low.observed() / windows,
                    100.0 * test.low.expected() / windows, most)},
               score);
}

void AlignmentWatch::restart(Doubts& doubts) {
  tests_ = {};
  windows_ = 0;
  weight_ = 0.0;
  furthest_.clear();
  lacks_.clear();
  open_.clear();
  doubts.clear_all("alignment");
}

std::optional<AlignmentScores> AlignmentWatch::scores() const {
  if (windows_ == 0) return std::nullopt;
  return AlignmentScores{.windows = windows_,
                         .logic = logic().seen,
                         .timing = timing().seen,
                         .expected_logic = logic().expected,
                         .expected_timing = timing().expected,
                         .furthest = furthest_};
}

}  // namespace takt
