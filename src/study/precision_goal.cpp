// SPDX-License-Identifier: Apache-2.0
#include "takt/study/precision_goal.hpp"

#include <algorithm>

#include "takt/core/quantity.hpp"
#include "takt/core/statistics.hpp"
#include "takt/study/precision.hpp"

namespace takt {
namespace {

constexpr std::uint32_t kFewest = 5;

}  // namespace

PrecisionGoal parse_precision(std::string_view text) {
  const std::size_t equals = text.rfind('=');
  const auto refuse = [&] {
    throw InvalidInput(Fault{.value = '"' + std::string(text) + '"',
                             .expected = "KPI=RATIO such as \"throughput_per_h=1 %\", above 0 % and below 100 %"});
  };
  if (equals == std::string_view::npos || equals == 0) refuse();
  const auto ratio = parse_quantity(text.substr(equals + 1));
  if (!ratio || ratio->dimension != Dimension::ratio || !(ratio->value > 0.0 && ratio->value < 1.0)) refuse();
  PrecisionGoal goal{"/", std::string(text.substr(0, equals)), ratio->value};
  if (const std::size_t slash = goal.kpi.rfind('/'); slash != std::string::npos) {
    goal.entity = slash == 0 ? "/" : goal.kpi.substr(0, slash);
    goal.kpi = goal.kpi.substr(slash + 1);
  }
  return goal;
}

bool is_reached(const std::vector<PrecisionGoal>& goals, const PreparedStudy& study, const Collector& collector,
                std::uint32_t n) {
  StudyResult names;
  names.kpis = study.kpis();
  const double intervals = static_cast<double>(goals.size() * study.scenarios());
  bool reached = n >= kFewest;
  for (const PrecisionGoal& goal : goals) {
    const std::size_t kpi = names.kpi_index(goal.entity, goal.kpi);
    for (std::size_t s = 0; s < study.scenarios() && reached; ++s) {
      const Moments moments = independent_moments(collector.column(s, kpi, n), study.options().antithetic);
      reached = moments.count() >= kFewest && is_precise(moments, goal.relative, 0.0, 1.0 - 0.05 / intervals);
    }
  }
  return reached;
}

std::uint32_t next_round(std::uint32_t n, const StudyOptions& options) {
  std::uint64_t next = n + std::max(n / 2, 1U);
  if (options.antithetic) next += next % 2;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(next, options.replications));
}

}  // namespace takt
