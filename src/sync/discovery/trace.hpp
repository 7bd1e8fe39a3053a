// SPDX-License-Identifier: Apache-2.0
// A log as discovery reads it: stations and visits by number, times in nanoseconds since the first row.
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "takt/sync/discovery.hpp"

namespace takt::discovery {

using Ns = std::int64_t;
inline constexpr Ns kBefore = std::numeric_limits<Ns>::min() / 4;  ///< before the log begins
inline constexpr Ns kAfter = std::numeric_limits<Ns>::max() / 4;   ///< not before it ends
inline constexpr std::uint32_t kNoOne = 0xffffffffU;

/// Times [from, to).
struct Span {
  Ns from = 0, to = 0;
};

/// Spans in order that do not overlap, with their total up to any instant.
class Spans {
 public:
  Spans() = default;
  explicit Spans(std::vector<Span> spans);  ///< any; overlapping ones are joined
  const std::vector<Span>& list() const { return spans_; }
  bool empty() const { return spans_.empty(); }
  Ns measure(Ns from, Ns to) const { return to > from ? up_to(to) - up_to(from) : 0; }
  bool contains(Ns t) const;
  /// The end of the span that holds t, or t itself.
  Ns out_of(Ns t) const;

 private:
  Ns up_to(Ns t) const;
  std::vector<Span> spans_;
  std::vector<Ns> before_;  // total of the spans before each
};
Spans together(const Spans& a, const Spans& b);
Spans overlap(const Spans& a, const Spans& b);

/// One piece of work on one case at one station.
struct Visit {
  std::uint32_t case_id = 0, station = 0, product = 0;
  std::uint32_t next = kNoOne, previous = kNoOne;  ///< visits of the same case
  Ns load = 0;                                     ///< taken in: its set-up begins, or its work
  Ns start = 0;                                    ///< its work begins
  Ns complete = 0;                                 ///< kAfter: it was going on at the end of the log
  bool scrapped = false;
  bool is_whole() const { return complete != kAfter; }
};

struct Trace {
  std::vector<std::string> stations, products, sources;
  std::vector<Visit> visits;                           ///< by load, then complete
  std::vector<std::vector<std::uint32_t>> of_station;  ///< visits by load
  std::vector<std::vector<Span>> setups;               ///< by station
  std::vector<Spans> down;                             ///< by station: breakdowns told by the log
  std::vector<std::vector<std::string>> repaired_by;   ///< by station, one a breakdown told
  std::vector<std::uint32_t> first_visit;              ///< by case; kNoOne: none
  std::vector<Ns> arrival;                             ///< by case, kBefore: not told
  std::vector<std::uint32_t> source;                   ///< by case, kNoOne: not told
  Ns end = 0;                                          ///< the last instant of the log; the first is 0
  WallClock::Instant epoch{};                          ///< the instant that is 0
  double resolution_s = 1e-9;  ///< the largest of 1 ns, 1 us, 1 ms, 1 s, 1 min that all times are whole in
  bool by_resource = true;
  bool has_starts = true, has_breakdowns = false, has_setups = false, has_results = false, has_arrivals = false;
  std::size_t visits_at(std::uint32_t station) const { return of_station[station].size(); }
};

/// Throws InvalidInput for a log without work.
Trace trace_of(const EventLog& log, const DiscoveryOptions& options);

inline double seconds(Ns t) { return static_cast<double>(t) / 1e9; }

}  // namespace takt::discovery
