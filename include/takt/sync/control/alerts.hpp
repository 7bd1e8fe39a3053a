// SPDX-License-Identifier: Apache-2.0
// Perception and analysis: signals of a twin against the limits that people set, as alarm systems do it (ISA-18.2:
// deadband, on-delay, off-delay, acknowledgement), so that an alert neither flutters nor is lost.
//
//   takt::Alerts alerts({{.name = "rack full", .signal = "level", .about = "/acme/hall/line_1/rack", .raise = 9, .clear
//   = 6}}); for (const takt::AlertEvent& event : alerts.observe(takt::perceive(twin, verdict), now)) tell(event);
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "takt/core/time.hpp"
#include "takt/sync/twin.hpp"
#include "takt/sync/verdict.hpp"

namespace takt {

/// A number known at a moment: of an entity, or "/" for the whole plant.
struct Signal {
  std::string name;   ///< "level", "down_s", "trust", ...
  std::string about;  ///< a path
  double value = 0.0;
};

/// What a twin and its verdict tell of themselves, by path:
///   "level"     parts in a buffer
///   "fill"      the same as a share of its capacity, of buffers that have one
///   "down_s"    how long a machine has been in repair or waited for its crew, seconds; 0 while it is not
///   "blocked"   share of a machine's servers that stand blocked; "starved" likewise; "working" likewise
///   "cycle_s"   mean cycle time by what was learnt, seconds; of machines whose law does not depend on the product
///   "trust"     0 valid, 1 warning, 2 invalid; of "/"
/// and each check of the verdict by its name ("drift", "calibration", ...), of "/": the trust that its worst doubt
/// leaves, 0 to 2 as above.
std::vector<Signal> perceive(const Twin& twin, const Verdict& verdict);

enum class Severity : std::uint8_t { notice, warning, alarm };
std::string_view name_of(Severity severity);

/// When a signal is worth an alert. It is high if raise > clear or both are equal, low if raise < clear.
struct AlertRule {
  std::string name{};       ///< used once
  std::string signal{};     ///< as above, or a name of one's own
  std::string about = "*";  ///< a path; "*": whatever has the signal, each for itself
  double raise = 0.0;       ///< at this value or beyond
  double clear = 0.0;       ///< back here or further back: between the two nothing changes (deadband)
  bool low = false;         ///< raised at or below `raise`; then clear >= raise, otherwise clear <= raise
  Duration on_delay{};      ///< it must have been beyond for so long
  Duration off_delay{};     ///< it must have been back for so long
  Severity severity = Severity::warning;
};

/// An alert that stands, or stood and was not acknowledged.
struct Alert {
  std::string rule, about;
  Severity severity = Severity::warning;
  bool active = false;  ///< whether its condition still holds
  double value = 0.0;   ///< the latest
  double worst = 0.0;   ///< the furthest beyond since it was raised
  WallClock::Instant raised{}, cleared{};
  std::string acknowledged_by;  ///< "": nobody yet
};

struct AlertEvent {
  enum class Kind : std::uint8_t { raised, cleared, acknowledged };
  Kind kind = Kind::raised;
  Alert alert;
};

/// A value. Not thread-safe. Signals are observed in the order of time.
class Alerts {
 public:
  Alerts() = default;
  /// Throws InvalidInput with every fault of the rules.
  explicit Alerts(std::vector<AlertRule> rules);

  /// What changed by these signals. A signal that is not among them stays as it was: no news is no recovery.
  std::vector<AlertEvent> observe(std::span<const Signal> signals, WallClock::Instant now);

  /// Somebody has seen it. Throws InvalidInput where no such alert stands, or it was acknowledged.
  AlertEvent acknowledge(std::string_view rule, std::string_view about, std::string who, WallClock::Instant now);

  /// Active ones, and those that nobody acknowledged; by severity, then by age.
  std::vector<Alert> standing() const;
  std::span<const AlertRule> rules() const { return rules_; }

  template <class Bytes>
  void fields(Bytes& bytes) {  ///< the rules are not part of it: they come from a file
    bytes(standing_);
  }

 private:
  struct Standing {
    Alert alert;
    bool known = false;  ///< raised, and not yet both cleared and acknowledged
    std::optional<WallClock::Instant> beyond_since, back_since;
    template <class Bytes>
    void fields(Bytes& bytes) {
      bytes(alert.rule, alert.about, alert.severity, alert.active, alert.value, alert.worst, alert.raised,
            alert.cleared, alert.acknowledged_by, known, beyond_since, back_since);
    }
  };
  std::optional<AlertEvent> observe(const AlertRule& rule, Standing& standing, double value, WallClock::Instant now);

  std::vector<AlertRule> rules_;
  std::map<std::pair<std::string, std::string>, Standing> standing_;  ///< by rule and what it is about
};

}  // namespace takt
