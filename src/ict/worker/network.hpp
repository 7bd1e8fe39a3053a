// SPDX-License-Identifier: Apache-2.0
// Messages under way: loss, retries, outages and gateways. docs/ict.md says what each does.
#pragma once

#include <deque>
#include <functional>
#include <list>
#include <map>
#include <utility>
#include <vector>

#include "ict/wire.hpp"
#include "ict/worker/platform.hpp"
#include "takt/core/random.hpp"

namespace takt::ict {

/// A stream of random numbers, one draw after another.
class Stream {
 public:
  Stream(const WireRequest& request, std::uint64_t key, Purpose purpose)
      : key_(stream_key(request.seed, request.replication, key, purpose)) {}
  Draw next() { return Draw(key_, ordinal_++); }
  Nanoseconds next(const Distribution& law) {
    Draw draw = next();
    return from_seconds(law.sample(draw)).count();
  }

 private:
  StreamKey key_;
  std::uint64_t ordinal_ = 0;
};

/// A reading on its way to the analytics at a node.
struct Reading {
  std::uint32_t sensor = 0, to = 0;  ///< to: node
  Nanoseconds at = 0;
};

class Network {
 public:
  using Then = Platform::Then;
  using Arrived = std::function<void(const Reading&)>;

  /// `arrived` is called for each reading that comes to its node, `lost` for each that does not.
  Network(const WireRequest& request, Arrived arrived, Arrived lost);

  Platform& platform() { return platform_; }
  bool is_up(std::uint32_t node) const { return node_down_[node] == 0; }
  /// Sends a reading on from the node where it is.
  void forward(std::uint32_t node, const Reading& reading);
  /// Sends bytes from node to node without a stop at gateways.
  void command(std::uint32_t from, std::uint32_t to, double bytes, const WireRetry& retry, Then delivered, Then lost);
  /// The next scan of a node from an instant on; that instant where it does not scan.
  Nanoseconds scan_from(std::uint32_t node, Nanoseconds instant) const;

  struct GatewayCount {
    double queue_s = 0.0;
    std::uint64_t queue_most = 0, queued = 0, batches = 0;
  };
  struct Counts {
    std::vector<WireLinkReport> links;
    std::vector<GatewayCount> gateways;  ///< by node
    std::uint64_t messages = 0;
  };
  const Counts& counts();  ///< so far

 private:
  struct Letter {
    const Segment* segment;
    double bytes;
    WireRetry retry;
    Then delivered, lost;
    std::uint32_t attempt = 0;
    Nanoseconds sent = 0;
    bool dropped = false;
    bool crossing = false;
  };
  using LetterPlace = std::list<Letter>::iterator;
  struct Queue {
    std::uint32_t gateway = 0;
    const Segment* onward = nullptr;
    std::deque<std::pair<Reading, Nanoseconds>> waiting;  // with the time of arrival
    std::uint64_t timers = 0;                             // only the latest counts
    std::uint64_t sent = 0, ended = 0;                    // batches; what comes after one waits for it
    std::map<std::uint64_t, Then> early;                  // batches that came before an earlier one
  };
  static std::vector<Segment> segments_of(const WireRequest& request);
  const Segment& segment(std::uint32_t from, std::uint32_t to) const { return segments_[segment_at_.at({from, to})]; }

  bool is_up(const Segment& segment) const;
  void post(const Segment& segment, double bytes, const WireRetry& retry, Then delivered, Then lost);
  void send(LetterPlace letter);
  void end(LetterPlace letter);
  void plan_outages(const std::vector<Span>& spans, std::size_t next, std::function<void(bool)> turn);
  void turned(std::uint32_t& down, bool is_down, std::uint32_t number, bool is_link);

  void enqueue(Queue& queue, const Reading& reading);
  void look_at(Queue& queue);
  void flush(Queue& queue);
  static void in_order(Queue& queue, std::uint64_t number, Then then);
  void note_queue(std::uint32_t gateway, std::int64_t change);

  const WireRequest& request_;
  Arrived arrived_, lost_;
  std::vector<Segment> segments_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::size_t> segment_at_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, std::uint32_t> next_stop_;  // (node, destination) -> node
  Platform platform_;
  std::vector<Stream> loss_, jitter_;  // by link
  std::vector<Distribution> jitter_law_;
  std::vector<std::uint32_t> node_down_, link_down_;
  std::list<Letter> letters_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, Queue> queues_;  // (gateway, destination)
  std::vector<std::int64_t> queue_length_;
  std::vector<Nanoseconds> queue_since_;
  Counts counts_;
};

}  // namespace takt::ict
