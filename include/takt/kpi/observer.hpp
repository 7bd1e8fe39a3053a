// SPDX-License-Identifier: Apache-2.0
// The standard observer: sums from which every standard KPI follows, exact in integers.
//
// Sums use the sign trick: going from one mode to another at time t adds t to the one and takes it from the other; what
// is still open is closed when totals are read. Nothing is ever reset: a window (also one after a warm-up) is the
// difference of two totals.
#pragma once

#include <cstdint>
#include <vector>

#include "takt/engine/advance.hpp"

namespace takt {

/// Everything counted up to an instant. Shapes by the Model.
struct Totals {
  Time at{};
  std::vector<Int128> mode;                     ///< (machines, kModes): server-nanoseconds
  std::vector<Int128> level;                    ///< (buffers): part-nanoseconds
  std::vector<Int128> crew_busy, crew_waiting;  ///< (crews)
  std::vector<Int128> held;                     ///< (sources): nanoseconds with an arrival held
  std::vector<Int128> planned;                  ///< (machines): planned run time of the operations completed, ns
  std::vector<std::uint64_t>
      crossings;  ///< (entities): parts that went out of a line, workshop or enterprise, scrap not counted
  std::vector<std::uint64_t> product_out;  ///< (products)
  std::vector<Int128> product_flow;        ///< (products): sum of flow times, ns; only where parts are kept
  Int128 wip = 0;                          ///< part-nanoseconds in the plant
  Int128 flow = 0;       ///< sum of the times in the plant of the parts that left it, scrap included, ns
  Int128 open_flow = 0;  ///< sum of the times in the plant so far of the parts in it, ns
  std::vector<std::uint64_t> starts, completions, scrapped, spoiled, breakdowns;  ///< (machines)
  std::vector<std::uint64_t> taken;                                               ///< (buffers)
  std::vector<std::uint64_t> arrivals, released, lost;                            ///< (sources)
  std::vector<std::uint64_t> sinks;
  std::vector<std::uint64_t> served;  ///< (crews)
};

/// Watches a run from the state it is made with. A value; one a run.
class KpiObserver : public NoObserver {
 public:
  KpiObserver(const Model& model, const State& state);
  /// Goes on from what an earlier observer of the same run had counted up to this state.
  KpiObserver(const Model& model, const State& state, const Totals& so_far);

  /// The totals at the state's present time; call it between two calls of advance.
  Totals totals(const Model& model, const State& state) const;

  /// A stretch of a line at once.
  void add(const LineSums& sums);

  void mode(std::uint32_t m, std::uint32_t, Mode from, Mode to, Time t) {
    const std::int64_t now = t.time_since_epoch().count();
    Int128* sums = mode_.data() + std::size_t{m} * kModes;
    sums[from.index()] += now;
    sums[to.index()] -= now;
  }
  void level(std::uint32_t b, int change, Time t) { level_[b] -= change * Int128{t.time_since_epoch().count()}; }
  void enter(std::uint32_t, const Part&, Time t) { flows_.enter(t); }
  void leave(std::uint32_t sink, const Part& part, Time t) { leave(flows_, sink, part, t); }
  void scrap(std::uint32_t, const Part& part, Time t) { flows_.scrap(part, t); }
  void hold(std::uint32_t source, int change, Time t) {
    held_[source] -= change * Int128{t.time_since_epoch().count()};
  }
  void crew(std::uint32_t c, int busy, int waiting, Time t) {
    crew_busy_[c] -= busy * Int128{t.time_since_epoch().count()};
    crew_waiting_[c] -= waiting * Int128{t.time_since_epoch().count()};
  }
  void complete(std::uint32_t m, const Part& part, Time) {
    if (many_products_) planned_[m] += planned_time_[std::size_t{m} * flows_.product_out.size() + part.product];
  }
  void move(std::uint32_t producer, std::uint32_t place, const Part&, Time) { move(flows_, producer, place); }

  class Share;
  void add(const Share& share);

 private:
  /// Sums that are not of one machine, place, source or crew.
  struct Flows {
    std::vector<Int128> product_flow;
    std::vector<std::uint64_t> product_out, crossings;
    Int128 wip = 0, flow = 0;

    void enter(Time t) { wip -= t.time_since_epoch().count(); }
    void scrap(const Part& part, Time t) {
      wip += t.time_since_epoch().count();
      flow += t.time_since_epoch().count() - part.entered;
    }
    void add(const Flows& other);
  };

  void leave(Flows& flows, std::uint32_t sink, const Part& part, Time t) const {
    flows.scrap(part, t);
    if (many_products_) {
      ++flows.product_out[part.product];
      flows.product_flow[part.product] += t.time_since_epoch().count() - part.entered;
    }
    if (many_lines_) note_leaving(flows, sink);
  }
  void move(Flows& flows, std::uint32_t producer, std::uint32_t place) const {
    if (many_lines_ && line_of_producer_[producer] != line_of_place_[place])
      note_crossing(flows, line_of_producer_[producer], line_of_place_[place]);
  }
  void add(Flows& flows, const LineSums& sums);
  void note_leaving(Flows& flows, std::uint32_t sink, std::uint64_t parts = 1) const;
  void note_crossing(Flows& flows, std::uint32_t from, std::uint32_t to, std::uint64_t parts = 1) const;

  std::vector<Int128> mode_, planned_, level_, crew_busy_, crew_waiting_, held_;
  std::vector<std::int64_t> planned_time_;
  std::vector<std::uint32_t> line_of_producer_, line_of_place_, parent_;  // entities
  Flows flows_;
  bool many_lines_ = false, many_products_ = false;
};

/// What one thread sees of a run: what belongs to a machine, place, source or crew it writes at once, as no other
/// thread runs that component; the rest it keeps until `add`.
class KpiObserver::Share : public NoObserver {
 public:
  explicit Share(KpiObserver& whole) : whole_(&whole) {
    flows_.product_flow.resize(whole.flows_.product_flow.size());
    flows_.product_out.resize(whole.flows_.product_out.size());
    flows_.crossings.resize(whole.flows_.crossings.size());
  }
  void add(const LineSums& sums) { whole_->add(flows_, sums); }
  void mode(std::uint32_t m, std::uint32_t s, Mode from, Mode to, Time t) { whole_->mode(m, s, from, to, t); }
  void level(std::uint32_t b, int change, Time t) { whole_->level(b, change, t); }
  void enter(std::uint32_t, const Part&, Time t) { flows_.enter(t); }
  void leave(std::uint32_t sink, const Part& part, Time t) { whole_->leave(flows_, sink, part, t); }
  void scrap(std::uint32_t, const Part& part, Time t) { flows_.scrap(part, t); }
  void hold(std::uint32_t source, int change, Time t) { whole_->hold(source, change, t); }
  void crew(std::uint32_t c, int busy, int waiting, Time t) { whole_->crew(c, busy, waiting, t); }
  void complete(std::uint32_t m, const Part& part, Time t) { whole_->complete(m, part, t); }
  void move(std::uint32_t producer, std::uint32_t place, const Part&, Time) { whole_->move(flows_, producer, place); }

 private:
  friend class KpiObserver;
  KpiObserver* whole_;
  Flows flows_;
};

/// `advance` watched by the standard observer, compiled once.
Outcome advance(const Model& model, const Parameters& parameters, State& state, Time until, KpiObserver& observer,
                std::uint64_t max_events = std::numeric_limits<std::uint64_t>::max());
/// The same on the threads of a pool: the same bytes.
Outcome advance(const Model& model, const Parameters& parameters, State& state, Time until, KpiObserver& observer,
                ThreadPool& pool);

}  // namespace takt
