// SPDX-License-Identifier: Apache-2.0
// Running and standing: how a machine's spells of either kind go over into each other, learnt from those seen.
//
//   takt::SpellHistory history;                            // of a shop: all its machines
//   history.observe({.unit = "filler", .running = true, .at = start, .group = "cola"});
//   history.observe({.unit = "filler", .running = false, .at = stop, .group = "cola"});
//   const takt::SpellHazard ends = history.hazard("filler", false, now, 1h);   // of standing, as seen from now
//   const takt::Distribution lasts = ends.law(age_s, 0.0);                     // the standing that goes on just now
//
// The rate at which a spell ends depends on how long it has lasted and on the time of the day: most stops are over in
// minutes, those that are not last until the next shift. It is events over exposure under kernels (Ramlau-Hansen 1983,
// doi 10.1214/aos/1176346152; Nielsen & Linton 1995, doi 10.1214/aos/1176324321), in steps, each step a factor on the
// one before that is drawn towards 1 as a gamma prior with that many events does (Clayton & Kaldor 1987,
// doi 10.2307/2532003):
//
//   age          of all machines, by the logarithm of the age; the prior is the law of the plant file
//   group        the machine's (or product's) own level
//   time of day  for spells about as old; then the same on this weekday
//   recently     the last hours of this machine, as a factor each future draws: a bad day stays one
//
// A spell that had not ended when it was last seen counts as exposure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "takt/core/calendar.hpp"
#include "takt/core/distribution.hpp"

namespace takt {

/// Numbers of events are weights of priors: so many observed ones move a factor half of the way.
struct SpellOptions {
  std::string zone = "UTC";            ///< of the times of the day
  double mean_running_s = 4 * 3600.0;  ///< assumed before any is seen, as are the next
  double mean_standing_s = 1800.0;
  double half_life_d = 30.0;  ///< what is that old counts half
  double age_log_sd = 0.5;    ///< spells within a factor of about 1.6 of the age tell of it
  double age_events = 1.0;
  double group_events = 5.0;
  double other_groups = 0.5;   ///< weight of other groups where the time of the day is concerned
  double clock_sd_s = 1200.0;  ///< spells end within 20 minutes of the same time of other days
  double clock_log_sd = 1.0;   ///< and are as old within a factor of 2.7
  double clock_events = 0.5;
  std::optional<double> weekday_events{};  ///< none: weekdays are alike
  double recent_half_life_h = 3.0;
  double recent_events = 10.0;
  double recent_age_s = 600.0;  ///< how old a spell may be to be one that recent ones speak of

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(zone, mean_running_s, mean_standing_s, half_life_d, age_log_sd, age_events, group_events, other_groups,
          clock_sd_s, clock_log_sd, clock_events, weekday_events, recent_half_life_h, recent_events, recent_age_s);
  }
};

/// A machine was seen to run or to stand.
struct SpellObservation {
  std::string unit{};
  bool running = true;
  WallClock::Instant at{};
  std::string group{};  ///< what its rates depend on: the product, or the machine itself
};

/// The spell that a machine was in when it was last heard of.
struct RunningSpell {
  bool running = true;
  WallClock::Instant from{}, seen{};
  std::uint32_t group = 0;
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(running, from, seen, group);
  }
};

/// The rates of one kind of spell, as seen from a moment. A value; thread-safe to read.
class SpellHazard {
 public:
  /// Per second, of a spell that is `age_s` old `after_s` after the moment.
  double rate(double age_s, double after_s) const;
  /// How long a spell lasts in all that has lasted `age_s` by `after_s` after the moment, rates multiplied by `factor`
  /// while they are young. `counted_s` is what the one who draws from the law takes the age to be. What lasts beyond
  /// the horizon is a single value.
  Distribution law(double age_s, double after_s, double factor, double counted_s) const;
  Distribution law(double age_s, double after_s) const { return law(age_s, after_s, 1.0, age_s); }
  /// The factor of recent spells: its quantile at p.
  double factor(double p) const;

 private:
  friend class SpellHistory;
  std::vector<double> rates_;  // [age][time]
  std::size_t times_ = 0;
  double horizon_s_ = 0.0, recent_age_s_ = 0.0;
  double recent_events_ = 1.0, recent_expected_ = 1.0;
};

/// What was seen of all machines of a shop. A value; not thread-safe to change.
class SpellHistory {
 public:
  explicit SpellHistory(SpellOptions options = {}) : options_(std::move(options)) {}

  /// Of each machine in the order of time; what lies before the beginning of its spell is ignored. The same condition
  /// again prolongs the spell.
  void observe(const SpellObservation& seen);
  /// From here on nothing is known of the machine: the shift is over, or the record has a hole.
  void close(const std::string& unit, WallClock::Instant at);

  /// The spell that a machine is in; none if nothing is known of it now.
  std::optional<RunningSpell> now(const std::string& unit) const;

  /// How spells of a machine's kind end in the `horizon` after a moment, which must not lie before what was observed.
  /// `group` as in observations.
  SpellHazard hazard(const std::string& unit, const std::string& group, bool running, WallClock::Instant at,
                     Duration horizon) const;

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(options_, units_, groups_, spells_, cells_);
  }

 private:
  /// A piece of a spell, short against its age.
  struct Cell {
    double at_s = 0.0;  ///< its middle, on the clock on the wall
    double length_s = 0.0;
    std::uint32_t age = 0;  ///< the bin of its age
    bool ends = false;      ///< the spell ended with it
    std::uint32_t unit = 0, group = 0;
    template <class Bytes>
    void fields(Bytes& bytes) {
      bytes(at_s, length_s, age, ends, unit, group);
    }
  };
  struct Estimate;

  static std::uint32_t number_of(std::map<std::string, std::uint32_t>& names, const std::string& name);
  double local_s(WallClock::Instant at) const;
  void add_cells(std::vector<Cell>& cells, std::uint32_t unit, const RunningSpell& spell, WallClock::Instant to,
                 bool ends) const;
  void end(std::uint32_t unit, WallClock::Instant at, bool ends);

  SpellOptions options_;
  std::map<std::string, std::uint32_t> units_, groups_;
  std::map<std::uint32_t, RunningSpell> spells_;           // by unit
  std::pair<std::vector<Cell>, std::vector<Cell>> cells_;  // of standing, of running
};

}  // namespace takt
