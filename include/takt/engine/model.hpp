// SPDX-License-Identifier: Apache-2.0
// A plant compiled: structure only, flat and immutable, shared by every thread and every fork. The numbers that are
// learnt or varied live beside it in Parameters.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "takt/core/distribution.hpp"
#include "takt/core/id.hpp"
#include "takt/core/thread_pool.hpp"
#include "takt/engine/parameters.hpp"
#include "takt/plant/plant.hpp"

namespace takt {

inline constexpr std::uint32_t kNone = 0xffffffffU;
inline constexpr std::uint32_t kInfinite = 0xffffffffU;

/// What a machine has beyond the plainest kind; tested in one byte where work starts.
enum MachineFlag : std::uint16_t {
  kHasFailure = 1,
  kHasLoad = 2,
  kLawByProduct = 4,
  kRouteByProduct = 8,
  kBeforeService = 16,
  kLoadsWhileDown = 32,
  kUnloadsWhileDown = 64,
  kHasCalendar = 128,
  kClockStops = 256,  ///< its failure clock does not run all the time it is up
};

/// A machine; its servers are [first_server, first_server + servers).
struct MachineSpec {
  std::uint64_t path_hash = 0;
  std::uint64_t cycle_key = 0;  ///< entity_key(path_hash, Purpose::cycle)
  std::uint32_t first_server = 0, servers = 1;
  std::uint32_t first_input = 0, inputs = 0;   ///< into Model::inputs
  std::uint32_t first_route = 0, routes = 0;   ///< into Model::routes; by product: see Model::routes_of
  std::uint32_t input = kNone, place = kNone;  ///< the buffer in front and the place behind, where there is just one
  std::uint32_t cycle_law = kNone;             ///< by product: first of Model::products.size() entries of Model::law_of
  std::uint32_t load_law = kNone;              ///< likewise
  std::uint32_t failure_law = kNone, repair_law = kNone;
  std::uint32_t scrap = kNone;  ///< index into Parameters::probabilities
  std::uint32_t crew = kNone;
  std::uint32_t calendar = kNone;
  std::uint32_t component = 0;
  std::uint32_t ranges = kNone;  ///< by product: first of Model::products.size() entries of Model::routes_of
  std::uint16_t flags = 0;
  FailureClock clock = FailureClock::working;
  OnFailure on_failure = OnFailure::resume;
};

/// A way out of a machine or source, with the index of its probability in Parameters.
struct Route {
  std::uint32_t place = kNone;  ///< a buffer, or a sink if >= Model::buffers.size()
  std::uint32_t probability = kNone;
  std::uint32_t product = kNone;  ///< for which it is; kNone: for those without ways of their own
  std::uint32_t output = 0;       ///< among the outputs as they are written
};
struct RouteRange {
  std::uint32_t first = 0, count = 0;
};

/// A buffer, or (implicit) the entry of a machine fed without one, which has no places.
struct BufferSpec {
  std::uint32_t capacity = 0;                       ///< kInfinite: never full
  std::uint32_t first_consumer = 0, consumers = 0;  ///< into Model::consumers
  std::uint32_t component = 0;
  std::uint32_t initial = 0;
  std::uint32_t ring = 0;  ///< slots kept for its parts, a power of two; 0 where only counts are kept
  bool implicit = false;
};

struct SourceSpec {
  enum class Kind : std::uint8_t { saturated, renewal, timetable };
  std::uint64_t path_hash = 0;
  std::uint32_t first_route = 0, routes = 0;
  std::uint32_t ranges = kNone;
  std::uint32_t interval_law = kNone;
  std::uint32_t first_share = 0, shares = 0;      ///< into Model::shares
  std::uint32_t first_arrival = 0, arrivals = 0;  ///< into Model::timetable
  std::uint32_t component = 0;
  Kind kind = Kind::saturated;
  WithoutPlace without_place = WithoutPlace::lost;
  std::int64_t first = -1;  ///< ns; -1: one interval after the start
};

struct TimetableEntry {
  std::int64_t at = 0;            ///< ns since the start
  std::uint32_t product = kNone;  ///< kNone: by the shares
};
struct Share {
  std::uint32_t product = 0;
  std::uint32_t probability = 0;  ///< index into Parameters::probabilities
};

struct CrewSpec {
  std::uint32_t size = 0;
  std::uint32_t component = 0;
};

/// Equipment between which parts or crews flow. Components do not influence each other; each has its own clock.
struct ComponentSpec {
  std::uint32_t first_machine = 0, machines = 0;
  std::uint32_t first_source = 0, sources = 0;
  std::uint32_t first_buffer = 0, buffers = 0;
  bool plain = false;   ///< every machine: one server, one input, one way out, blocking after service, no set-up,
                        ///< calendar or scrap
  bool line = false;    ///< plain, in series: a source, machines with one place in front of each, a sink; no crew, and
                        ///< work goes on after a failure
  bool cyclic = false;  ///< parts can come back to where they were: a circular wait is possible
};

/// What is at a path.
struct Entity {
  enum class Kind : std::uint8_t { machine, buffer, source, sink, crew, controller, line, workshop, enterprise };
  std::string path;
  Kind kind = Kind::machine;
  std::uint32_t index = 0;           ///< among its kind
  std::uint32_t parent = kNone;      ///< entity one level up: line, workshop, enterprise
  std::uint32_t controller = kNone;  ///< the controller that owns it
};

/// How a plant is run. The results are the same to the last bit.
enum class Method : std::uint8_t {
  fastest,     ///< each component by the fastest way that fits it
  event_loop,  ///< event by event
  general,     ///< by the one event loop that fits all
};

/// Options of compile.
struct CompileOptions {
  bool part_identity = false;  ///< whether each part has an id and its time of entry, for flow times part by part
  Method method = Method::fastest;
};

/// The compiled plant. Made by `compile` only; never changed afterwards, so any number of threads may read it.
/// Machines, buffers and sources are ordered by component, then by path.
struct Model {
  Plant plant;
  CompileOptions options;
  Parameters defaults;  ///< the numbers written in the plant

  std::vector<std::string> products;
  std::vector<MachineSpec> machines;
  std::vector<std::uint32_t> machine_of_server;
  std::vector<BufferSpec> buffers;
  std::vector<SourceSpec> sources;
  std::uint32_t sinks = 0;
  std::vector<CrewSpec> crews;
  std::vector<Calendar> calendars;
  std::vector<ComponentSpec> components;

  std::vector<std::uint32_t> flow_order;  ///< the machines of each component that is a line, from its source on
  std::vector<std::uint32_t> inputs;      ///< buffer of each input
  std::vector<std::uint32_t> consumers;   ///< machine of each consumer
  std::vector<Route> routes;
  std::vector<RouteRange> routes_of;      ///< of machines and sources that route by product
  std::vector<std::uint32_t> law_of;      ///< law of a product, of machines whose laws depend on it
  std::vector<std::uint8_t> has_own_law;  ///< beside each: whether the product has a law of its own there
  std::vector<Share> shares;
  std::vector<TimetableEntry> timetable;

  std::vector<Entity> entities;  ///< sorted by path
  std::vector<std::uint32_t> machine_entity, buffer_entity, source_entity, sink_entity,
      crew_entity;  ///< implicit buffers: kNone

  /// Whether buffers keep their parts one by one (identity, or several products) and not only their number.
  bool keeps_parts() const { return options.part_identity || products.size() > 1; }
  std::size_t servers() const { return machine_of_server.size(); }

  std::shared_ptr<std::atomic<std::uint64_t>> hash_once =
      std::make_shared<std::atomic<std::uint64_t>>();  ///< what hash() gave, or 0; copies share it
  /// Of structure, names, semantics and default numbers: models with one hash run alike, and a State of one is a State
  /// of the other. The first call reads the whole model; never changes between versions.
  std::uint64_t hash() const;
  /// The index of the entity at a path, or kNone.
  std::uint32_t entity_at(std::string_view path) const;
  /// The entity at a path; throws InvalidInput naming the nearest one.
  const Entity& entity(std::string_view path) const;
  /// Its index among its kind if it is of that kind; throws InvalidInput otherwise.
  MachineId machine(std::string_view path) const;
  BufferId buffer(std::string_view path) const;
  const std::string& machine_path(std::size_t m) const { return entities[machine_entity[m]].path; }
  std::string buffer_path(std::size_t b) const;  ///< an implicit buffer has the path of its machine and "/entry"
};

/// Validates and compiles. Throws InvalidInput with every fault of the plant. The time is linear in its size; of a
/// plant with ten thousand equipments or more, lines are shared among the cores. The model is the same on any number of
/// threads.
Model compile(Plant plant, CompileOptions options = {});
/// The same on the threads of a pool.
Model compile(Plant plant, CompileOptions options, ThreadPool& pool);

}  // namespace takt
