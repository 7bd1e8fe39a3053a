// SPDX-License-Identifier: Apache-2.0
#include "sync/discovery/trace.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "sync/discovery/names.hpp"
#include "takt/core/error.hpp"

namespace takt::discovery {
namespace {

using StationsBy = DiscoveryOptions::StationsBy;

/// Resources that each do several activities, each of which several resources do, are a pool that shares the work.
bool is_pool(const EventLog& log) {
  std::map<std::uint32_t, std::set<std::uint32_t>> activities_of, resources_of;
  for (const LoggedEvent& event : log.events) {
    if (event.kind != EventKind::work || event.resource == NameTable::kNone) continue;
    activities_of[event.resource].insert(event.activity);
    resources_of[event.activity].insert(event.resource);
  }
  if (activities_of.empty()) return true;  // no resources at all
  const auto mean_size = [](const auto& sets) {
    double sum = 0.0;
    for (const auto& [key, set] : sets) sum += static_cast<double>(set.size());
    return sum / static_cast<double>(sets.size());
  };
  return mean_size(activities_of) > 1.5 && mean_size(resources_of) > 1.5;
}

/// Rows into visits.
class Reader {
 public:
  Reader(const EventLog& log, const DiscoveryOptions& options) : log_(log), options_(options) {}

  Trace read() {
    if (std::ranges::none_of(log_.events, [](const LoggedEvent& e) { return e.kind == EventKind::work; }))
      throw InvalidInput(Fault{.value = "no work", .expected = "a log with a row of work at least"});
    trace_.by_resource =
        options_.stations == StationsBy::resource || (options_.stations == StationsBy::automatic && !is_pool(log_));
    set_epoch();
    name_products();
    const std::size_t cases = log_.cases.size();
    trace_.first_visit.assign(cases, kNoOne);
    trace_.arrival.assign(cases, kBefore);
    trace_.source.assign(cases, kNoOne);
    for (const LoggedEvent& event : log_.events) read_row(event);
    const auto order = [](const Visit& v) { return std::tuple(v.load, v.complete); };
    std::ranges::stable_sort(trace_.visits, {}, order);
    attach_setups();
    std::ranges::stable_sort(trace_.visits, {}, order);
    link_visits();
    for (std::size_t s = 0; s < trace_.stations.size(); ++s) trace_.down.emplace_back(down_[s]);
    trace_.has_starts = has_starts_;
    return std::move(trace_);
  }

 private:
  void set_epoch() {
    WallClock::Instant first = WallClock::Instant::max(), last = WallClock::Instant::min();
    for (const LoggedEvent& event : log_.events) {
      first = std::min(first, event.start);
      last = std::max(last, event.last());
    }
    trace_.epoch = first;
    trace_.end = (last - first).count();
    constexpr Ns kUnits[] = {60'000'000'000, 1'000'000'000, 1'000'000, 1'000};
    for (const Ns unit : kUnits) {
      const auto is_whole = [&](const LoggedEvent& e) {
        return e.start.time_since_epoch().count() % unit == 0 && e.last().time_since_epoch().count() % unit == 0;
      };
      if (!std::ranges::all_of(log_.events, is_whole)) continue;
      trace_.resolution_s = seconds(unit);
      break;
    }
  }

  /// Names that a plant may have, each once; one more for cases of which no product is told.
  void name_products() {
    std::set<std::string> taken;
    for (const std::string& name : log_.products.names()) {
      std::string plain = plain_name(name);
      for (int i = 2; !taken.insert(plain).second; ++i) plain = plain_name(name) + "_" + std::to_string(i);
      trace_.products.push_back(plain);
    }
    const auto is_untold = [](const LoggedCase& fact) { return fact.product == NameTable::kNone; };
    if (trace_.products.empty())
      trace_.products = {"part"};
    else if (std::ranges::any_of(log_.facts, is_untold))
      trace_.products.push_back(taken.contains("other") ? "not_told" : "other");
  }

  Ns at(WallClock::Instant instant) const { return (instant - trace_.epoch).count(); }

  std::uint32_t station_of(const LoggedEvent& event) {
    const bool has_resource = event.resource != NameTable::kNone;
    const std::string& name =
        trace_.by_resource && has_resource ? log_.resources[event.resource] : log_.activities[event.activity];
    const auto [at, is_new] = numbers_.try_emplace(name, static_cast<std::uint32_t>(trace_.stations.size()));
    if (is_new) {
      trace_.stations.push_back(name);
      trace_.of_station.emplace_back();
      trace_.setups.emplace_back();
      trace_.repaired_by.emplace_back();
      down_.emplace_back();
      setups_.emplace_back();
    }
    return at->second;
  }

  void read_row(const LoggedEvent& event) {
    const Ns from = at(event.start), to = event.complete ? at(*event.complete) : kAfter;
    if (event.kind == EventKind::arrival) {
      if (event.case_id == NameTable::kNone) return;
      const std::string name = event.resource != NameTable::kNone ? log_.resources[event.resource] : "source";
      const auto found = std::ranges::find(trace_.sources, name);
      trace_.source[event.case_id] = static_cast<std::uint32_t>(found - trace_.sources.begin());
      if (found == trace_.sources.end()) trace_.sources.push_back(name);
      trace_.arrival[event.case_id] = from;
      trace_.has_arrivals = true;
      return;
    }
    const std::uint32_t station = station_of(event);
    if (event.kind == EventKind::breakdown) {
      trace_.has_breakdowns = true;
      down_[station].push_back({from, std::min(to, trace_.end)});
      trace_.repaired_by[station].push_back(event.worker == NameTable::kNone ? "" : log_.workers[event.worker]);
    } else if (event.kind == EventKind::setup) {
      trace_.has_setups = true;
      setups_[station].push_back({event.case_id, {from, std::min(to, trace_.end)}});
    } else {
      add_visit(event, station, from, to);
    }
  }

  void add_visit(const LoggedEvent& event, std::uint32_t station, Ns from, Ns to) {
    Visit visit;
    visit.case_id = event.case_id;
    visit.station = station;
    const std::uint32_t product = event.case_id < log_.facts.size() ? log_.facts[event.case_id].product : kNoOne;
    visit.product = product == NameTable::kNone ? static_cast<std::uint32_t>(trace_.products.size() - 1) : product;
    visit.load = visit.start = from;
    visit.complete = to;
    visit.scrapped = event.scrap > 0.0 && event.good == 0.0;
    if (event.good > 0.0 || event.scrap > 0.0) trace_.has_results = true;
    if (to != kAfter && to > from) has_starts_ = true;
    trace_.visits.push_back(visit);
  }

  /// A set-up belongs to the work of its case that follows it at its station, or to whatever follows.
  void attach_setups() {
    std::vector<std::vector<std::uint32_t>> at_station(trace_.stations.size());
    for (std::uint32_t v = 0; v < trace_.visits.size(); ++v) at_station[trace_.visits[v].station].push_back(v);
    for (std::size_t s = 0; s < setups_.size(); ++s) {
      std::ranges::stable_sort(setups_[s], {}, [](const Setup& setup) { return setup.span.from; });
      for (const Setup& setup : setups_[s]) {
        trace_.setups[s].push_back(setup.span);
        const auto& there = at_station[s];
        auto at = std::ranges::lower_bound(there, setup.span.from, {},
                                           [&](std::uint32_t v) { return trace_.visits[v].start; });
        while (setup.case_id != NameTable::kNone && at != there.end() && trace_.visits[*at].case_id != setup.case_id &&
               trace_.visits[*at].start <= setup.span.to)
          ++at;
        if (at == there.end()) continue;
        Visit& visit = trace_.visits[*at];
        if ((setup.case_id == NameTable::kNone || visit.case_id == setup.case_id) && visit.start >= setup.span.to)
          visit.load = std::min(visit.load, setup.span.from);
      }
    }
  }

  void link_visits() {
    std::vector<std::uint32_t> last(log_.cases.size(), kNoOne);
    for (std::uint32_t v = 0; v < trace_.visits.size(); ++v) {
      Visit& visit = trace_.visits[v];
      trace_.of_station[visit.station].push_back(v);
      if (visit.case_id == NameTable::kNone) continue;
      visit.previous = last[visit.case_id];
      if (visit.previous == kNoOne)
        trace_.first_visit[visit.case_id] = v;
      else
        trace_.visits[visit.previous].next = v;
      last[visit.case_id] = v;
    }
  }

  struct Setup {
    std::uint32_t case_id;
    Span span;
  };

  const EventLog& log_;
  const DiscoveryOptions& options_;
  Trace trace_;
  std::map<std::string, std::uint32_t> numbers_;
  std::vector<std::vector<Span>> down_;
  std::vector<std::vector<Setup>> setups_;
  bool has_starts_ = false;
};

}  // namespace

Spans::Spans(std::vector<Span> spans) {
  std::ranges::sort(spans, {}, &Span::from);
  for (const Span& span : spans) {
    if (span.to <= span.from) continue;
    if (!spans_.empty() && span.from <= spans_.back().to)
      spans_.back().to = std::max(spans_.back().to, span.to);
    else
      spans_.push_back(span);
  }
  Ns sum = 0;
  for (const Span& span : spans_) {
    before_.push_back(sum);
    sum += span.to - span.from;
  }
}

Ns Spans::up_to(Ns t) const {
  const auto after = std::ranges::upper_bound(spans_, t, {}, &Span::from);
  if (after == spans_.begin()) return 0;
  const auto i = static_cast<std::size_t>(after - spans_.begin()) - 1;
  return before_[i] + std::min(t, spans_[i].to) - spans_[i].from;
}

bool Spans::contains(Ns t) const { return out_of(t) != t; }

Ns Spans::out_of(Ns t) const {
  const auto after = std::ranges::upper_bound(spans_, t, {}, &Span::from);
  if (after == spans_.begin()) return t;
  return std::max(t, std::prev(after)->to);
}

Spans together(const Spans& a, const Spans& b) {
  std::vector<Span> all = a.list();
  all.insert(all.end(), b.list().begin(), b.list().end());
  return Spans(std::move(all));
}

Spans overlap(const Spans& a, const Spans& b) {
  std::vector<Span> both;
  auto at = b.list().begin();
  for (const Span& span : a.list()) {
    while (at != b.list().end() && at->to <= span.from) ++at;
    for (auto other = at; other != b.list().end() && other->from < span.to; ++other)
      both.push_back({std::max(span.from, other->from), std::min(span.to, other->to)});
  }
  return Spans(std::move(both));
}

Trace trace_of(const EventLog& log, const DiscoveryOptions& options) { return Reader(log, options).read(); }

}  // namespace takt::discovery
