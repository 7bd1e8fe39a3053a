// SPDX-License-Identifier: Apache-2.0
// How parts go from station to station, and the places in which they wait between.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sync/discovery/trace.hpp"

namespace takt::discovery {

/// A part's way from where it became ready to the station that took it.
struct Item {
  Ns ready = kBefore;  ///< kBefore: it was there before the log, or its arrival is not told
  Ns taken = 0;
  std::uint32_t from = kNoOne;  ///< a station, or stations + a source; kNoOne: it was there from the beginning
  std::uint32_t to = 0;
  std::uint32_t visit = 0;  ///< the visit that took it; the one before it is its `previous`
  std::uint32_t product = 0;
  bool waited() const { return taken > ready; }
};

/// A buffer, or the entry of a machine.
struct Place {
  std::vector<std::uint32_t> producers, consumers;  ///< as in Item; sorted
  std::vector<Item> items;                          ///< by ready, then taken
  std::uint32_t initial = 0;                        ///< parts that were in it from the beginning
  bool has_unknown_arrivals = false;
  double in_order = 1.0;                  ///< share of the parts that no later one overtook
  std::uint32_t at_least = 0;             ///< places that it must have
  std::optional<std::uint32_t> capacity;  ///< places that it has, where it was seen full
  std::size_t times_full = 0;             ///< a producer went on, or a part came, at the very instant of room
  std::size_t by_chance = 0;              ///< the same count for one place more
  double confidence = 0.0;                ///< of the capacity
  double joined_confidence = 1.0;         ///< that its producers and consumers share it
};

/// What became of the part of a station's visit.
enum class Fate : std::uint8_t { goes_on, scrap, leaves, unknown };

struct Flow {
  std::vector<std::uint32_t> servers;      ///< by station
  std::vector<std::size_t> times_at_most;  ///< by station: how often all servers were at work
  std::vector<std::size_t> held_up;        ///< by station: parts that waited while all servers were at work
  std::vector<Place> places;
  std::vector<Fate> fate;                ///< by visit
  std::vector<std::uint32_t> place_of;   ///< by visit: into which place its part went; kNoOne
  std::vector<std::uint32_t> enters_by;  ///< by visit: from which place its part came
  std::vector<std::size_t> left_out;     ///< by station: departures on ways too rare to keep
  std::vector<std::string> sources;      ///< told, or one for each station at which parts come in
  std::vector<std::vector<Ns>> left;     ///< by station: when its parts left it, sorted
};

/// Servers, places with their capacities, and fates.
Flow flow_of(const Trace& trace, const DiscoveryOptions& options);

/// Finds the capacity of a place: see docs/discovery.md, "Places between stations".
void find_capacity(const Trace& trace, const std::vector<std::uint32_t>& servers, Place& place);

/// The share of items, by ready, that no later one overtook.
double share_in_order(const std::vector<Item>& items);

/// When a place of that capacity was full.
Spans full_spans(const Place& place, std::uint32_t capacity);

/// When each part that went through a place left its producer, by item.
std::vector<Ns> releases(const Place& place);

}  // namespace takt::discovery
