// SPDX-License-Identifier: Apache-2.0
// What counters tell of shares: how many parts are scrap, and which way parts take out of a machine.
//
// Scrap: where a machine counts both good parts and scrap. Ways: where each way leads to a machine that is reached by
// no other, and these count what comes in; one way may stay uncounted (a sink, say) if the machine before counts its
// good parts. Counters are differenced; what lies across a reset, or falls, is left out.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "takt/engine/model.hpp"
#include "takt/sync/learn.hpp"
#include "takt/sync/snapshot.hpp"

namespace takt {

/// Follows the counters of one plant. A value.
class CountLearning {
 public:
  CountLearning() = default;
  explicit CountLearning(const Model& model);

  /// Learns from what the counters of a snapshot grew by. Readings that are not good are passed over.
  void observe(const Model& model, const Snapshot& snapshot, Learnt& learnt);

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(seen_, in_, good_);
  }

 private:
  struct Choice {
    std::string path;             // of its first way
    std::string from;             // the machine or source
    std::vector<std::string> to;  // by way: the machine that counts it, or ""
    std::size_t uncounted = 0;    // of these
  };
  struct Seen {
    std::int64_t in = -1, good = -1, scrap = -1;  // -1: not told
    std::uint64_t reset_epoch = 0;
    template <class Bytes>
    void fields(Bytes& bytes) {
      bytes(in, good, scrap, reset_epoch);
    }
  };

  void learn_ways(const Model& model, const Choice& choice, const Origin& origin, Learnt& learnt);

  std::vector<Choice> choices_;  // these follow from the model
  std::map<std::string, Seen> seen_;
  std::map<std::string, double> in_, good_;  // by machine, since a choice was learnt from
};

}  // namespace takt
