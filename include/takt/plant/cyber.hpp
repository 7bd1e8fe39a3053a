// SPDX-License-Identifier: Apache-2.0
// The cyber side of a plant: the computers that sense, decide and act, the links between them, and the control loops
// that run over both. Plain values; `validate` of plant.hpp checks them with the rest of the plant.
//
// A sensor's message goes from the node it is wired to, by the way with the least latency, to the node where the loop's
// analytic runs; what is decided goes on to the node that drives the actuator. docs/ict.md has the mathematics.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "takt/core/distribution.hpp"
#include "takt/core/time.hpp"

namespace takt {

/// When a node or link is out: what it carries then is lost, unless it waits at a gateway in front.
struct Outage {
  struct Renewal {  ///< up and down in turn, beginning up
    Distribution time_to_failure;
    Distribution time_to_repair;
    friend bool operator==(const Renewal&, const Renewal&) = default;
  };
  struct During {  ///< while a calendar of the plant is on
    std::string calendar;
    friend bool operator==(const During&, const During&) = default;
  };
  std::variant<Renewal, During> is{};
  friend bool operator==(const Outage&, const Outage&) = default;
};

/// What a sender does about a message that was lost: sends it again `timeout` after it had been sent, up to `attempts`
/// times in all.
struct Retry {
  Duration timeout{0};
  std::uint32_t attempts = 1;
  friend bool operator==(const Retry&, const Retry&) = default;
};

/// A computer, or a device or switch that only passes messages on.
struct CyberNode {
  enum class Kind : std::uint8_t { device, network_switch, plc, scada, gateway, edge, cloud };
  std::string name{};
  Kind kind = Kind::edge;
  double speed_op_per_s = 0.0;  ///< of one core; 0: runs no analytic
  std::uint32_t cores = 1;      ///< shared equally where more work is under way than there are
  double idle_w = 0.0;          ///< power while it does nothing
  double busy_w = 0.0;          ///< power with all cores at work, not below idle_w
  double cost_per_h = 0.0;      ///< in the plant's currency
  Duration scan{0};             ///< of a plc or scada: inputs are read and outputs set at its multiples; 0: at once
  std::uint32_t batch = 1;      ///< of a gateway: messages for one destination that go on together
  Duration batch_wait{0};       ///< ... or those there are when the first has waited so long; 0: for ever
  Retry retry{};                ///< of a gateway, for what it sends on
  std::optional<Outage> outage{};
  friend bool operator==(const CyberNode&, const CyberNode&) = default;
};

/// A connection of two nodes.
struct CyberLink {
  /// shared: both directions share the bandwidth; duplex: each has all of it; unlimited: each message has all of it.
  enum class Sharing : std::uint8_t { shared, duplex, unlimited };
  std::string name{};
  std::string from{}, to{};              ///< nodes; messages go either way
  double bandwidth_b_per_s = 1.0;        ///< bytes a second
  Duration latency{0};                   ///< of one message of no size
  std::optional<Distribution> jitter{};  ///< seconds more, drawn for each message
  double loss = 0.0;                     ///< probability that a message is lost on it
  Sharing sharing = Sharing::shared;
  std::string zone{};           ///< wireless zone whose bandwidth it shares with the others there
  double energy_j_per_b = 0.0;  ///< of each byte that crosses it
  double idle_w = 0.0;          ///< power it takes at all times
  double cost_per_gb = 0.0;     ///< in the plant's currency, for 1e9 bytes
  std::optional<Outage> outage{};
  friend bool operator==(const CyberLink&, const CyberLink&) = default;
};

/// What sends readings: every `period`, or, without one, at `events` of its equipment.
struct Sensor {
  std::string name{};
  std::string node{};       ///< that it is wired to
  std::string equipment{};  ///< path of what it watches; may be empty
  Duration period{0};
  Duration first{0};                     ///< its first reading
  std::optional<Distribution> jitter{};  ///< seconds a reading comes late
  std::optional<Distribution> events{};  ///< without a period: the law of the seconds between two
  double bytes = 0.0;                    ///< of a message
  Retry retry{};
  friend bool operator==(const Sensor&, const Sensor&) = default;
};

/// What being late or lost does to the machine that a control loop acts on.
struct Effect {
  /// stop: a defect that begins with an operation is stopped in time, or the part is scrap;
  /// alarm: a repair begins when the alarm arrives; release: an operation begins when its command arrives.
  enum class Kind : std::uint8_t { stop, alarm, release };
  Kind kind = Kind::stop;
  double defects = 0.0;   ///< of a stop: probability that an operation goes wrong
  Duration otherwise{0};  ///< of an alarm or release: when it is made good where the command is lost
  friend bool operator==(const Effect&, const Effect&) = default;
};

/// A bound on what a control loop does, "p99 <= 50 ms" in text.
struct Requirement {
  enum class Of : std::uint8_t { quantile, mean, max, loss, late };
  Of of = Of::quantile;
  double probability = 0.99;  ///< of a quantile
  double bound = 0.0;         ///< seconds, or a share
  friend bool operator==(const Requirement&, const Requirement&) = default;
};
/// Reads "p99 <= 50 ms", "p99.9 <= 1 s", "mean <= 5 ms", "max <= 1 s", "loss <= 0.1 %" (samples that led to nothing),
/// "late <= 1 %" (lost or past the deadline). Throws InvalidInput.
Requirement parse_requirement(std::string_view text);
std::string to_text(const Requirement& requirement);

/// From signals by an analytic to an actuator.
struct CyberLoop {
  std::string name{};
  std::vector<std::string> signals{};  ///< sensors; it decides when each has sent something new
  std::string node{};                  ///< where its analytic runs
  double operations = 0.0;             ///< of one decision, on one core
  std::string actuator{};              ///< node that drives it
  double command_bytes = 0.0;
  Retry retry{};            ///< of the command
  Duration deadline{0};     ///< from the reading to the actuator; 0: none
  std::string equipment{};  ///< path of the machine it acts on; may be empty
  std::optional<Effect> effect{};
  std::vector<Requirement> requirements{};
  friend bool operator==(const CyberLoop&, const CyberLoop&) = default;
};

/// Where analytics run instead: loop -> node.
using Placement = std::map<std::string, std::string>;

/// What things cost, in the plant's currency.
struct CyberCosts {
  double per_scrap_part = 0.0, per_down_h = 0.0, per_kwh = 0.0;
  friend bool operator==(const CyberCosts&, const CyberCosts&) = default;
};

struct Cyber {
  std::vector<CyberNode> nodes{};
  std::map<std::string, double> zones{};  ///< wireless zone -> bytes a second in all
  std::vector<CyberLink> links{};
  std::vector<Sensor> sensors{};
  std::vector<CyberLoop> loops{};
  std::map<std::string, Placement> placements{};
  CyberCosts costs{};
  friend bool operator==(const Cyber&, const Cyber&) = default;
};

}  // namespace takt
