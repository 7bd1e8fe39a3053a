// SPDX-License-Identifier: Apache-2.0
// The numbers drawn while a plant runs: each a function of the seed, the replication, its entity, its purpose and how
// many came before it.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <span>

#include "takt/engine/detail/state_moves.hpp"

namespace takt::detail {

using Tick = std::int64_t;  ///< nanoseconds since the start
inline constexpr Tick kLater = std::numeric_limits<Tick>::max();

/// Times of one stream drawn at once; a cache that can be dropped at any moment.
struct TimeBlock {
  static constexpr std::uint64_t kSize = kDrawBlock;
  static constexpr std::uint64_t kEmpty = ~std::uint64_t{0} - kSize + 1;  ///< no ordinal is less than kSize beyond it
  std::uint64_t first = kEmpty;                                           ///< ordinal of the first of them
  std::array<Duration, kSize> times{};

  bool has(std::uint64_t ordinal) const { return ordinal - first < kSize; }
  Tick at(std::uint64_t ordinal) const { return times[ordinal - first].count(); }
  std::span<const Duration> from(std::uint64_t ordinal) const { return std::span(times).subspan(ordinal - first); }
};

class Draws {
 public:
  Draws(const Model& model, const Parameters& parameters, const State& state)
      : model_(model), numbers_(parameters), seed_(mix64(state.seed)), replication_(state.replication) {}

  StreamKey stream(std::uint64_t path_hash, Purpose purpose) const {
    return {entity_key(path_hash, purpose) ^ seed_, replication_};
  }

  Tick time(std::uint32_t law, StreamKey key, std::uint64_t ordinal) const {
    Draw draw(key, ordinal);
    return from_seconds(numbers_.law(law).sample(draw)).count();
  }
  Tick failure(const MachineSpec& spec, std::uint64_t ordinal) const {
    return time(spec.failure_law, stream(spec.path_hash, Purpose::failure), ordinal);
  }
  Tick repair(const MachineSpec& spec, std::uint64_t ordinal) const {
    return time(spec.repair_law, stream(spec.path_hash, Purpose::repair), ordinal);
  }

  /// The same in blocks, where one law holds for the whole stream. The draws before the first whole block are made one
  /// by one, so that a short run does not pay for times it never uses.
  Tick time(TimeBlock& block, std::uint32_t law, StreamKey key, std::uint64_t ordinal) const {
    return block.has(ordinal) ? block.at(ordinal) : time_of_new_block(block, law, key, ordinal);
  }
  Tick failure(TimeBlock& block, const MachineSpec& spec, std::uint64_t ordinal) const {
    return time(block, spec.failure_law, stream(spec.path_hash, Purpose::failure), ordinal);
  }
  Tick repair(TimeBlock& block, const MachineSpec& spec, std::uint64_t ordinal) const {
    return time(block, spec.repair_law, stream(spec.path_hash, Purpose::repair), ordinal);
  }
  StreamKey cycle_stream(const MachineSpec& spec) const { return {spec.cycle_key ^ seed_, replication_}; }
  StreamKey arrival_stream(const SourceSpec& spec) const { return stream(spec.path_hash, Purpose::arrival); }
  /// A cycle time, where they do not depend on the product.
  [[gnu::always_inline]] Tick cycle(TimeBlock& block, const MachineSpec& spec, std::uint64_t ordinal) const {
    if (block.has(ordinal)) [[likely]]  // before the stream is looked up
      return block.at(ordinal);
    return time_of_new_block(block, spec.cycle_law, cycle_stream(spec), ordinal);
  }
  /// A cycle time by the law of a product.
  Tick cycle_of_product(const MachineSpec& spec, std::uint64_t ordinal, std::uint32_t product) const {
    return time(law_for(model_, spec, spec.cycle_law, product), cycle_stream(spec), ordinal);
  }

  std::uint32_t way(RouteRange ways, std::uint64_t path_hash, std::uint64_t ordinal) const {
    if (ways.count == 1) return model_.routes[ways.first].place;
    return choose_way(model_, numbers_, ways, stream(path_hash, Purpose::routing), ordinal);
  }

  /// The next part of a source, its product and its way; it is not in the plant yet.
  void next_part(const SourceSpec& spec, SourceState& source) const {
    std::uint32_t product = 0;
    if (spec.kind == SourceSpec::Kind::timetable)
      product = model_.timetable[spec.first_arrival + source.arrivals].product;
    if (spec.shares > 0 && (spec.kind != SourceSpec::Kind::timetable || product == kNone)) {
      Draw draw(stream(spec.path_hash, Purpose::product), source.arrivals);
      double u = draw.uniform();
      std::uint32_t k = spec.first_share;
      while (k + 1 < spec.first_share + spec.shares &&
             (u -= numbers_.probabilities[model_.shares[k].probability]) >= 0.0)
        ++k;
      product = model_.shares[k].product;
    }
    source.part = Part{0, 0, product == kNone ? 0 : product};
    const RouteRange ways = spec.ranges != kNone ? model_.routes_of[spec.ranges + source.part.product]
                                                 : RouteRange{spec.first_route, spec.routes};
    source.place = way(ways, spec.path_hash, source.arrivals);
    ++source.arrivals;
  }
  /// When a source that is rid of its part is due again; `arrivals`: its stream, `block` of it.
  void next_arrival(const SourceSpec& spec, SourceState& source, Tick now, TimeBlock& block, StreamKey arrivals) const {
    if (spec.kind == SourceSpec::Kind::timetable) {
      source.due = source.arrivals < spec.arrivals
                       ? std::max(now, model_.timetable[spec.first_arrival + source.arrivals].at)
                       : kLater;
    } else {
      source.total = time(block, spec.interval_law, arrivals, source.arrivals);
      source.due = now + source.total;
    }
  }

 private:
  [[gnu::noinline]] Tick time_of_new_block(TimeBlock& block, std::uint32_t law, StreamKey key,
                                           std::uint64_t ordinal) const {
    if (ordinal % TimeBlock::kSize != 0) return time(law, key, ordinal);
    numbers_.law(law).sample_times(key, ordinal, block.times);
    block.first = ordinal;
    return block.times[0].count();
  }

  const Model& model_;
  const Parameters& numbers_;
  std::uint64_t seed_;
  std::uint32_t replication_;
};

}  // namespace takt::detail
