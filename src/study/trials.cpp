// SPDX-License-Identifier: Apache-2.0
#include "takt/study/trials.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "takt/core/error.hpp"

namespace takt {

Runner on_threads(Replicate replicate, ThreadPool& pool) {
  return [replicate = std::move(replicate), &pool](std::span<const Trial> trials) {
    std::vector<std::vector<double>> rows(trials.size());
    pool.run(trials.size(), [&](std::size_t i) { rows[i] = replicate(trials[i].design, trials[i].replication); });
    std::vector<double> values;
    for (const std::vector<double>& row : rows) {
      if (row.size() != rows[0].size()) throw Error("two trials differ in the number of their responses");
      values.insert(values.end(), row.begin(), row.end());
    }
    return values;
  };
}

std::vector<double> replicate_all(const Runner& runner, std::span<const DesignPoint> designs, std::uint32_t first,
                                  std::uint32_t count) {
  std::vector<Trial> trials;
  trials.reserve(designs.size() * count);
  for (const DesignPoint& design : designs)
    for (std::uint32_t r = first; r != first + count; ++r) trials.push_back({design, r});
  std::vector<double> values = runner(trials);
  if (!trials.empty() && (values.empty() || values.size() % trials.size() != 0))
    throw Error("the runner gave " + std::to_string(values.size()) + " values for " + std::to_string(trials.size()) +
                " trials");
  return values;
}

}  // namespace takt
