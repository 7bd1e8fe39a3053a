// SPDX-License-Identifier: Apache-2.0
#include "sync/discovery/calendars.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace takt::discovery {
namespace {

constexpr Ns kMinute = 60'000'000'000, kDay = 1440 * kMinute;
constexpr double kDayMinutes = 1440.0;
constexpr double kEnds = 20.0;          // that a gap would have had, were it none: chance leaves exp(-20)
constexpr double kChance = 1e-3;        // that breaks by chance fall on one time of day
constexpr double kShortestGap = 4.0;    // minutes
constexpr double kWithWork = 0.5;       // share of a gap's days on which work was at hand
constexpr std::size_t kFewestDays = 2;  // on which a gap is seen
constexpr double kSameBoundary = 15.0;  // minutes between weekdays that are taken for chance

struct Day {
  Ns midnight = 0;
  unsigned weekday = 0;                 ///< 0 is Monday
  double from = 0.0, to = kDayMinutes;  ///< the part of it that the log covers, minutes
  bool is_whole() const { return to - from > kDayMinutes - 1.0; }
};

/// The local days that a log touches.
std::vector<Day> days_of(const Trace& trace, const std::string& zone) {
  using namespace std::chrono;
  std::vector<Day> days;
  const auto first = floor<std::chrono::days>(trace.epoch) - std::chrono::days{1};
  for (auto date = first;; date += std::chrono::days{1}) {
    const year_month_day ymd{date};
    const std::string text = fmt::format("{:04}-{:02}-{:02}T00:00:00", static_cast<int>(ymd.year()),
                                         static_cast<unsigned>(ymd.month()), static_cast<unsigned>(ymd.day()));
    const Ns midnight = (parse_instant(text, zone) - trace.epoch).count();
    if (midnight >= trace.end) break;
    if (midnight + kDay <= 0) continue;
    const auto minute = [&](Ns t) {
      return std::clamp(static_cast<double>(t - midnight) / static_cast<double>(kMinute), 0.0, kDayMinutes);
    };
    days.push_back({midnight, (weekday{date}.iso_encoding() + 6) % 7, minute(0), minute(trace.end)});
  }
  return days;
}

/// A time of day, in minutes, without an end of work; seen on so many days.
struct Gap {
  double from = 0.0, to = 0.0;
  double expected = 0.0;  ///< ends that it would have had
};

/// The roundest minute of [low, high]: whole hours before halves, quarters, fives.
double roundest(double low, double high, double fallback) {
  for (const double grid : {60.0, 30.0, 15.0, 10.0, 5.0, 1.0}) {
    const double at = std::ceil(low / grid) * grid;
    if (at <= high) {
      // The one nearest to where work was seen.
      const double last = std::floor(high / grid) * grid;
      return std::abs(at - fallback) <= std::abs(last - fallback) ? at : last;
    }
  }
  return std::round(fallback);
}

class StationCalendar {
 public:
  StationCalendar(const Trace& trace, const Flow& flow, const std::vector<Day>& days, std::uint32_t station)
      : trace_(trace), flow_(flow), days_(days), station_(station), ends_(days.size()) {
    for (const std::uint32_t v : trace.of_station[station]) note_end(trace.visits[v].complete);
    for (const Place& place : flow.places)
      for (const Item& item : place.items)
        if (item.to == station)
          ready_.push_back(item.ready != kBefore ? item.ready : item.from == kNoOne ? 0 : item.taken);
    std::ranges::sort(ready_);
  }

  std::optional<FoundCalendar> find() {
    std::vector<std::size_t> active;
    for (std::size_t d = 0; d < days_.size(); ++d)
      if (!ends_[d].empty()) active.push_back(d);
    if (active.size() < kFewestDays) return std::nullopt;
    rate_ = rate_of(active);
    const std::vector<Gap> everyday = gaps_of(active);
    FoundCalendar found;
    std::size_t off_days = 0, gaps = 0;
    double weakest = 1e9;
    for (unsigned w = 0; w < 7; ++w) {
      std::vector<std::size_t> mine, all;
      for (std::size_t d = 0; d < days_.size(); ++d) {
        if (days_[d].weekday != w) continue;
        all.push_back(d);
        if (!ends_[d].empty()) mine.push_back(d);
      }
      if (mine.empty() && is_day_off(all, everyday)) {
        ++off_days;
        continue;
      }
      std::vector<Gap> own = mine.size() >= kFewestDays ? near(gaps_of(mine, everyday), everyday) : everyday;
      std::erase_if(own, [&](const Gap& gap) { return !has_work(gap, mine.empty() ? active : mine); });
      for (const Gap& gap : own) weakest = std::min(weakest, gap.expected);
      gaps += own.size();
      found.calendar.week[w] = spans_without(own);
    }
    if (gaps == 0 && off_days == 0) return std::nullopt;
    found.off = off_spans(found.calendar);
    if (finishes_off_shift(found.off)) return std::nullopt;
    found.confidence = gaps == 0 ? 0.6 : 1.0 - std::exp(-static_cast<double>(active.size()) / 2.0);
    found.reason =
        fmt::format("{} days with work, {} days of the week off, {} breaks; the weakest would have seen {:.0f} ends",
                    active.size(), off_days, gaps, gaps == 0 ? 0.0 : weakest);
    return found;
  }

 private:
  void note_end(Ns t) {
    if (t == kAfter) return;
    const auto after = std::ranges::upper_bound(days_, t, {}, &Day::midnight);
    if (after == days_.begin()) return;
    const auto d = static_cast<std::size_t>(after - days_.begin()) - 1;
    ends_[d].push_back(
        std::min(static_cast<double>(t - days_[d].midnight) / static_cast<double>(kMinute), kDayMinutes));
  }

  /// Ends a minute while there are any: from the gaps between neighbours, without the longest tenth.
  double rate_of(const std::vector<std::size_t>& days) {
    std::vector<double> between;
    for (const std::size_t d : days) {
      std::ranges::sort(ends_[d]);
      for (std::size_t i = 1; i < ends_[d].size(); ++i) {
        const double minutes = ends_[d][i] - ends_[d][i - 1];
        between.push_back(minutes);
        if (minutes < 0.5 * kShortestGap)
          short_ += minutes;
        else
          long_.emplace_back(ends_[d][i - 1], ends_[d][i]);
      }
    }
    if (between.size() < 10) return 0.0;
    std::ranges::sort(between);
    const std::size_t kept = between.size() - between.size() / 10;
    double sum = 0.0;
    for (std::size_t i = 0; i < kept; ++i) sum += between[i];
    // The shortest nine tenths of exponential intervals have 0.67 of their sum; never mind other laws.
    return sum > 0.0 ? 0.67 * static_cast<double>(between.size()) / sum : 0.0;
  }

  /// `known`: breaks of every day, which are no evidence for others.
  std::vector<Gap> gaps_of(const std::vector<std::size_t>& days, const std::vector<Gap>& known = {}) const {
    std::vector<double> folded;
    for (const std::size_t d : days) folded.insert(folded.end(), ends_[d].begin(), ends_[d].end());
    std::ranges::sort(folded);
    std::vector<Gap> gaps;
    double before = 0.0;
    const auto look = [&](double from, double to) {
      if (to - from < kShortestGap) return;
      double covered = 0.0;
      std::size_t seen = 0;
      for (const std::size_t d : days) {
        const double minutes = std::min(to, days_[d].to) - std::max(from, days_[d].from);
        if (minutes > 0.0) covered += minutes;
        if (minutes > 0.5 * (to - from)) ++seen;
      }
      if (seen < kFewestDays || rate_ * covered < kEnds) return;
      const double chance =
          kDayMinutes / (to - from) * std::pow(idle_share({from, to, 0.0}, known), static_cast<double>(seen));
      if (chance < kChance) gaps.push_back({from, to, rate_ * covered});
    };
    for (const double end : folded) {
      look(before, end);
      before = end;
    }
    look(before, kDayMinutes);
    return gaps;
  }

  /// The share of the time, outside of a gap and of known ones, that lies in breaks at least half as long: the
  /// probability that on some day the gap would be one by chance, by a breakdown for instance.
  double idle_share(const Gap& gap, const std::vector<Gap>& known) const {
    const auto meets = [](const Gap& a, double from, double to) { return a.from < to && from < a.to; };
    double idle = 0.0, all = short_;
    for (const auto& [from, to] : long_) {
      if (meets(gap, from, to) || std::ranges::any_of(known, [&](const Gap& k) { return meets(k, from, to); }))
        continue;
      all += to - from;
      if (to - from >= 0.5 * (gap.to - gap.from)) idle += to - from;
    }
    return all > 0.0 ? std::max(idle, 1.0) / all : 1.0;
  }

  /// Boundaries of one weekday that differ from those of all days by chance only are theirs.
  static std::vector<Gap> near(std::vector<Gap> own, const std::vector<Gap>& everyday) {
    for (Gap& gap : own)
      for (const Gap& all : everyday) {
        if (std::abs(gap.from - all.from) < kSameBoundary) gap.from = all.from;
        if (std::abs(gap.to - all.to) < kSameBoundary) gap.to = all.to;
      }
    return own;
  }

  /// A weekday on which nothing ever ended, though a day's work would have had many ends.
  bool is_day_off(const std::vector<std::size_t>& days, const std::vector<Gap>& everyday) const {
    double off = 0.0, covered = 0.0;
    for (const Gap& gap : everyday) off += gap.to - gap.from;
    for (const std::size_t d : days) covered += std::max(0.0, days_[d].to - days_[d].from);
    const double expected = rate_ * covered * (1.0 - off / kDayMinutes);
    if (days.empty() || expected < kEnds) return false;
    return std::ranges::any_of(days, [&](std::size_t d) { return days_[d].is_whole() && works_at(middle(d)); });
  }
  Ns middle(std::size_t d) const { return days_[d].midnight + kDay / 2; }

  /// Whether there was work at hand in the middle of a gap, on half of its days.
  bool has_work(const Gap& gap, const std::vector<std::size_t>& days) const {
    std::size_t seen = 0, with_work = 0;
    for (const std::size_t d : days) {
      const double at = 0.5 * (gap.from + gap.to);
      if (at < days_[d].from || at > days_[d].to) continue;
      ++seen;
      if (works_at(days_[d].midnight + static_cast<Ns>(at * static_cast<double>(kMinute)))) ++with_work;
    }
    return seen > 0 && static_cast<double>(with_work) >= kWithWork * static_cast<double>(seen);
  }

  /// Whether an operation is in process at `t`, or a part waits and a server is free.
  bool works_at(Ns t) const {
    const auto& visits = trace_.of_station[station_];
    auto after = std::ranges::upper_bound(visits, t, {}, [&](std::uint32_t v) { return trace_.visits[v].load; });
    const auto loads = static_cast<std::size_t>(after - visits.begin());
    for (std::uint32_t i = 0; i < 2 * flow_.servers[station_] && after != visits.begin(); ++i)
      if (trace_.visits[*--after].complete > t) return true;
    const std::size_t left = up_to(flow_.left[station_], t);
    return loads < left + flow_.servers[station_] && up_to(ready_, t) > loads;
  }
  static std::size_t up_to(const std::vector<Ns>& sorted, Ns t) {
    return static_cast<std::size_t>(std::ranges::upper_bound(sorted, t) - sorted.begin());
  }

  DaySpans spans_without(const std::vector<Gap>& gaps) const {
    // Ends of work lie a little inside the shifts: by about the time between ends over the days seen.
    const double slack = rate_ > 0.0 ? 5.0 / rate_ / std::max(1.0, static_cast<double>(days_.size()) / 2.0) + 2.0 : 2.0;
    DaySpans spans;
    double from = 0.0;
    const auto minutes = [](double m) { return std::chrono::minutes{static_cast<int>(std::lround(m))}; };
    for (const Gap& gap : gaps) {
      const double half = 0.5 * (gap.to - gap.from);
      const double begin =
          gap.from <= 0.0 ? 0.0 : roundest(std::ceil(gap.from - 1e-6), gap.from + std::min(slack, half), gap.from);
      const double end = gap.to >= kDayMinutes
                             ? kDayMinutes
                             : roundest(gap.to - std::min(slack, half), std::floor(gap.to + 1e-6), gap.to);
      if (begin > from) spans.push_back({minutes(from), minutes(begin)});
      from = end;
    }
    if (from < kDayMinutes) spans.push_back({minutes(from), minutes(kDayMinutes)});
    return spans;
  }

  Spans off_spans(const Calendar& calendar) const {
    std::vector<Span> off;
    for (const Day& day : days_) {
      Ns from = day.midnight;
      for (const DaySpan& span : calendar.week[day.weekday]) {
        off.push_back({from, day.midnight + span.from.count() * kMinute});
        from = day.midnight + span.to.count() * kMinute;
      }
      off.push_back({from, day.midnight + kDay});
    }
    return Spans(std::move(off));
  }

  bool finishes_off_shift(const Spans& off) const {
    std::size_t outside = 0, all = 0;
    for (const std::uint32_t v : trace_.of_station[station_]) {
      if (!trace_.visits[v].is_whole()) continue;
      ++all;
      if (off.contains(trace_.visits[v].complete - 1)) ++outside;
    }
    return static_cast<double>(outside) > 0.01 * static_cast<double>(all);
  }

  const Trace& trace_;
  const Flow& flow_;
  const std::vector<Day>& days_;
  std::uint32_t station_;
  std::vector<std::vector<double>> ends_;        // by day, minutes
  std::vector<Ns> ready_;                        // when parts for it were ready, sorted
  double rate_ = 0.0;                            // ends a minute
  double short_ = 0.0;                           // minutes between ends that lie close together
  std::vector<std::pair<double, double>> long_;  // the other intervals between ends of one day
};

}  // namespace

std::vector<std::optional<FoundCalendar>> find_calendars(const Trace& trace, const Flow& flow,
                                                         const std::string& zone) {
  const std::vector<Day> days = days_of(trace, zone);
  std::vector<std::optional<FoundCalendar>> found;
  for (std::uint32_t s = 0; s < trace.stations.size(); ++s)
    found.push_back(StationCalendar(trace, flow, days, s).find());
  return found;
}

}  // namespace takt::discovery
