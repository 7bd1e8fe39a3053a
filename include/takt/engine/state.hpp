// SPDX-License-Identifier: Apache-2.0
// Everything that changes while a plant runs: a plain value. Copy it and it continues bit for bit.
//
// Nothing here depends on how the run was cut into calls of `advance`: event queues are made anew from the timers.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "takt/core/random.hpp"
#include "takt/core/time.hpp"
#include "takt/engine/model.hpp"

namespace takt {

/// What a server of a machine does. `starved` is idle for want of parts; `setup` is loading before the work.
enum class Activity : std::uint8_t { starved, working, blocked, setup };
/// What keeps a whole machine from working.
enum class Condition : std::uint8_t { up, in_repair, waiting_for_crew, off_shift };

/// A part. In a model without part identity only `product` has a meaning.
struct Part {
  std::int64_t entered = 0;  ///< ns: when it left its source
  std::uint32_t id = 0;      ///< unique in its component
  std::uint32_t product = 0;
  friend bool operator==(const Part&, const Part&) = default;
};

struct MachineState {
  std::int64_t breakdown = 0;  ///< failure clock running: instant of failure; stopped: time left; in repair: its end
  std::int64_t breakdown_total = 0;     ///< what was drawn for the present phase
  std::int64_t next_shift = 0;          ///< instant of the next change of its calendar
  std::uint64_t starts = 0;             ///< cycle times drawn so far: operations started
  std::uint64_t completions = 0;        ///< operations finished, scrap included
  std::uint64_t scrapped = 0;           ///< of these, bad
  std::uint64_t spoiled = 0;            ///< parts lost in process by a failure
  std::uint32_t breakdowns = 0;         ///< failures so far
  std::uint32_t next_for_crew = kNone;  ///< the machine behind it in its crew's queue
  std::uint32_t working = 0;            ///< servers at work
  std::uint32_t busy = 0;               ///< servers not starved
  std::uint32_t last_input = 0;         ///< where the last part came from; the next is looked for behind it
  std::uint8_t down = 0;                ///< 0, or Condition::in_repair, Condition::waiting_for_crew
  std::uint8_t off_shift = 0;
  std::uint8_t clock_runs = 0;  ///< failure clock
  std::uint8_t unused = 0;
  /// The ordinal of the operation on one of its servers.
  std::uint64_t ordinal_of(std::uint32_t operation) const {
    return starts - 1 - (static_cast<std::uint32_t>(starts - 1) - operation);
  }
  bool is_up() const { return (down | off_shift) == 0; }
  Condition condition() const {
    return down != 0 ? static_cast<Condition>(down) : off_shift != 0 ? Condition::off_shift : Condition::up;
  }
  friend bool operator==(const MachineState&, const MachineState&) = default;
};

inline constexpr std::uint8_t kAsks = 1;    ///< the server waits in the queue of the place it needs
inline constexpr std::uint8_t kBehind = 2;  ///< another server of its machine does, and parts for both wait in front

struct ServerState {
  std::int64_t due = 0;    ///< machine up: instant its work is done; otherwise work left
  std::int64_t total = 0;  ///< work drawn for the present operation
  Part part;
  std::uint32_t place = kNone;         ///< where the part goes, once drawn
  std::uint32_t next_waiting = kNone;  ///< the producer behind it that waits for the same place
  Activity activity = Activity::starved;
  std::uint8_t freed = 0;           ///< its part is gone, the next step is pending
  std::uint8_t waits_to_start = 0;  ///< blocking before service, blocked without a part: 0, kAsks or kBehind
  std::uint8_t reserved = 0;        ///< holds a reservation of a place
  std::uint32_t operation = 0;      ///< which of its machine's starts it is at (the low 32 bits)
  friend bool operator==(const ServerState&, const ServerState&) = default;
};

struct BufferState {
  std::uint64_t taken = 0;  ///< parts that went through
  std::uint32_t level = 0;
  std::uint32_t reserved = 0;
  std::uint32_t first_waiting = kNone, last_waiting = kNone;  ///< producers that wait for a place
  std::uint32_t ring = 0;                                     ///< slots, a power of two, or 0
  std::uint32_t unused = 0;
  std::uint64_t ring_at = 0;  ///< the first of them in State::parts
  /// The slot of a part in State::parts, counted from the oldest. Every part has the slot of its number in the order of
  /// leaving, also one that is handed over without lying there.
  std::uint64_t slot(std::uint32_t i) const { return ring_at + ((taken + i) & (ring - 1)); }
};

struct SourceState {
  std::int64_t due = 0;        ///< instant of the next arrival
  std::int64_t total = 0;      ///< interval drawn
  std::uint64_t arrivals = 0;  ///< intervals drawn so far
  std::uint64_t released = 0;  ///< parts that left it
  std::uint64_t lost = 0;
  Part part;  ///< held, if `holding`
  std::uint32_t place = kNone;
  std::uint32_t next_waiting = kNone;
  std::uint32_t holding = 0;
  std::uint32_t unused = 0;
  friend bool operator==(const SourceState&, const SourceState&) = default;
};

struct CrewState {
  std::uint64_t served = 0;
  std::uint32_t busy = 0;
  std::uint32_t waiting = 0;
  std::uint32_t first_waiting = kNone, last_waiting = kNone;
  friend bool operator==(const CrewState&, const CrewState&) = default;
};

struct ComponentState {
  Time now{};
  std::uint64_t parts = 0;    ///< ids given so far: parts that entered
  std::uint64_t removed = 0;  ///< parts taken out by hand, when a state was corrected
  std::uint64_t still = 0;    ///< events since time last moved
  friend bool operator==(const ComponentState&, const ComponentState&) = default;
};

/// The state of one run. A value: copying, assigning and destroying it is all there is. Thread-safe to read.
struct State {
  Time now{};
  std::uint64_t seed = 1;
  std::uint32_t replication = 0;
  std::uint32_t unused = 0;
  std::vector<std::uint64_t> arena;  ///< everything of fixed size, laid out by StateView; never moves while running
  std::vector<Part> parts;           ///< the rings of the buffers that keep their parts
};

/// The arena of a state by kind of thing; shapes by the Model. Valid as long as the state lives and is not assigned to.
struct StateView {
  std::span<ComponentState> components;
  std::span<MachineState> machines;
  std::span<ServerState> servers;  ///< (servers of machine 0, of machine 1, ...)
  std::span<BufferState> buffers;
  std::span<SourceState> sources;
  std::span<std::uint64_t> sinks;  ///< parts that left through each
  std::span<CrewState> crews;

  StateView(const Model& model, State& state);
  /// Words of the arena.
  static std::size_t words(const Model& model);
};
/// The same, to read.
struct ConstStateView {
  std::span<const ComponentState> components;
  std::span<const MachineState> machines;
  std::span<const ServerState> servers;
  std::span<const BufferState> buffers;
  std::span<const SourceState> sources;
  std::span<const std::uint64_t> sinks;
  std::span<const CrewState> crews;

  ConstStateView(const Model& model, const State& state);
};

/// The state at time zero: machines up and empty, initial parts in their buffers, sources about to start.
State start(const Model& model, const Parameters& parameters, std::uint64_t seed = 1, std::uint32_t replication = 0);

/// A state with nothing in it, laid out for a model: machines up and idle, places empty, clocks at zero and stopped.
/// What states are made from that come from elsewhere.
State blank_state(const Model& model, std::uint64_t seed = 1, std::uint32_t replication = 0);
/// Replaces what lies in a buffer, oldest first. The parts still have to be counted (ComponentState::parts).
void put_parts(const Model& model, State& state, BufferId buffer, std::span<const Part> parts);

/// A future of its own: the streams become those of `replication` and every pending time is drawn anew from its law
/// given the time already elapsed. A plain copy would share the same next failures.
State fork(const Model& model, const Parameters& parameters, const State& state, std::uint32_t replication);
/// The same into an existing state, whose memory is used again.
void fork_into(State& into, const Model& model, const Parameters& parameters, const State& state,
               std::uint32_t replication);

/// The parts of a buffer, oldest first; without identity or products only their number is true.
std::vector<Part> parts_in_buffer(const Model& model, const State& state, BufferId buffer);
/// Parts in buffers and on machines (not those held at sources).
std::uint64_t parts_in_plant(const Model& model, const State& state);

/// Equality and hash of the canonical content: equal states continue alike. Pieces: where they differ, in words.
bool equal(const Model& model, const State& a, const State& b);
std::uint64_t hash(const Model& model, const State& state);

/// What is wrong with a state, empty if nothing: levels within capacity, one part a server, queues whole.
std::vector<Fault> check_invariants(const Model& model, const State& state);

}  // namespace takt
