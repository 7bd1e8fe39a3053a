// SPDX-License-Identifier: Apache-2.0
// The standard KPIs of a window, per entity and rolled up to line, workshop, enterprise and the whole plant ("/").
// Names, units and definitions: docs/kpis.md.
#pragma once

#include <string>
#include <vector>

#include "takt/kpi/observer.hpp"

namespace takt {

/// What a column of KPI values means.
struct KpiName {
  std::string entity;  ///< path; "/" is the whole plant
  std::string kpi;     ///< stable snake_case
  std::string unit;    ///< "1", "s", "1/h", "parts"
  friend bool operator==(const KpiName&, const KpiName&) = default;
};

/// The KPIs of a model, in the order in which `kpi_values` gives their values.
std::vector<KpiName> kpi_names(const Model& model);

/// The values of the window between two totals of one run. NaN where a value has no meaning (a mean of nothing).
std::vector<double> kpi_values(const Model& model, const Totals& from, const Totals& to);

/// Little's law over the window, L against lambda W by independent sums: the relative difference of the time integral
/// of parts in the plant and the sum of the times the parts spent in it. Zero in every right run; NaN where parts are
/// not kept one by one.
double little_gap(const Model& model, const Totals& from, const Totals& to);

}  // namespace takt
