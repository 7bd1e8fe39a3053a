// SPDX-License-Identifier: Apache-2.0
// Two ways share a place if their parts leave it in the order in which they came, whichever way each goes: one queue is
// first come first served as a whole, two queues overtake each other as soon as both are used. Where too few parts wait
// for that, parts that go to a busy machine while another one stands idle tell two queues apart.
#include "sync/discovery/sharing.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace takt::discovery {
namespace {

constexpr std::size_t kEnough = 10;  // chances to overtake that decide
constexpr double kOvertakes = 0.02;  // share of the chances that a shared queue may show for other reasons
constexpr double kWaitsForNothing = 0.05;
constexpr double kOrdered = 0.97;      // share of the parts of a queue that none overtakes
constexpr std::size_t kMostWays = 24;  // of a station that are compared, the busiest

struct Evidence {
  std::size_t chances = 0, overtaken = 0;
};

/// How often a part of `a` was overtaken by a later one of `b`, and how often it could have been.
Evidence overtaking(const std::vector<Item>& a, const std::vector<Item>& b) {
  Evidence evidence;
  std::vector<Ns> first_taken(b.size() + 1, kAfter);  // the first taken of b from i on
  for (std::size_t i = b.size(); i-- > 0;) first_taken[i] = std::min(first_taken[i + 1], b[i].taken);
  std::size_t j = 0;
  for (const Item& item : a) {
    while (j < b.size() && b[j].ready <= item.ready) ++j;
    if (j == b.size()) break;
    if (item.ready == kBefore || b[j].ready >= item.taken) continue;
    ++evidence.chances;
    if (first_taken[j] < item.taken) ++evidence.overtaken;
  }
  return evidence;
}

class Sharer {
 public:
  Sharer(const Trace& trace, const std::vector<std::uint32_t>& servers, const std::vector<Way>& ways)
      : trace_(trace), servers_(servers), ways_(ways), parent_(ways.size()), doubt_(ways.size(), 0.0) {
    std::iota(parent_.begin(), parent_.end(), 0U);
    completes_.resize(trace.stations.size());
  }

  Sharing find() {
    compare_all(false);
    const std::vector<std::uint32_t> by_consumer = parent_;
    compare_all(true);
    part_disordered(by_consumer);
    Sharing sharing;
    sharing.group.assign(ways_.size(), 0);
    std::vector<std::uint32_t> number(ways_.size(), kNoOne);
    for (std::uint32_t w = 0; w < ways_.size(); ++w) {
      const std::uint32_t root = root_of(w);
      if (number[root] == kNoOne) {
        number[root] = static_cast<std::uint32_t>(sharing.confidence.size());
        sharing.confidence.push_back(1.0);
      }
      sharing.group[w] = number[root];
      double& confidence = sharing.confidence[number[root]];
      confidence = std::min(confidence, 1.0 - doubt_[w]);
    }
    return sharing;
  }

 private:
  /// Machines that are thought to take from one place, but not in the order in which parts came, have places of their
  /// own.
  void part_disordered(const std::vector<std::uint32_t>& by_consumer) {
    std::vector<std::vector<Item>> items(ways_.size());
    for (std::uint32_t w = 0; w < ways_.size(); ++w) {
      std::vector<Item>& all = items[root_of(w)];
      all.insert(all.end(), ways_[w].items.begin(), ways_[w].items.end());
    }
    std::vector<bool> disordered(ways_.size(), false);
    for (std::uint32_t w = 0; w < ways_.size(); ++w) {
      const auto when = [](const Item& item) { return std::pair(item.ready, item.taken); };
      std::ranges::stable_sort(items[w], {}, when);
      disordered[w] = !items[w].empty() && share_in_order(items[w]) < kOrdered;
    }
    std::vector<std::uint32_t> parent = parent_;
    for (std::uint32_t w = 0; w < ways_.size(); ++w)
      if (disordered[root_of(w)]) parent[w] = by_consumer[w];
    parent_ = parent;
  }

  /// Pairs of ways with the same producer, or with the same consumer.
  void compare_all(bool same_producer) {
    const auto end_of = [&](std::uint32_t w) { return same_producer ? ways_[w].from : ways_[w].to; };
    std::vector<std::uint32_t> order(ways_.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::stable_sort(order, [&](std::uint32_t a, std::uint32_t b) {
      if (end_of(a) != end_of(b)) return end_of(a) < end_of(b);
      return ways_[a].items.size() > ways_[b].items.size();
    });
    for (std::size_t i = 0; i < order.size();) {
      std::size_t end = i;
      while (end < order.size() && end_of(order[end]) == end_of(order[i])) ++end;
      for (std::size_t a = i; a < std::min(end, i + kMostWays); ++a)
        for (std::size_t b = a + 1; b < std::min(end, i + kMostWays); ++b) compare(order[a], order[b], same_producer);
      i = end;
    }
  }

  void compare(std::uint32_t a, std::uint32_t b, bool same_producer) {
    if (root_of(a) == root_of(b)) return;
    double doubt = 0.0;
    if (!(same_producer ? one_queue_for_both(ways_[a], ways_[b], doubt)
                        : one_queue_of_both(ways_[a], ways_[b], doubt))) {
      doubt_[a] = std::max(doubt_[a], doubt);
      doubt_[b] = std::max(doubt_[b], doubt);
      return;
    }
    doubt_[a] = std::max(doubt_[a], doubt);
    parent_[root_of(b)] = root_of(a);
  }

  static Evidence both(const Way& a, const Way& b) {
    const Evidence one = overtaking(a.items, b.items), other = overtaking(b.items, a.items);
    return {one.chances + other.chances, one.overtaken + other.overtaken};
  }

  static double doubt_of(std::size_t observations) { return std::exp(-static_cast<double>(observations) / 4.0); }

  /// Two producers, one consumer.
  static bool one_queue_of_both(const Way& a, const Way& b, double& doubt) {
    const Evidence evidence = both(a, b);
    doubt = evidence.chances < kEnough ? 0.5 : doubt_of(evidence.chances);
    return static_cast<double>(evidence.overtaken) <= kOvertakes * static_cast<double>(evidence.chances);
  }

  /// One producer, two consumers.
  bool one_queue_for_both(const Way& a, const Way& b, double& doubt) {
    if (differ_in_products(a, b)) {
      doubt = doubt_of(std::min(a.items.size(), b.items.size()));
      return false;
    }
    const Evidence evidence = both(a, b);
    if (evidence.chances >= kEnough) {
      doubt = doubt_of(evidence.chances);
      return static_cast<double>(evidence.overtaken) <= kOvertakes * static_cast<double>(evidence.chances);
    }
    std::size_t to_idle = 0, to_busy = 0, to_a = 0, to_b = 0;
    const auto look = [&](const Way& way, const Way& other, std::size_t& chosen) {
      for (const Item& item : way.items) {
        if (item.ready == kBefore) continue;
        const bool own_idle = surely_idle(way.to, item.ready), other_idle = surely_idle(other.to, item.ready);
        if (own_idle && other_idle)
          ++chosen;
        else if (own_idle && is_busy(other.to, item.ready))
          ++to_idle;
        else if (other_idle && is_busy(way.to, item.ready))
          ++to_busy;
      }
    };
    look(a, b, to_a);
    look(b, a, to_b);
    if (to_idle + to_busy >= kEnough) {
      doubt = doubt_of(to_idle + to_busy);
      return static_cast<double>(to_busy) <= kWaitsForNothing * static_cast<double>(to_idle + to_busy);
    }
    if (to_a + to_b >= kEnough) {  // a queue gives to the same one of two idle machines each time
      doubt = doubt_of(to_a + to_b);
      return static_cast<double>(std::min(to_a, to_b)) <= kOvertakes * static_cast<double>(to_a + to_b);
    }
    doubt = 0.5;
    return false;
  }

  static bool differ_in_products(const Way& a, const Way& b) {
    if (a.items.size() < kEnough || b.items.size() < kEnough) return false;
    std::vector<std::uint32_t> of_a, of_b, common;
    for (const Item& item : a.items) of_a.push_back(item.product);
    for (const Item& item : b.items) of_b.push_back(item.product);
    for (auto* list : {&of_a, &of_b}) {
      std::ranges::sort(*list);
      list->erase(std::unique(list->begin(), list->end()), list->end());
    }
    std::ranges::set_intersection(of_a, of_b, std::back_inserter(common));
    return common.empty();
  }

  /// Parts taken before `t` less those done by then, and the last one done.
  struct Standing {
    std::size_t in_process = 0;
    std::uint32_t last_done = kNoOne;
  };
  Standing standing(std::uint32_t station, Ns t) {
    auto& completes = completes_[station];
    const auto& visits = trace_.of_station[station];
    if (completes.empty() && !visits.empty()) {
      for (const std::uint32_t v : visits) completes.push_back({trace_.visits[v].complete, v});
      std::ranges::sort(completes);
    }
    const auto loads = static_cast<std::size_t>(
        std::ranges::lower_bound(visits, t, {}, [&](std::uint32_t v) { return trace_.visits[v].load; }) -
        visits.begin());
    const auto after = std::ranges::upper_bound(completes, t, {}, &std::pair<Ns, std::uint32_t>::first);
    const auto done = static_cast<std::size_t>(after - completes.begin());
    return {loads > done ? loads - done : 0, after == completes.begin() ? kNoOne : std::prev(after)->second};
  }

  bool is_busy(std::uint32_t station, Ns t) { return standing(station, t).in_process >= servers_[station]; }

  /// Whether a station has a server without a part just before `t`, is not known to be down, and its last part has
  /// gone on: a finished one may still stand on it.
  bool surely_idle(std::uint32_t station, Ns t) {
    if (trace_.down[station].contains(t)) return false;
    const Standing now = standing(station, t);
    if (now.in_process >= servers_[station]) return false;
    if (now.last_done == kNoOne) return true;
    const std::uint32_t next = trace_.visits[now.last_done].next;
    return next == kNoOne || trace_.visits[next].load <= t;
  }

  std::uint32_t root_of(std::uint32_t w) {
    while (parent_[w] != w) w = parent_[w] = parent_[parent_[w]];
    return w;
  }

  const Trace& trace_;
  const std::vector<std::uint32_t>& servers_;
  const std::vector<Way>& ways_;
  std::vector<std::uint32_t> parent_;
  std::vector<double> doubt_;
  std::vector<std::vector<std::pair<Ns, std::uint32_t>>> completes_;
};

}  // namespace

Sharing shared_places(const Trace& trace, const std::vector<std::uint32_t>& servers, const std::vector<Way>& ways) {
  return Sharer(trace, servers, ways).find();
}

}  // namespace takt::discovery
