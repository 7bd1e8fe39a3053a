// SPDX-License-Identifier: Apache-2.0
// Many copies of one state that go their own ways: the base of particle filters.
//
// Each member is a State by itself, and running one is what `advance` does. Fields of all members side by side would
// only pay where all members do the same at the same time; members of an ensemble do not, and what an event needs of
// one member fills its cache lines as it is.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "takt/core/thread_pool.hpp"
#include "takt/engine/advance.hpp"

namespace takt {

/// A value. The memory of its members is used again, so that running and resampling allocate nothing. Not thread-safe.
class Ensemble {
 public:
  Ensemble() = default;
  /// Forks of one state: member i takes the streams of replication 1 + i.
  Ensemble(const Model& model, const Parameters& parameters, const State& state, std::size_t size, ThreadPool& pool);

  std::span<State> members() { return members_; }
  std::span<const State> members() const { return members_; }

  /// Every member to `until`, its outcome beside it. The same bytes for any number of threads.
  void advance(const Model& model, const Parameters& parameters, Time until, ThreadPool& pool);
  std::span<const Outcome::Status> outcomes() const { return outcomes_; }

  /// Member i is there copies[i] times afterwards; the sum must be the size, otherwise it throws InvalidInput. Each
  /// that is wanted stays where it is, and those that are not make room for the further copies: forks with streams that
  /// no member had before.
  void resample(const Model& model, const Parameters& parameters, std::span<const std::uint32_t> copies,
                ThreadPool& pool);
  /// Members become forks of the states given, with streams that no member had before; null: it stays as it is. None of
  /// the states may be a member that is replaced.
  void replace(const Model& model, const Parameters& parameters, std::span<const State* const> by, ThreadPool& pool);

  /// Bytes for the same model.
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(members_, outcomes_, next_replication_);
  }

 private:
  std::vector<State> members_;
  std::vector<Outcome::Status> outcomes_;
  std::vector<std::uint32_t> parent_of_;  ///< while resampling: of each member that is replaced
  std::uint32_t next_replication_ = 1;
};

}  // namespace takt
