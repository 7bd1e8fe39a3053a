// SPDX-License-Identifier: Apache-2.0
// How often the twin was right about what was then sensed: modes of machines and levels of buffers, just before each
// merge.
//
// A twin that is right cannot be right all the time: whether a station will be starved in half a minute is left to
// chance. So the share is held against the one that the twin expects of itself, which is how often two of its own
// futures agree.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "takt/engine/state.hpp"
#include "takt/sync/doubts.hpp"
#include "takt/sync/snapshot.hpp"

namespace takt {

struct AgreementOptions {
  double modes = 0.95;       ///< share of modes that should be right
  double levels = 0.90;      ///< share of levels that should be right, to one part
  double half_life = 500.0;  ///< comparisons
  std::uint32_t least = 20;  ///< comparisons of a cell before it is judged
  double warning = 0.20;     ///< a share lower by this, and by chance hardly, is near its limit
  double invalid = 0.35;
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(modes, levels, half_life, least, warning, invalid);
  }
};

/// Shares of one cell. Forgetting as in learn.hpp.
struct CellAgreement {
  double right = 0.0, seen = 0.0;
  double expected_right = 0.0, expected_seen = 0.0;
  std::uint64_t comparisons = 0;
  bool known = false;  ///< sensed before: what comes first is not compared
  double share() const { return seen > 0.0 ? right / seen : 1.0; }
  /// Of comparisons that the twin's own futures agree in; `otherwise` if none has told yet.
  double expected(double otherwise) const { return expected_seen > 0.0 ? expected_right / expected_seen : otherwise; }
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(right, seen, expected_right, expected_seen, comparisons, known);
  }
};

/// A value.
class Agreement {
 public:
  explicit Agreement(AgreementOptions options = {}) : options_(options) {}

  /// `state` stands at the snapshot's time and knows nothing of it. `false_rate`: of all cells together, in a shift.
  void compare(const Model& model, const State& state, const Snapshot& snapshot, double false_rate, Doubts& doubts);
  /// Futures of the twin at a time at which it will be compared: what it expects of itself.
  void expect(const Model& model, std::span<const State> futures);

  const std::map<std::uint32_t, CellAgreement>& modes() const { return modes_; }    ///< by machine
  const std::map<std::uint32_t, CellAgreement>& levels() const { return levels_; }  ///< by buffer
  std::uint64_t comparisons() const { return comparisons_; }

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(options_, modes_, levels_, comparisons_);
  }

 private:
  void note(CellAgreement& cell, bool is_right);
  void judge(const CellAgreement& cell, const char* check, const std::string& path, double nominal, double false_rate,
             WallClock::Instant at, Doubts& doubts) const;

  AgreementOptions options_;
  std::map<std::uint32_t, CellAgreement> modes_, levels_;
  std::uint64_t comparisons_ = 0;
};

/// What a machine does in a state, as a sensor would report it.
ReportedMode mode_in(const Model& model, const ConstStateView& view, std::uint32_t machine);

}  // namespace takt
