// SPDX-License-Identifier: Apache-2.0
#include "takt/engine/ensemble.hpp"

#include <algorithm>
#include <string>

#include "takt/core/error.hpp"

namespace takt {
namespace {

/// Calls task(i) for every i below `count`, some of them a turn, so that the pool is not asked for each.
template <class Task>
void for_each_of(std::size_t count, ThreadPool& pool, Task task) {
  constexpr std::size_t kTurns = 8;  // a thread
  const std::size_t turn = std::max<std::size_t>(1, count / (pool.threads() * kTurns));
  pool.run((count + turn - 1) / turn, [&](std::size_t t) {
    for (std::size_t i = t * turn; i < std::min(count, (t + 1) * turn); ++i) task(i);
  });
}

}  // namespace

Ensemble::Ensemble(const Model& model, const Parameters& parameters, const State& state, std::size_t size,
                   ThreadPool& pool)
    : members_(size), outcomes_(size, Outcome::Status::done) {
  for_each_of(size, pool, [&](std::size_t i) {
    fork_into(members_[i], model, parameters, state, next_replication_ + static_cast<std::uint32_t>(i));
  });
  next_replication_ += static_cast<std::uint32_t>(size);
}

void Ensemble::advance(const Model& model, const Parameters& parameters, Time until, ThreadPool& pool) {
  for_each_of(members_.size(), pool,
              [&](std::size_t i) { outcomes_[i] = takt::advance(model, parameters, members_[i], until).status; });
}

void Ensemble::resample(const Model& model, const Parameters& parameters, std::span<const std::uint32_t> copies,
                        ThreadPool& pool) {
  std::uint64_t sum = 0;
  for (const std::uint32_t each : copies) sum += each;
  if (copies.size() != members_.size() || sum != members_.size())
    throw InvalidInput(Fault{"copies", std::to_string(sum) + " copies of " + std::to_string(copies.size()) + " members",
                             "a number for each of " + std::to_string(members_.size()) + " members, as many in all", "",
                             "", 0});
  parent_of_.assign(members_.size(), kNone);
  std::size_t free = 0;
  for (std::uint32_t i = 0; i < copies.size(); ++i)
    for (std::uint32_t k = 1; k < copies[i]; ++k) {
      while (copies[free] != 0) ++free;
      parent_of_[free++] = i;
    }
  for_each_of(members_.size(), pool, [&](std::size_t i) {
    if (parent_of_[i] == kNone) return;
    fork_into(members_[i], model, parameters, members_[parent_of_[i]],
              next_replication_ + static_cast<std::uint32_t>(i));
    outcomes_[i] = outcomes_[parent_of_[i]];
  });
  next_replication_ += static_cast<std::uint32_t>(members_.size());
}

void Ensemble::replace(const Model& model, const Parameters& parameters, std::span<const State* const> by,
                       ThreadPool& pool) {
  if (by.size() != members_.size())
    throw InvalidInput(Fault{.path = "by",
                             .value = std::to_string(by.size()) + " states",
                             .expected = "one, or null, for each of " + std::to_string(members_.size()) + " members"});
  for_each_of(members_.size(), pool, [&](std::size_t i) {
    if (by[i] != nullptr)
      fork_into(members_[i], model, parameters, *by[i], next_replication_ + static_cast<std::uint32_t>(i));
  });
  next_replication_ += static_cast<std::uint32_t>(members_.size());
}

}  // namespace takt
