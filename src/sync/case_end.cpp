// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/case_end.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "takt/core/error.hpp"

namespace takt {
namespace {

using Instant = WallClock::Instant;

// Gauss-Hermite nodes for the standard normal law (Abramowitz & Stegun 1964, table 25.10, scaled by the root of two).
constexpr std::array<double, 5> kNodes{-2.8569700138728056, -1.3556261799742659, 0.0, 1.3556261799742659,
                                       2.8569700138728056};
constexpr std::array<double, 5> kNodeWeights{0.011257411327720689, 0.22207592200561264, 0.53333333333333333,
                                             0.22207592200561264, 0.011257411327720689};
constexpr std::size_t kAtoms = 100;     // of the time to the end, for each node
constexpr std::size_t kIdleAtoms = 40;  // of the idle time before the end of the log

/// One case as it was known at `now`.
struct Course {
  struct Span {
    Instant start{}, end{};
  };
  std::vector<Span> spans;       // of its events, by start
  std::vector<Instant> reached;  // each closing activity first, or Instant::max()
  Instant first = Instant::max(), last = Instant::min();
  Instant end = Instant::max();  // max: open
  std::uint32_t last_activity = NameTable::kNone;

  bool is_open_at(Instant t) const { return first < t && end > t; }
  Duration idle_at(Instant t) const {
    Instant heard = Instant::min();
    for (const Span& span : spans) {
      if (span.start >= t) break;
      heard = std::max(heard, std::min(span.end, t));
    }
    return t - heard;
  }
};

/// Reads what is known of each case before `now`.
class Book {
 public:
  Book(const EventLog& log, Instant now, std::span<const std::uint32_t> open, const CaseEndOptions& options)
      : log_(log), now_(now), options_(options), courses_(log.cases.size()) {
    for (const LoggedEvent& event : log.events) {
      if (event.start < now && event.case_id != NameTable::kNone) take(event);
    }
    for (Course& course : courses_) {
      if (course.first < now) course.end = course.last;
    }
    for (const std::uint32_t each : open) {
      if (each >= courses_.size() || courses_[each].first >= now) {
        throw InvalidInput(Fault{.path = "open",
                                 .value = each < courses_.size() ? log.cases[each] : std::to_string(each),
                                 .expected = "a case with an event before now"});
      }
      courses_[each].end = Instant::max();
    }
    find_closing();
    find_covariates();
  }

  const std::vector<std::uint32_t>& closing() const { return closing_; }
  const std::vector<std::string>& names() const { return names_; }

  /// What was known of a case at a time.
  void covariates(std::uint32_t case_id, Instant t, std::vector<double>& x) const {
    x.assign(names_.size(), 0.0);
    const LoggedCase& fact = log_.facts[case_id];
    if (fact.quantity > 0.0) x[0] = (std::log(fact.quantity) - log_mean_) / log_sd_;
    for (std::size_t i = 0; i < closing_.size(); ++i) x[1 + i] = courses_[case_id].reached[i] < t ? 1.0 : 0.0;
    const auto product = product_places_.find(fact.product);
    if (product != product_places_.end()) x[product->second] = 1.0;
  }

  /// Steps at risk with what was known `distance` steps before each.
  RiskTable at_risk(std::size_t distance) const {
    RiskTable table{.covariates = names_.size(), .values = {}, .exposure = {}, .events = {}};
    std::vector<double> x;
    const auto before = static_cast<Duration::rep>(distance) * options_.step;
    for (Instant begin = now_ - options_.step; begin - before >= start_ + options_.step; begin -= options_.step) {
      const Instant known_at = begin - before;
      for (std::uint32_t i = 0; i < courses_.size(); ++i) {
        const Course& course = courses_[i];
        if (course.first >= known_at || course.end <= begin) continue;
        covariates(i, known_at, x);
        const Duration time = std::min(course.end - begin, options_.step);
        table.add(x, in_steps(time), course.end <= begin + options_.step);
      }
    }
    return table;
  }

  /// How long open cases had lain still, at every step back from now.
  std::vector<double> idle() const {
    std::vector<double> all;
    Instant t = now_;
    for (std::size_t i = 0; i <= options_.idle_steps && t > start_; ++i, t -= options_.step) {
      for (const Course& course : courses_) {
        if (course.is_open_at(t)) all.push_back(in_steps(course.idle_at(t)));
      }
    }
    std::ranges::sort(all);
    return all;
  }

 private:
  double in_steps(Duration time) const { return to_seconds(time) / to_seconds(options_.step); }

  void take(const LoggedEvent& event) {
    Course& course = courses_[event.case_id];
    const Instant end = std::min(event.last(), now_);
    course.spans.push_back({event.start, end});
    course.first = std::min(course.first, event.start);
    if (end >= course.last) {
      course.last = end;
      course.last_activity = event.activity;
    }
    start_ = std::min(start_, event.start);
  }

  void find_closing() {
    std::map<std::uint32_t, std::size_t> ends;
    std::size_t ended = 0;
    for (const Course& course : courses_) {
      if (course.first >= now_ || course.end == Instant::max()) continue;
      ++ended;
      ++ends[course.last_activity];
    }
    for (const auto& [activity, count] : ends) {
      const bool is_usual = static_cast<double>(count) >= options_.closing_share * static_cast<double>(ended);
      if (is_usual && count >= options_.least_cases) closing_.push_back(activity);
    }
    for (Course& course : courses_) course.reached.assign(closing_.size(), Instant::max());
    for (const LoggedEvent& event : log_.events) {
      const auto place = std::ranges::find(closing_, event.activity);
      if (place == closing_.end() || event.start >= now_ || event.case_id == NameTable::kNone) continue;
      Instant& reached = courses_[event.case_id].reached[static_cast<std::size_t>(place - closing_.begin())];
      reached = std::min(reached, event.start);
    }
  }

  void find_covariates() {
    std::map<std::uint32_t, std::size_t> products;
    std::vector<double> logs;
    for (std::uint32_t i = 0; i < courses_.size(); ++i) {
      if (courses_[i].first >= now_) continue;
      const LoggedCase& fact = log_.facts[i];
      if (fact.product != NameTable::kNone) ++products[fact.product];
      if (fact.quantity > 0.0) logs.push_back(std::log(fact.quantity));
    }
    double sum = 0.0, squares = 0.0;
    for (const double each : logs) sum += each;
    if (!logs.empty()) log_mean_ = sum / static_cast<double>(logs.size());
    for (const double each : logs) squares += (each - log_mean_) * (each - log_mean_);
    if (squares > 0.0) log_sd_ = std::sqrt(squares / static_cast<double>(logs.size()));

    names_.emplace_back("quantity");
    for (const std::uint32_t each : closing_) names_.push_back("reached " + log_.activities[each]);
    for (const auto& [product, count] : products) {
      if (count < options_.least_cases) continue;
      product_places_[product] = names_.size();
      names_.push_back("product " + log_.products[product]);
    }
  }

  const EventLog& log_;
  Instant now_, start_ = Instant::max();
  const CaseEndOptions& options_;
  std::vector<Course> courses_;
  std::vector<std::uint32_t> closing_;
  std::vector<std::string> names_;
  std::map<std::uint32_t, std::size_t> product_places_;
  double log_mean_ = 0.0, log_sd_ = 1.0;
};

void check(const CaseEndOptions& options) {
  const auto refuse = [](const char* path, const char* expected) {
    throw InvalidInput(Fault{.path = path, .value = "a value that makes no sense", .expected = expected});
  };
  if (options.step <= Duration::zero()) refuse("step", "a time above 0 s");
  const std::vector<std::size_t>& distances = options.distances;
  const bool grows = std::ranges::adjacent_find(distances, std::greater_equal{}) == distances.end();
  if (distances.empty() || distances[0] != 0 || !grows)
    refuse("distances", "growing numbers of steps, beginning with 0");
  if (!(options.prior_steps > 0.0)) refuse("prior_steps", "a number above 0");
}

/// The prior of the first regression.
HazardPrior first_prior(const CaseEndOptions& options, std::size_t covariates) {
  HazardPrior prior{.mean = std::vector<double>(covariates + 1, 0.0),
                    .sd = std::vector<double>(covariates + 1, options.effect_sd)};
  prior.mean[0] = -std::log(options.prior_steps);
  prior.sd[0] = options.prior_log_sd;
  return prior;
}

/// The prior of the next one.
HazardPrior next_prior(const CaseEndOptions& options, const HazardFit& fit) {
  HazardPrior prior{.mean = fit.mean, .sd = std::vector<double>(fit.mean.size(), options.carry_sd)};
  for (std::size_t i = 1; i < prior.mean.size(); ++i) prior.mean[i] *= options.carry;
  prior.sd[0] = options.level_sd;
  return prior;
}

/// A hazard that is constant between the distances, in steps.
struct Rates {
  std::span<const std::size_t> from;
  std::vector<double> rate;

  /// When the hazard has added up to `sum`.
  double time_of(double sum) const {
    for (std::size_t i = 0; i + 1 < rate.size(); ++i) {
      const auto width = static_cast<double>(from[i + 1] - from[i]);
      if (sum < rate[i] * width) return static_cast<double>(from[i]) + sum / rate[i];
      sum -= rate[i] * width;
    }
    return static_cast<double>(from[rate.size() - 1]) + sum / rate.back();
  }
};

}  // namespace

CaseEnds::CaseEnds(const EventLog& log, WallClock::Instant now, std::span<const std::uint32_t> open,
                   CaseEndOptions options)
    : options_(std::move(options)), open_(open.begin(), open.end()) {
  check(options_);
  std::ranges::sort(open_);
  const Book book(log, now, open, options_);
  closing_ = book.closing();
  names_ = book.names();
  HazardPrior prior = first_prior(options_, names_.size());
  for (const std::size_t distance : options_.distances) {
    fits_.push_back(fit_hazard(book.at_risk(distance), prior));
    prior = next_prior(options_, fits_.back());
  }
  std::vector<double> x;
  for (const std::uint32_t each : open_) {
    book.covariates(each, now, x);
    open_covariates_.insert(open_covariates_.end(), x.begin(), x.end());
  }
  idle_steps_ = book.idle();
}

WeightedAtoms CaseEnds::remaining(std::uint32_t case_id, Duration horizon, Horizon kind) const {
  const auto place = std::ranges::lower_bound(open_, case_id);
  if (place == open_.end() || *place != case_id) {
    throw InvalidInput(Fault{.path = "case", .value = std::to_string(case_id), .expected = "an open case"});
  }
  const std::size_t row = static_cast<std::size_t>(place - open_.begin()) * names_.size();
  const std::span<const double> x(open_covariates_.data() + row, names_.size());
  const double step_s = to_seconds(options_.step);
  const double limit = to_seconds(horizon) / step_s;

  WeightedAtoms law;
  double goes_on = 0.0;
  for (std::size_t node = 0; node < kNodes.size(); ++node) {
    Rates rates{.from = options_.distances, .rate = {}};
    for (const HazardFit& fit : fits_) {
      rates.rate.push_back(std::exp(fit.log_rate(x) + kNodes[node] * std::sqrt(fit.log_rate_variance(x))));
    }
    const double weight = kNodeWeights[node] / static_cast<double>(kAtoms);
    for (std::size_t i = 0; i < kAtoms; ++i) {
      const double share = (static_cast<double>(i) + 0.5) / static_cast<double>(kAtoms);
      const double steps = rates.time_of(-std::log1p(-share));
      if (steps < limit) {
        law.atoms.push_back({steps * step_s, weight, WeightedAtoms::kNoCause});
      } else {
        goes_on += weight;
      }
    }
  }
  if (goes_on == 0.0) return law;
  WeightedAtoms idle;
  if (kind == Horizon::log_end) {
    for (const double each : idle_steps_) {
      if (each < limit) idle.atoms.push_back({(limit - each) * step_s, 1.0, WeightedAtoms::kNoCause});
    }
  }
  if (idle.atoms.empty()) idle.atoms.push_back({limit * step_s, 1.0, WeightedAtoms::kNoCause});
  idle = idle.condensed(kIdleAtoms);
  const double weight = goes_on / idle.weight();
  for (const WeightedAtoms::Atom& atom : idle.atoms) {
    law.atoms.push_back({atom.value, atom.weight * weight, WeightedAtoms::kNoCause});
  }
  return law;
}

std::vector<CaseEnds::Effect> CaseEnds::effects() const {
  std::vector<Effect> all;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    all.push_back({names_[i], fits_.front().mean[i + 1], fits_.front().sd(i + 1)});
  }
  return all;
}

}  // namespace takt
