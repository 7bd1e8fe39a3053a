// SPDX-License-Identifier: Apache-2.0
// Trials of a plant: each design is made ready once a batch, then its futures run on the threads of a pool.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <memory>

#include "study/future.hpp"
#include "study/plant_counts.hpp"
#include "study/plant_value.hpp"
#include "takt/core/error.hpp"
#include "takt/kpi/kpis.hpp"
#include "takt/study/plant_problem.hpp"
#include "takt/study/study.hpp"

namespace takt {
namespace {

constexpr std::size_t kKept = 256;  // designs that stay ready from batch to batch

/// A design ready to run.
struct Ready {
  Present present;
  std::vector<std::pair<std::string, std::string>> numbers;
  std::vector<std::size_t> columns;  ///< by response, into kpi_values
};

class PlantRunner {
 public:
  PlantRunner(const PlantProblem& problem, const Present& present, RunWindow window, ThreadPool& pool)
      : problem_(problem), present_(present), window_(std::move(window)), pool_(pool) {
    for (const std::string& path : problem_.paths) {
      Plant plant = present_.model->plant;
      const bool is_count = detail::find_count(plant, path).has_value();
      const auto slot = is_count ? std::nullopt : find_slot(*present_.model, path);
      is_count_.push_back(is_count ? 1 : 0);
      is_time_.push_back(slot && slot->kind == ParameterSlot::Kind::law ? 1 : 0);
    }
  }

  std::vector<double> run(std::span<const Trial> trials) {
    if (ready_.size() > kKept) ready_.clear();
    std::vector<std::pair<const DesignPoint, std::unique_ptr<Ready>>*> missing;
    std::vector<std::unique_ptr<Ready>*> slots(trials.size());
    for (std::size_t i = 0; i < trials.size(); ++i) {
      const auto [at, is_new] = ready_.try_emplace(DesignPoint(trials[i].design.begin(), trials[i].design.end()));
      if (is_new) missing.push_back(&*at);
      slots[i] = &at->second;
    }
    pool_.run(missing.size(), [&](std::size_t i) { missing[i]->second = make_ready(missing[i]->first); });
    const std::size_t width = problem_.figures.size();
    std::vector<double> values(trials.size() * width, std::numeric_limits<double>::quiet_NaN());
    pool_.run(trials.size(), [&](std::size_t i) {
      run_one(**slots[i], trials[i].replication, std::span(values).subspan(i * width, width));
      if (window_.done) window_.done();
    });
    return values;
  }

 private:
  std::unique_ptr<Ready> make_ready(const DesignPoint& point) const {
    auto ready = std::make_unique<Ready>();
    ready->present = present_;
    Plant plant = present_.model->plant;
    bool is_other = false;
    for (std::size_t v = 0; v < point.size(); ++v) {
      const Variable& variable = problem_.space.variables[v];
      if (is_count_[v] != 0) {
        const double count =
            variable.kind == Variable::Kind::choice ? std::stod(value_text(variable, point[v])) : point[v];
        detail::set_count(*detail::find_count(plant, problem_.paths[v]), static_cast<std::uint32_t>(count));
        is_other = true;
      } else {
        ready->numbers.emplace_back(problem_.paths[v], detail::plant_text(variable, is_time_[v] != 0, point[v]));
      }
    }
    if (is_other)
      ready->present =
          detail::taken_over(present_, std::make_shared<const Model>(compile(plant, present_.model->options)));
    if (!present_.draw) set_numbers(*ready->present.model, ready->present.parameters, ready->numbers);
    const std::vector<KpiName> names = kpi_names(*ready->present.model);
    for (const auto& figure : problem_.figures) {
      const auto at = std::ranges::find_if(
          names, [&](const KpiName& name) { return name.entity == figure.first && name.kpi == figure.second; });
      ready->columns.push_back(static_cast<std::size_t>(at - names.begin()));
    }
    return ready;
  }

  void run_one(const Ready& ready, std::uint32_t replication, std::span<double> values) const {
    Parameters numbers = ready.present.parameters_of(replication);
    if (present_.draw) set_numbers(*ready.present.model, numbers, ready.numbers);
    std::vector<double> row;
    detail::run_future(ready.present, numbers, replication,
                       {window_.warmup, window_.horizon, window_.stop, window_.tick}, row);
    for (std::size_t k = 0; k < values.size() && !row.empty(); ++k) values[k] = row[ready.columns[k]];
  }

  const PlantProblem problem_;
  const Present present_;
  const RunWindow window_;
  ThreadPool& pool_;
  std::vector<char> is_count_, is_time_;  // by variable
  std::map<DesignPoint, std::unique_ptr<Ready>> ready_;
};

}  // namespace

Problem runnable(const PlantProblem& problem, const Present& present, const RunWindow& window, ThreadPool& pool) {
  Problem result{.space = problem.space, .goals = problem.goals, .limits = problem.limits};
  // Shared: a runner can be copied.
  result.runner = [runner = std::make_shared<PlantRunner>(problem, present, window, pool)](
                      std::span<const Trial> trials) { return runner->run(trials); };
  return result;
}

}  // namespace takt
