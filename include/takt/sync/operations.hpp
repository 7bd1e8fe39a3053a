// SPDX-License-Identifier: Apache-2.0
// From what a machine says of itself to its operations: when each began and ended and how, when its program reached
// which block, and how long it stood still meanwhile.
//
//   takt::OperationTracker tracker;
//   for (const takt::MachineObservation& seen : stream) tracker.observe(seen);
//   tracker.closed();   // the operations that have ended, oldest first
//   tracker.running();  // the present one, as far as it is known
//
// An operation opens at the PackML state Execute and closes at Complete, Stopped or Aborted (or on the way there:
// Completing, Stopping, Aborting). A hold belongs to it. A machine that is silent for too long has ended its operation
// at its last word.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "takt/core/calendar.hpp"
#include "takt/core/time.hpp"

namespace takt {

/// What an observation of a machine is about.
enum class SignalRole : std::uint8_t {
  state,      ///< `text` is a PackML state by name
  program,    ///< `text` is the name of the program in work
  block,      ///< `number` is the block or line of the program reached
  feed_rate,  ///< `number` is the speed of the tool, in the machine's own unit
  other,      ///< anything else: the machine is heard from
};

/// One thing a machine said. `text` is read within the call that takes it and not kept.
struct MachineObservation {
  WallClock::Instant time{};
  SignalRole role = SignalRole::other;
  double number = 0.0;
  std::string_view text{};
};

/// How an operation ended, if it did.
enum class OperationOutcome : std::uint8_t { running, completed, stopped, silent };

/// A time without feed, in seconds after the start of its operation; `to_s` is infinite while it lasts.
struct Standstill {
  double from_s = 0.0;
  double to_s = std::numeric_limits<double>::infinity();
  friend bool operator==(const Standstill&, const Standstill&) = default;
};

/// When a program first got to a block, in seconds after the start of its operation.
struct BlockReached {
  double elapsed_s = 0.0;
  double block = 0.0;
  friend bool operator==(const BlockReached&, const BlockReached&) = default;
};

/// One run of a program. A value.
struct Operation {
  WallClock::Instant start{};
  WallClock::Instant end{};  ///< while it runs: the machine's last word
  OperationOutcome outcome = OperationOutcome::running;
  std::string program;                  ///< by its name, as last heard; empty if never
  std::vector<BlockReached> trace;      ///< blocks in growing order: going back to one reached before is no news
  std::vector<Standstill> standstills;  ///< the holds (longer than `hold_after_s`) and, last, one that still lasts
  double hold_after_s = 20.0;

  double duration_s() const { return to_seconds(end - start); }
  friend bool operator==(const Operation&, const Operation&) = default;
};

/// How to read a machine.
struct OperationOptions {
  /// So long without a word ends an operation: controllers report a value at least every few seconds while they work.
  Duration silence = std::chrono::minutes{30};
  /// A feed up to this is a standstill: sensors rest a little above zero.
  double standing_feed = 1.0;
  /// A standstill is a hold once it has lasted so long. Tool changes take about ten seconds and belong to the program.
  double hold_after_s = 20.0;
};

/// Follows one machine. Takes tens of millions of observations a second. A value; not thread-safe.
class OperationTracker {
 public:
  explicit OperationTracker(OperationOptions options = {}) : options_(options) {}

  /// The next observation. One that is older than the last is counted in `late` and changes nothing.
  void observe(const MachineObservation& observation);

  /// Lets time pass up to `now` without a word: a silence that has lasted too long ends the operation.
  void advance_to(WallClock::Instant now);

  const std::vector<Operation>& closed() const { return closed_; }
  /// Hands over what has closed since the last call.
  std::vector<Operation> take_closed() { return std::exchange(closed_, {}); }
  const std::optional<Operation>& running() const { return running_; }
  std::uint64_t late() const { return late_; }

 private:
  void set_state(std::string_view name);
  void reach(double block);
  void feed(double rate);
  void close(OperationOutcome outcome);
  double elapsed_s() const { return to_seconds(last_ - running_->start); }

  OperationOptions options_;
  std::vector<Operation> closed_;
  std::optional<Operation> running_;
  std::string program_;
  WallClock::Instant last_ = WallClock::Instant::min();
  std::uint64_t late_ = 0;
};

/// The working clock of an operation: it runs with the time elapsed, stops once a standstill has become a hold, and
/// runs on when the feed does. It makes runs of one program comparable whatever held them up. A value.
class NetClock {
 public:
  NetClock() = default;
  /// The clock from the start of the operation to `until_s` after it.
  NetClock(const Operation& operation, double until_s);

  double net_s(double elapsed_s) const;  ///< time worked
  double elapsed_s(double net_s) const;  ///< the latest instant with so much time worked
  double length_s() const { return elapsed_.back(); }
  double net_length_s() const { return net_.back(); }
  double held_s() const { return held_s_; }          ///< all that the clock stood
  double standing_s() const { return standing_s_; }  ///< how long a hold at its end has lasted; 0 if there is none

 private:
  std::vector<double> elapsed_{0.0}, net_{0.0};  // corners of the piecewise linear clock
  double held_s_ = 0.0, standing_s_ = 0.0;
};

}  // namespace takt
