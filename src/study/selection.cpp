// SPDX-License-Identifier: Apache-2.0
#include "takt/study/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "study/integrate.hpp"
#include "takt/core/error.hpp"
#include "takt/core/statistics.hpp"

namespace takt {
namespace {

void check(std::span<const DesignPoint> designs, const SelectionOptions& options, bool needs_indifference) {
  std::vector<Fault> faults;
  const auto need = [&](bool good, const char* path, double value, const char* expected) {
    if (!good) faults.push_back({.path = path, .value = fmt::format("{}", value), .expected = expected});
  };
  need(!designs.empty(), "designs", 0.0, "at least one");
  need(!needs_indifference || (options.indifference > 0.0 && std::isfinite(options.indifference)), "indifference",
       options.indifference, "a number above 0");
  need(options.confidence > 0.0 && options.confidence < 1.0, "confidence", options.confidence, "between 0 and 1");
  need(options.confidence * static_cast<double>(designs.size()) > 1.0 || designs.size() < 2, "confidence",
       options.confidence, "more than the chance of a blind choice, one over the number of designs");
  need(options.first_stage >= 2, "first stage", options.first_stage, "at least 2");
  need(options.rounds >= 1, "rounds", options.rounds, "at least 1");
  if (!faults.empty()) throw InvalidInput(std::move(faults));
}

/// Runs trials and gives the response asked for, larger being better.
class Responses {
 public:
  Responses(const Runner& runner, const SelectionOptions& options) : runner_(runner), options_(options) {}

  std::vector<double> operator()(std::span<const Trial> trials) const {
    if (trials.empty()) return {};
    const std::vector<double> values = runner_(trials);
    const std::size_t width = values.size() / trials.size();
    if (width * trials.size() != values.size() || options_.response >= width)
      throw Error(fmt::format("the runner gave {} values for {} trials", values.size(), trials.size()));
    std::vector<double> wanted(trials.size());
    for (std::size_t i = 0; i < trials.size(); ++i) {
      wanted[i] = values[i * width + options_.response];
      if (std::isnan(wanted[i]))
        throw Error(fmt::format("replication {} of a design has no value to compare", trials[i].replication));
      if (options_.sense == Sense::minimise) wanted[i] = -wanted[i];
    }
    return wanted;
  }

 private:
  const Runner& runner_;
  const SelectionOptions& options_;
};

Selection concluded(std::span<const Moments> moments, std::size_t best, const SelectionOptions& options,
                    bool is_guaranteed) {
  Selection selection;
  selection.best = best;
  selection.indifference = options.indifference;
  selection.confidence = options.confidence;
  selection.is_guaranteed = is_guaranteed;
  for (const Moments& each : moments) {
    selection.means.push_back(options.sense == Sense::minimise ? -each.mean() : each.mean());
    selection.replications.push_back(static_cast<std::uint32_t>(each.count()));
    selection.runs += each.count();
  }
  return selection;
}

std::size_t best_of(std::span<const Moments> moments) {
  return static_cast<std::size_t>(std::ranges::max_element(moments, {}, &Moments::mean) - moments.begin());
}

/// Kim & Nelson's procedure between two rounds.
class Screening {
 public:
  Screening(std::size_t designs, const SelectionOptions& options)
      : delta_(options.indifference), moments_(designs), pairs_(designs * designs) {
    for (std::size_t i = 0; i < designs; ++i) alive_.push_back(i);
    const double freedom = options.first_stage - 1.0;
    const double beta = 2.0 * (1.0 - options.confidence) / static_cast<double>(designs - 1);
    eta_ = 0.5 * (std::pow(beta, -2.0 / freedom) - 1.0);
    h2_ = 2.0 * eta_ * freedom;
  }

  const std::vector<std::size_t>& alive() const { return alive_; }
  std::span<const Moments> moments() const { return moments_; }

  /// A round of the first stage: values of all designs.
  void add_first(std::span<const double> values) {
    add(values);
    for (std::size_t i = 0; i < values.size(); ++i)
      for (std::size_t l = 0; l < i; ++l) pairs_[i * moments_.size() + l].add(values[i] - values[l]);
  }

  /// A round: values of those still in.
  void add(std::span<const double> values) {
    for (std::size_t j = 0; j < alive_.size(); ++j) moments_[alive_[j]].add(values[j]);
  }

  /// Drops what is clearly worse than another that was still in.
  void screen() {
    const std::vector<std::size_t> before = alive_;
    std::erase_if(alive_, [&](std::size_t i) {
      return std::ranges::any_of(
          before, [&](std::size_t l) { return l != i && moments_[i].mean() < moments_[l].mean() - allowance(i, l); });
    });
  }

 private:
  double allowance(std::size_t i, std::size_t l) const {
    const auto r = static_cast<double>(moments_[i].count());
    const double variance = pairs_[std::max(i, l) * moments_.size() + std::min(i, l)].variance();
    return std::max(0.0, delta_ / (2.0 * r) * (h2_ * variance / (delta_ * delta_) - r));
  }

  double delta_, eta_ = 0.0, h2_ = 0.0;
  std::vector<Moments> moments_, pairs_;
  std::vector<std::size_t> alive_;
};

}  // namespace

Selection select_kn(std::span<const DesignPoint> designs, const Runner& runner, const SelectionOptions& options) {
  check(designs, options, true);
  if (designs.size() == 1) return concluded(std::vector<Moments>(1), 0, options, true);
  const Responses responses(runner, options);
  Screening screening(designs.size(), options);
  std::uint32_t round = 0;
  std::uint64_t runs = 0;
  while (screening.alive().size() > 1 && runs + screening.alive().size() <= options.most_runs) {
    // The first stage in one go, then so many rounds of those still in; each is judged by itself.
    const std::vector<std::size_t> asked = screening.alive();
    const std::uint32_t rounds = round == 0 ? options.first_stage : options.rounds;
    std::vector<Trial> trials;
    for (std::uint32_t r = round; r < round + rounds; ++r)
      for (const std::size_t i : asked) trials.push_back({designs[i], options.first_replication + r});
    const std::vector<double> values = responses(trials);
    for (std::uint32_t r = 0; r < rounds && screening.alive().size() > 1; ++r, ++round) {
      const auto row = std::span(values).subspan(r * asked.size(), asked.size());
      if (round < options.first_stage) {
        screening.add_first(row);
      } else {
        std::vector<double> of_those_in;
        for (const std::size_t i : screening.alive())
          of_those_in.push_back(row[static_cast<std::size_t>(std::ranges::lower_bound(asked, i) - asked.begin())]);
        if (runs + of_those_in.size() > options.most_runs) break;
        screening.add(of_those_in);
      }
      runs += screening.alive().size();
      if (round + 1 >= options.first_stage) screening.screen();
    }
  }
  std::size_t best = screening.alive().front();
  for (const std::size_t i : screening.alive())
    if (screening.moments()[i].mean() > screening.moments()[best].mean()) best = i;
  return concluded(screening.moments(), best, options, screening.alive().size() == 1);
}

Selection select_rinott(std::span<const DesignPoint> designs, const Runner& runner, const SelectionOptions& options) {
  check(designs, options, true);
  const std::size_t k = designs.size();
  if (k == 1) return concluded(std::vector<Moments>(1), 0, options, true);
  const Responses responses(runner, options);
  std::vector<Moments> moments(k);
  std::uint64_t left = options.most_runs;
  bool is_guaranteed = true;
  // Replications of each design up to its number, as far as the budget goes.
  const auto run_to = [&](const std::vector<std::uint64_t>& wanted) {
    std::vector<Trial> trials;
    std::vector<std::size_t> whose;
    for (std::size_t i = 0; i < k; ++i)
      for (std::uint64_t r = moments[i].count(); r < wanted[i]; ++r) {
        if (trials.size() == left) is_guaranteed = false;
        if (trials.size() == left) break;
        trials.push_back({designs[i], options.first_replication + static_cast<std::uint32_t>(r * k + i)});
        whose.push_back(i);
      }
    const std::vector<double> values = responses(trials);
    for (std::size_t j = 0; j < values.size(); ++j) moments[whose[j]].add(values[j]);
    left -= trials.size();
  };
  run_to(std::vector<std::uint64_t>(k, options.first_stage));
  const double h = rinott_constant(k, options.first_stage, options.confidence);
  std::vector<std::uint64_t> wanted;
  for (const Moments& each : moments) {
    const double needed = std::ceil(h * h * each.variance() / (options.indifference * options.indifference));
    wanted.push_back(std::max<std::uint64_t>(
        options.first_stage, static_cast<std::uint64_t>(std::min(needed, static_cast<double>(options.most_runs)))));
  }
  run_to(wanted);
  return concluded(moments, best_of(moments), options, is_guaranteed);
}

Selection select_ocba(std::span<const DesignPoint> designs, const Runner& runner, const SelectionOptions& options) {
  check(designs, options, false);
  const std::size_t k = designs.size();
  const Responses responses(runner, options);
  std::vector<Moments> moments(k);
  std::uint64_t spent = 0;
  std::vector<std::uint64_t> more(k, options.first_stage);
  const std::uint64_t step = std::max<std::uint64_t>(k, 10);
  for (;;) {
    std::vector<Trial> trials;
    std::vector<std::size_t> whose;
    for (std::size_t i = 0; i < k; ++i)
      for (std::uint64_t r = 0; r < more[i] && spent + trials.size() < options.most_runs; ++r) {
        trials.push_back({designs[i], options.first_replication + static_cast<std::uint32_t>(moments[i].count() + r)});
        whose.push_back(i);
      }
    const std::vector<double> values = responses(trials);
    for (std::size_t j = 0; j < values.size(); ++j) moments[whose[j]].add(values[j]);
    spent += trials.size();
    if (spent >= options.most_runs || k == 1) break;
    // What each should have of a slightly larger whole, less what it has.
    std::vector<double> means, deviations;
    for (const Moments& each : moments) {
      means.push_back(each.mean());
      deviations.push_back(std::sqrt(each.variance()));
    }
    const std::vector<double> shares = ocba_shares(means, deviations, best_of(moments));
    double short_of = 0.0;
    std::vector<double> lacks(k);
    for (std::size_t i = 0; i < k; ++i) {
      lacks[i] = std::max(0.0, shares[i] * static_cast<double>(spent + step) - static_cast<double>(moments[i].count()));
      short_of += lacks[i];
    }
    for (std::size_t i = 0; i < k; ++i)
      more[i] = static_cast<std::uint64_t>(std::ceil(lacks[i] / short_of * static_cast<double>(step) - 1e-9));
  }
  const std::size_t best = best_of(moments);
  Selection selection = concluded(moments, best, options, false);
  selection.probability = 1.0;
  for (std::size_t i = 0; i < k; ++i) {
    if (i == best) continue;
    const double variance = moments[i].variance() / static_cast<double>(moments[i].count()) +
                            moments[best].variance() / static_cast<double>(moments[best].count());
    const double apart = moments[best].mean() - moments[i].mean() + options.indifference;
    selection.probability -= variance > 0.0 ? normal_cdf(-apart / std::sqrt(variance)) : (apart > 0.0 ? 0.0 : 0.5);
  }
  selection.probability = std::max(0.0, selection.probability);
  return selection;
}

double rinott_constant(std::size_t designs, std::uint32_t first_stage, double probability) {
  const double nu = first_stage - 1.0;
  const detail::Points points = detail::chi_square_points(nu, 160);
  // P(h) = E_y[ E_x[ Phi(h / sqrt(nu (1/x + 1/y))) ]^(k-1) ]
  const auto chance = [&](double h) {
    double outer = 0.0;
    for (std::size_t j = 0; j < points.at.size(); ++j) {
      double inner = 0.0;
      for (std::size_t i = 0; i < points.at.size(); ++i)
        inner += points.weight[i] * normal_cdf(h / std::sqrt(nu * (1.0 / points.at[i] + 1.0 / points.at[j])));
      outer += points.weight[j] * std::pow(inner, static_cast<double>(designs - 1));
    }
    return outer;
  };
  // A study asks for the same constant again and again.
  thread_local std::tuple<std::size_t, std::uint32_t, double> last{};
  thread_local double h = 0.0;
  if (const std::tuple asked{designs, first_stage, probability}; asked != last) {
    h = detail::solve_increasing(chance, probability);
    last = asked;
  }
  return h;
}

std::vector<double> ocba_shares(std::span<const double> means, std::span<const double> deviations, std::size_t best) {
  // N_i proportional to (s_i / (x_b - x_i))^2; a floor under differences and deviations keeps every share finite.
  double largest = 0.0, most_deviation = 0.0;
  for (std::size_t i = 0; i < means.size(); ++i) {
    largest = std::max(largest, std::abs(means[best] - means[i]));
    most_deviation = std::max(most_deviation, deviations[i]);
  }
  const double floor = std::max(1e-6 * largest, 1e-300);
  const auto deviation = [&](std::size_t i) {
    return std::max(deviations[i], std::max(1e-6 * most_deviation, 1e-300));
  };
  std::vector<double> shares(means.size());
  double of_others = 0.0, sum = 0.0;
  for (std::size_t i = 0; i < means.size(); ++i) {
    if (i == best) continue;
    const double signal = std::max(std::abs(means[best] - means[i]), floor) / deviation(i);
    shares[i] = 1.0 / (signal * signal);
    of_others += shares[i] * shares[i] / (deviation(i) * deviation(i));
    sum += shares[i];
  }
  shares[best] = means.size() == 1 ? 1.0 : deviation(best) * std::sqrt(of_others);
  sum += shares[best];
  for (double& share : shares) share /= sum;
  return shares;
}

std::string conclusion(const Selection& selection, std::span<const std::string> names, std::string_view unit) {
  const std::string& name = names[selection.best];
  if (names.size() == 1) return fmt::format("'{}' is the only one to choose.", name);
  if (selection.is_guaranteed)
    return fmt::format(
        "'{}' is best of {}: with at least {:g} % confidence no other is better by {:g}{} or more ({} runs).", name,
        names.size(), 100.0 * selection.confidence, selection.indifference, unit, selection.runs);
  if (!std::isnan(selection.probability))
    return fmt::format("'{}' looks best of {}, with an estimated probability of {:.3f} and no guarantee ({} runs).",
                       name, names.size(), selection.probability, selection.runs);
  return fmt::format("'{}' looks best of {}, without a guarantee: {} runs were not enough to tell {:g}{} apart.", name,
                     names.size(), selection.runs, selection.indifference, unit);
}

}  // namespace takt
