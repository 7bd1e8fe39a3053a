// SPDX-License-Identifier: Apache-2.0
// What a person writes: a plant in the five levels of a manufacturing system (ITU-T Y.4003): several enterprises
// (coordination), enterprises, workshops, controllers, equipment. Plain values; `validate` finds every fault at once.
//
// The path of an entity is the names of its levels, e.g. "/acme/filling/line_1/filler". References between entities
// are names, looked up first beside the one who refers, then within its workshop ("line_2/buffer_1"), then from the
// root (with a leading "/").
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "takt/core/calendar.hpp"
#include "takt/core/distribution.hpp"
#include "takt/core/error.hpp"
#include "takt/plant/cyber.hpp"

namespace takt {

/// On which time a failure clock runs: while work is done, always, or during the machine's shifts.
enum class FailureClock : std::uint8_t { working, calendar, on_shift };
/// When a machine without a place downstream stops: with the finished part on it, or before it starts the next.
enum class Blocking : std::uint8_t { after_service, before_service };
/// What becomes of the part in process when its machine fails.
enum class OnFailure : std::uint8_t { resume, restart, scrap };
/// What becomes of an arrival that finds no place.
enum class WithoutPlace : std::uint8_t { lost, held };

/// A law for every product: the general one, or one of its own for the products named.
struct LawByProduct {
  Distribution law{};                        ///< seconds
  std::map<std::string, Distribution> of{};  ///< product name -> law, seconds
  friend bool operator==(const LawByProduct&, const LawByProduct&) = default;
};

/// Where parts go next. The probabilities of one equipment's outputs (for each product) sum to 1.
struct Output {
  std::string to{};  ///< name of a buffer, machine or sink
  double probability = 1.0;
  std::string product{};  ///< only this product; empty: every product without outputs of its own
  friend bool operator==(const Output&, const Output&) = default;
};

/// A product and its share among the parts of a source.
struct ProductShare {
  std::string product{};
  double share = 1.0;
  friend bool operator==(const ProductShare&, const ProductShare&) = default;
};

/// A timetabled arrival of `quantity` parts.
struct Arrival {
  Time at{};
  std::string product{};  ///< empty: by the source's shares
  std::uint32_t quantity = 1;
  friend bool operator==(const Arrival&, const Arrival&) = default;
};

/// Where parts come from.
struct Source {
  struct Saturated {  ///< never short of parts
    friend bool operator==(Saturated, Saturated) = default;
  };
  struct Renewal {          ///< independent intervals; the first arrival is one interval after the start unless given
    Distribution interval;  ///< seconds
    std::optional<Time> first;
    friend bool operator==(const Renewal&, const Renewal&) = default;
  };
  struct Timetable {
    std::vector<Arrival> arrivals;
    friend bool operator==(const Timetable&, const Timetable&) = default;
  };
  std::variant<Saturated, Renewal, Timetable> supply{};
  std::vector<ProductShare> products{};  ///< empty: the plant's only product
  WithoutPlace without_place = WithoutPlace::lost;
  friend bool operator==(const Source&, const Source&) = default;
};

/// How a machine breaks down and is repaired.
struct Failure {
  Distribution time_to_failure{};  ///< seconds on its clock
  Distribution time_to_repair{};   ///< seconds of calendar time, from the moment a crew starts
  FailureClock clock = FailureClock::working;
  std::string crew{};  ///< empty: a crew of its own
  OnFailure on_failure = OnFailure::resume;
  friend bool operator==(const Failure&, const Failure&) = default;
};

/// A work unit with `servers` identical places of work.
struct Machine {
  std::uint32_t servers = 1;
  LawByProduct cycle_time{};
  std::optional<LawByProduct> load_time{};  ///< before each operation; counted as set-up
  std::optional<Failure> failure{};
  double scrap = 0.0;  ///< probability that a finished part is scrap and leaves the plant
  Blocking blocking = Blocking::after_service;
  bool loads_while_down = false;   ///< down or off shift: whether it takes a part in
  bool unloads_while_down = true;  ///< down or off shift: whether it lets a finished part out
  std::string calendar{};          ///< its shifts; empty: always on
  friend bool operator==(const Machine&, const Machine&) = default;
};

/// A storage of buffer places only; no capacity means it is never full.
struct Buffer {
  std::optional<std::uint32_t> capacity{};
  std::uint32_t initial = 0;  ///< parts of the first product at the start
  friend bool operator==(const Buffer&, const Buffer&) = default;
};

/// Where parts leave the plant.
struct Sink {
  friend bool operator==(Sink, Sink) = default;
};

/// A thing at the equipment level.
struct Equipment {
  std::string name{};
  std::variant<Source, Machine, Buffer, Sink> is{};
  std::vector<Output> to{};
  friend bool operator==(const Equipment&, const Equipment&) = default;
};

/// The control level: a PLC, SCADA or data-acquisition unit and the equipment it owns.
struct Controller {
  std::string name{};
  std::vector<std::string> owns{};
  friend bool operator==(const Controller&, const Controller&) = default;
};

/// People who repair; one machine a person at a time, first come first served.
struct Crew {
  std::string name{};
  std::uint32_t size = 1;
  friend bool operator==(const Crew&, const Crew&) = default;
};

struct Line {
  std::string name{};
  std::vector<Equipment> equipment{};
  friend bool operator==(const Line&, const Line&) = default;
};

struct Workshop {
  std::string name{};
  std::vector<Line> lines{};
  std::vector<Controller> controllers{};
  std::vector<Crew> crews{};
  friend bool operator==(const Workshop&, const Workshop&) = default;
};

struct Enterprise {
  std::string name{};
  std::vector<Workshop> workshops{};
  friend bool operator==(const Enterprise&, const Enterprise&) = default;
};

struct Plant {
  std::string name{};
  WallClock clock{};
  std::vector<std::string> products{};  ///< empty: one product, "part"
  std::map<std::string, Calendar> calendars{};
  std::vector<Enterprise> enterprises{};
  std::optional<Cyber> cyber{};  ///< sensors, computers, links and control loops
  friend bool operator==(const Plant&, const Plant&) = default;
};

/// Every fault of the plant; the path of each is its JSON pointer in the takt-plant/1 form of the same plant, so that a
/// plant built in C++ and the same plant read from a file say the same.
std::vector<Fault> validate(const Plant& plant);

/// The kind of an equipment, as files name it: "source", "machine", "buffer", "sink".
std::string kind_of(const Equipment& equipment);

/// The pointer of an equipment in the takt-plant/1 form.
std::string pointer_of(const Enterprise& enterprise, const Workshop& workshop, const Line& line,
                       const Equipment& equipment);

}  // namespace takt
