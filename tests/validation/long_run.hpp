// SPDX-License-Identifier: Apache-2.0
// Long-run averages of a plant, from independent replications that begin to count after a warm-up.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "case_file.hpp"
#include "scoring.hpp"
#include "takt/kpi/kpis.hpp"

namespace takt::validation {

/// The work that one case may ask for, in events: about 40 s of two cores. One that needs more fails by its half width.
inline constexpr double kMostEvents = 1.2e9;

/// How a case is run.
struct Settings {
  std::uint64_t seed = 1;
  unsigned threads = 1;
};

/// The seed of one case: no two cases share random numbers.
std::uint64_t seed_of(const Case& from, const Settings& settings);

/// The time unit of a case: a second, or a power of ten of it where nanoseconds or 292 years would come near.
class TimeScale {
 public:
  TimeScale() = default;
  explicit TimeScale(double shortest_mean);

  double unit_s() const { return unit_s_; }
  double seconds(double units) const { return units * unit_s_; }
  Distribution with_rate(double rate) const { return Distribution::exponential(unit_s_ / rate); }
  Distribution constant(double units) const { return Distribution::constant(seconds(units)); }

 private:
  double unit_s_ = 1.0;
};

/// The KPIs of one window of one run.
class Window {
 public:
  using Columns = std::map<std::pair<std::string, std::string>, std::size_t>;
  Window(const Columns& columns, const Model& model, const Totals& from, const Totals& to)
      : columns_(columns), values_(kpi_values(model, from, to)) {}

  double kpi(const std::string& entity, const std::string& name) const { return values_[columns_.at({entity, name})]; }

 private:
  const Columns& columns_;
  std::vector<double> values_;
};

/// What a plant can tell, by the name under which a case expects it.
using Reader = std::function<double(const Window&)>;
using Readers = std::map<std::string, Reader>;

/// A plant to be watched.
struct Watched {
  Plant plant;
  TimeScale scale{};
  Readers readers{};
  double relaxation = 1.0;  ///< about how long it remembers its past, in the units of the case

  /// A share or number as takt gives it; a time in seconds; a rate by the hour.
  void tell(const std::string& name, const std::string& entity, const std::string& kpi);
  void tell_time(const std::string& name, const std::string& entity, const std::string& kpi);
  void tell_rate(const std::string& name, const std::string& entity);
};

/// The columns of the KPIs of a model.
Window::Columns columns_of(const Model& model);

/// The readers of the values that a case expects; throws Unsupported for a value that the plant does not tell.
std::vector<Reader> readers_for(const Case& from, const Readers& readers);

/// The long-run averages. Each replication runs until it has forgotten its start, then on as a pilot that tells how
/// long the window has to be, then through the window. Throws Error if the plant gets stuck.
std::vector<Estimate> watch(const Case& from, const Watched& plant, const Settings& settings);

/// The values at the end of a single run from an empty plant.
std::vector<Estimate> watch_once(const Case& from, const Watched& plant, double horizon, const Settings& settings);

}  // namespace takt::validation
