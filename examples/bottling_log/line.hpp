// SPDX-License-Identifier: Apache-2.0
// The line as the log tells of it: its twin, and what its spells, shifts and hours have taught.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "record.hpp"
#include "takt/sync/pace.hpp"
#include "takt/sync/recalibration.hpp"
#include "takt/sync/spell_futures.hpp"
#include "takt/sync/twin.hpp"

namespace bottling {

inline constexpr takt::Duration kLongestDay = std::chrono::hours{14};

/// What is asked of the line's future: bottles, or the share of the time that it runs in percent.
struct Question {
  Instant cut{};
  std::string product{};
  bool of_day = false, availability = false;
  std::optional<takt::Duration> monitored{};  ///< told: how much of the horizon the line is planned to run
  takt::Duration horizon{};
};

class Line {
 public:
  /// Reads line.json in the folder.
  explicit Line(const std::filesystem::path& plant);

  /// In the order of their becoming known.
  void observe(const News& news);

  /// The law of the answer: futures from the cut on, to the end of what is monitored or, where that is not told, of the
  /// shift or the horizon. Those of a day without a plan are put right by how those of past days did.
  takt::WeightedAtoms answer(const Question& question) const;

 private:
  std::vector<takt::SpellFuture> futures(const Question& question) const;
  takt::WeightedAtoms raw_answer(const Question& question) const;
  void judge_day(const News& end);
  void begin(Instant at);
  void change(bool running, Instant at, Instant known);
  void close(Instant at);
  void add_hour(Instant hour, double bottles);
  double ran_s(Instant from, Instant to) const;

  takt::Twin twin_;
  takt::SpellHistory spells_, shifts_;
  takt::PaceLedger pace_;
  std::map<bool, takt::Recalibration> days_;          // without a plan, by whether of availability
  std::shared_ptr<const Line> morning_;               // as it stood when the production began; shared by copies
  std::optional<std::string> product_;                // under way
  Instant since_{};                                   // the production's beginning
  bool stopped_ = false;                              // by the last news of a stop
  std::vector<std::pair<Instant, Instant>> running_;  // stretches of the present production, the last one open
  bool is_open_ = false;
  double bottles_ = 0.0;
  std::uint64_t sequence_ = 0;
};

}  // namespace bottling
