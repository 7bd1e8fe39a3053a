// SPDX-License-Identifier: Apache-2.0
#include "sync/discovery/sources.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "takt/core/statistics.hpp"

namespace takt::discovery {
namespace {

constexpr double kSaturated = 0.98;  // share of the parts that came the instant there was room
constexpr double kHeld = 0.01;       // share that says that parts waited outside
constexpr int kRounds = 6;           // of the estimate with unknown waits outside

/// A part that came in.
struct Coming {
  Ns at = 0;
  bool at_room = false;  ///< the very instant there was room: it may have waited outside
};

class SourceFinder {
 public:
  SourceFinder(const Trace& trace, const Flow& flow, const std::vector<Spans>& stopped, std::uint32_t source)
      : trace_(trace),
        flow_(flow),
        stopped_(stopped),
        producer_(static_cast<std::uint32_t>(trace.stations.size()) + source) {}

  FoundSource find() {
    for (const Place& place : flow_.places)
      if (std::ranges::binary_search(place.producers, producer_)) gather(place);
    std::ranges::stable_sort(coming_, {}, &Coming::at);
    found_.parts = coming_.size();
    add_products();
    if (trace_.has_arrivals)
      from_arrivals();
    else
      from_loads();
    return std::move(found_);
  }

 private:
  void gather(const Place& place) {
    std::vector<Ns> taken;
    for (const Item& item : place.items) taken.push_back(item.taken);
    std::ranges::sort(taken);
    if (place.capacity) {
      limited_ = true;
      full_ =
          together(full_, *place.capacity > 0 ? full_spans(place, *place.capacity) : occupied(place.consumers.front()));
    }
    for (std::size_t i = 0; i < place.items.size(); ++i) {
      const Item& item = place.items[i];
      if (item.from != producer_) continue;
      products_.push_back(item.product);
      Coming coming{.at = trace_.has_arrivals ? item.ready : item.taken};
      if (!trace_.has_arrivals) {
        coming.at_room = no_idle_before(item);
      } else if (place.capacity && *place.capacity > 0) {
        const std::size_t k = *place.capacity;
        coming.at_room = i >= k && i - k < taken.size() && taken[i - k] == item.ready;
      } else if (place.capacity) {
        coming.at_room = item.taken == item.ready && no_idle_before(item);
      }
      if (item.ready == 0) coming.at_room = true;
      coming_.push_back(coming);
    }
  }

  /// When a station fed without a place could take nothing in.
  Spans occupied(std::uint32_t station) const {
    std::vector<std::pair<Ns, int>> changes;
    for (const std::uint32_t v : trace_.of_station[station]) changes.emplace_back(trace_.visits[v].load, 1);
    for (const Ns left : flow_.left[station]) changes.emplace_back(left, -1);
    std::ranges::sort(changes);
    std::vector<Span> spans = stopped_[station].list();
    std::int64_t occupied = 0;
    Ns since = 0;
    for (const auto& [at, change] : changes) {
      if (occupied >= static_cast<std::int64_t>(flow_.servers[station]))
        spans.push_back({since, std::min(at, trace_.end)});
      since = at;
      occupied += change;
    }
    return Spans(std::move(spans));
  }

  /// Whether the station took the part as soon as it had a free server.
  bool no_idle_before(const Item& item) const {
    const auto& visits = trace_.of_station[item.to];
    const auto& left = flow_.left[item.to];
    const auto order = [&](std::uint32_t v) { return std::pair(trace_.visits[v].load, v); };
    const auto at = std::ranges::lower_bound(visits, std::pair(item.taken, item.visit), {}, order);
    const auto k = static_cast<std::size_t>(at - visits.begin());
    const std::size_t servers = flow_.servers[item.to];
    if (k < servers) return item.taken == 0;
    const Ns free_since = std::min(left[k - servers], item.taken);
    const Ns idle = item.taken - free_since - stopped_[item.to].measure(free_since, item.taken);
    return seconds(idle) <= 1.01 * trace_.resolution_s;
  }

  void add_products() {
    if (trace_.products.size() < 2) return;
    std::vector<std::size_t> counts(trace_.products.size());
    for (const std::uint32_t p : products_) ++counts[p];
    for (std::size_t p = 0; p < counts.size(); ++p)
      if (counts[p] > 0) found_.source.products.push_back({trace_.products[p], static_cast<double>(counts[p])});
  }

  double share_at_room() const {
    const auto n = static_cast<double>(std::ranges::count(coming_, true, &Coming::at_room));
    return coming_.empty() ? 0.0 : n / static_cast<double>(coming_.size());
  }

  void be_saturated(double share) {
    found_.source.supply = Source::Saturated{};
    found_.confidence = 1.0 - std::exp(-static_cast<double>(coming_.size()) / 20.0);
    found_.reason = fmt::format("{:.1f} % of {} parts came the instant there was room", 100.0 * share, coming_.size());
  }

  void from_arrivals() {
    const double at_room = share_at_room();
    if (limited_ && at_room >= kSaturated) return be_saturated(at_room);
    const bool held = limited_ && at_room > kHeld;
    found_.source.without_place = held ? WithoutPlace::held : WithoutPlace::lost;
    Times intervals{.whole = {}, .resolution_s = trace_.resolution_s};
    std::vector<double> at_most;  // intervals that ended before the part came in
    double clock = 0.0;
    Ns before = 0;
    for (const Coming& coming : coming_) {
      const double interval = seconds(coming.at - before);
      before = coming.at;
      clock += interval;
      if (held && coming.at_room)
        at_most.push_back(interval);
      else if (held || full_.measure(coming.at - from_seconds(interval).count(), coming.at) == 0)
        intervals.whole.push_back(interval);
    }
    if (intervals.whole.size() < 2)
      intervals.whole.push_back(clock / std::max<double>(1.0, static_cast<double>(coming_.size())));
    fit(intervals, at_most);
    const double full = seconds(full_.measure(0, before));
    if (!held && full > 0.0) {  // arrivals turned away are not in the log: count those while there was room
      const double mean = std::max(clock - full, 1e-9) / static_cast<double>(coming_.size());
      if (found_.interval.law.mean() > 0.0) found_.interval.law = found_.interval.law.with("mean", mean);
    }
    found_.source.supply = Source::Renewal{found_.interval.law, std::nullopt};
    found_.confidence = mean_within(found_.interval, 0.05);
    found_.reason =
        fmt::format("{} arrivals told, {:.1f} % the instant there was room", coming_.size(), 100.0 * at_room);
  }

  /// Intervals known only to be shorter than something are filled in by their law, and the law fitted anew.
  void fit(const Times& whole, const std::vector<double>& at_most) {
    found_.interval = fit_law(whole);
    constexpr double kGolden = 0.6180339887498949;
    for (int round = 0; round < kRounds && !at_most.empty(); ++round) {
      Times filled = whole;
      double u = 0.5;
      for (const double most : at_most) {
        u += kGolden;
        u -= std::floor(u);
        const double below = found_.interval.law.cdf(most);
        filled.whole.push_back(below > 0.0 ? std::min(most, found_.interval.law.quantile(u * below)) : most);
      }
      found_.interval = fit_law(filled);
    }
  }

  /// Without arrivals: a part that the station took at once is as late as it can have come.
  void from_loads() {
    const double at_room = share_at_room();
    if (at_room >= kSaturated) {
      be_saturated(at_room);
      found_.confidence *= 0.9;
      return;
    }
    // Where the station stood idle for want of parts, the part had just come; in between only their number is known.
    std::vector<std::pair<double, double>> stretches;  // seconds, parts
    Ns known = kBefore;
    double parts = 0.0;
    for (const Coming& coming : coming_) {
      parts += 1.0;
      if (coming.at_room) continue;
      if (known != kBefore) stretches.emplace_back(seconds(coming.at - known), parts);
      known = coming.at;
      parts = 0.0;
    }
    double time = 0.0, number = 0.0, squares = 0.0;
    for (const auto& [length, count] : stretches) time += length, number += count;
    const double mean =
        number > 0.0 ? time / number
                     : std::max(seconds(trace_.end), 1e-9) / std::max<double>(1.0, static_cast<double>(coming_.size()));
    for (const auto& [length, count] : stretches) squares += (length - count * mean) * (length - count * mean);
    const double cv = number > 1.0 && mean > 0.0 ? std::sqrt(squares / number) / mean : 1.0;
    found_.interval.n = static_cast<std::size_t>(number);
    found_.interval.mean_error = number > 0.0 ? cv / std::sqrt(number) : 1.0;
    found_.interval.law = cv < 0.02 ? Distribution::constant(mean)
                          : std::abs(cv - 1.0) < 0.25
                              ? Distribution::exponential(std::max(mean, 1e-9))
                              : Distribution::gamma(std::max(mean, 1e-9), std::clamp(cv, 0.01, 10.0));
    found_.source.supply = Source::Renewal{found_.interval.law, std::nullopt};
    found_.confidence = 0.5 * mean_within(found_.interval, 0.05);
    found_.reason = fmt::format("its station waited for parts {} times; arrivals are not told", stretches.size());
  }

  const Trace& trace_;
  const Flow& flow_;
  const std::vector<Spans>& stopped_;
  std::uint32_t producer_;
  std::vector<Coming> coming_;
  std::vector<std::uint32_t> products_;
  bool limited_ = false;
  Spans full_;  ///< when there was no place
  FoundSource found_;
};

}  // namespace

std::vector<FoundSource> find_sources(const Trace& trace, const Flow& flow, const std::vector<Spans>& stopped) {
  std::vector<FoundSource> found;
  for (std::uint32_t i = 0; i < flow.sources.size(); ++i) found.push_back(SourceFinder(trace, flow, stopped, i).find());
  return found;
}

}  // namespace takt::discovery
