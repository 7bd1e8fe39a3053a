// SPDX-License-Identifier: Apache-2.0
// What the worker needs of SimGrid: links and cores that are shared, and a clock. There is one engine a process, and it
// cannot start again.
#pragma once

#include <cstdint>
#include <functional>
#include <simgrid/s4u.hpp>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ict/wire.hpp"

namespace takt::ict {

using Nanoseconds = std::int64_t;

/// Links that a message crosses without a stop.
struct Segment {
  std::uint32_t from = 0, to = 0;
  std::vector<std::uint32_t> links, nodes;
  std::vector<bool> backwards;
};

class Platform {
 public:
  using Then = std::function<void()>;

  Platform(const WireRequest& request, const std::vector<Segment>& segments);

  static Nanoseconds now();
  /// Calls `then` at an instant, or now if it is over.
  void at(Nanoseconds when, Then then);
  /// Calls `then` when so many bytes have crossed the segment: its latencies, then the size by the least share of a
  /// link's bandwidth that the flow gets.
  void send(const Segment& segment, double bytes, Then then);
  /// Calls `then` when so many operations are done, on one core or its share of one.
  void compute(std::uint32_t node, double operations, Then then);
  void run_until(Nanoseconds when);
  /// An instant before which nothing can end: that of the next call planned by `at` where nothing is under way, else
  /// now.
  Nanoseconds quiet_until() const;

 private:
  void start(simgrid::s4u::Activity& activity, Then then);
  void ended(const simgrid::s4u::Activity& activity);
  struct Open {
    simgrid::s4u::ActivityPtr activity;
    Then then;
  };

  simgrid::s4u::Engine engine_;
  std::vector<simgrid::s4u::Host*> hosts_;  // by node; nullptr where nothing begins, ends or is computed
  std::unordered_map<const simgrid::s4u::Activity*, Open> open_;
  std::vector<simgrid::s4u::ActivityPtr> over_;  // not to be freed while SimGrid still looks at them
};

}  // namespace takt::ict
