// SPDX-License-Identifier: Apache-2.0
// One struct a law, all with the same functions; `Laws::visit` turns a Distribution into its struct.
//
// mean, variance, cdf and survival = P(X > x), log_survival, quantile, sample: as their names say.
// end: the largest value, infinity if there is none; the residual functions are only called with elapsed < end and with
// some mass beyond it. residual_cdf, residual_mean and residual: the law of X - e given X > e.
// scaled: the law of factor * X.
//
// Draws by inversion (Draw::uniform) and from standard variates are mirrored by those; whoever rejects mirrors what it
// has drawn, by mirrored_sample, mirrored_residual or a way of its own.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "core/special.hpp"
#include "takt/core/distribution.hpp"

/// What the laws that stand on lists hold.
struct takt::Distribution::Lists {
  std::vector<double> values, weights, cumulated;  ///< cumulated: the running sums of weights
  std::vector<Distribution> parts;
};

namespace takt::detail {

inline constexpr double kInfinity = std::numeric_limits<double>::infinity();

struct ConstantLaw {
  double value;
  double mean() const { return value; }
  double variance() const { return 0.0; }
  double end() const { return value; }
  double cdf(double x) const { return x >= value ? 1.0 : 0.0; }
  double survival(double x) const { return x >= value ? 0.0 : 1.0; }
  double log_survival(double x) const { return x >= value ? -kInfinity : 0.0; }
  double quantile(double) const { return value; }
  double sample(Draw&) const { return value; }
  double residual_cdf(double x, double e) const { return x >= value - e ? 1.0 : 0.0; }
  double residual_mean(double e) const { return value - e; }
  double residual(double e, Draw&) const { return value - e; }
  Distribution scaled(double factor) const { return Distribution::constant(value * factor); }
};

struct ExponentialLaw {
  double average;
  double mean() const { return average; }
  double variance() const { return average * average; }
  double end() const { return kInfinity; }
  double cdf(double x) const;
  double survival(double x) const;
  double log_survival(double x) const { return x <= 0.0 ? 0.0 : -x / average; }
  double quantile(double p) const;
  double sample(Draw& draw) const { return average * Distribution::standard_exponential(draw); }
  double residual_cdf(double x, double) const { return cdf(x); }
  double residual_mean(double) const { return average; }
  double residual(double, Draw& draw) const { return sample(draw); }
  Distribution scaled(double factor) const { return Distribution::exponential(average * factor); }
};

struct UniformLaw {
  double low, high;
  double mean() const { return 0.5 * (low + high); }
  double variance() const { return (high - low) * (high - low) / 12.0; }
  double end() const { return high; }
  double cdf(double x) const;
  double survival(double x) const;
  double log_survival(double x) const;
  double quantile(double p) const { return p >= 1.0 ? high : low + p * (high - low); }
  double sample(Draw& draw) const { return low + (high - low) * draw.uniform(); }
  double residual_cdf(double x, double e) const;
  double residual_mean(double e) const { return e < low ? mean() - e : 0.5 * (high - e); }
  double residual(double e, Draw& draw) const { return e < low ? sample(draw) - e : (high - e) * draw.uniform(); }
  Distribution scaled(double factor) const { return Distribution::uniform(low * factor, high * factor); }
};

struct TriangularLaw {
  double low, mode, high;
  double mean() const { return (low + mode + high) / 3.0; }
  double variance() const;
  double end() const { return high; }
  double cdf(double x) const;
  double survival(double x) const;
  double log_survival(double x) const;
  double quantile(double p) const { return between(p, 1.0 - p); }
  double sample(Draw& draw) const { return quantile(draw.uniform()); }
  double residual_cdf(double x, double e) const;
  double residual_mean(double e) const;
  double residual(double e, Draw& draw) const;
  Distribution scaled(double factor) const {
    return Distribution::triangular(low * factor, mode * factor, high * factor);
  }

 private:
  double between(double p, double q) const;  // the quantile of p = 1 - q, both given so that neither is rounded
};

struct WeibullLaw {
  double scale, shape;
  double mean() const;
  double variance() const;
  double end() const { return kInfinity; }
  double cdf(double x) const;
  double survival(double x) const;
  double log_survival(double x) const;
  double quantile(double p) const;
  double sample(Draw& draw) const;
  double residual_cdf(double x, double e) const;
  double residual_mean(double e) const;
  double residual(double e, Draw& draw) const;
  Distribution scaled(double factor) const { return Distribution::weibull(scale * factor, shape); }
};

/// The standard normal cut to [from, to]; "excess" is the distance above `from`. Exact however far out it lies.
struct NormalCut {
  double from, to;
  double log_mass() const;
  double cdf(double x, double rest) const;  ///< at the excess x, with `rest` from there to the upper end
  double survival(double x, double rest) const;
  double excess_quantile(double p) const;
  double excess_between(double p, double q) const;   ///< the quantile of p = 1 - q, both exact
  std::pair<double, double> excess_moments() const;  ///< mean and variance
  double sample_excess(Draw& draw) const;            ///< by rejection
  double draw_excess(Draw& draw) const;              ///< by inversion where that is exact, else by rejection
  double mean_excess() const { return excess_moments().first; }

 private:
  NormalCut mirrored() const { return {-to, -from}; }
};

struct NormalLaw {
  double parent_mean, sd, low, high;
  double mean() const { return low + sd * cut(low).mean_excess(); }
  double variance() const { return sd * sd * cut(low).excess_moments().second; }
  double end() const { return high; }
  double cdf(double x) const { return x >= high ? 1.0 : cut(low).cdf((x - low) / sd, (high - x) / sd); }
  double survival(double x) const { return x >= high ? 0.0 : cut(low).survival((x - low) / sd, (high - x) / sd); }
  double log_survival(double x) const;
  double quantile(double p) const { return p >= 1.0 ? high : inside(low + sd * cut(low).excess_quantile(p)); }
  double sample(Draw& draw) const { return inside(low + sd * cut(low).sample_excess(draw)); }
  double residual_cdf(double x, double e) const;
  double residual_mean(double e) const { return e < low ? mean() - e : sd * cut(e).mean_excess(); }
  double residual(double e, Draw& draw) const;
  Distribution scaled(double factor) const {
    return Distribution::normal(parent_mean * factor, sd * factor, low * factor, high * factor);
  }

 private:
  double standard(double x) const { return (x - parent_mean) / sd; }
  double inside(double x) const { return x < high ? x : high; }  // rounding may have stepped over
  NormalCut cut(double from) const { return {standard(from), standard(high)}; }
};

struct LognormalLaw {
  double mu, sigma, average, cv;
  double mean() const { return average; }
  double variance() const { return average * average * cv * cv; }
  double end() const { return kInfinity; }
  double cdf(double x) const;
  double survival(double x) const;
  double log_survival(double x) const;
  double quantile(double p) const;
  double sample(Draw& draw) const;
  double residual_cdf(double x, double e) const;
  double residual_mean(double e) const;
  double residual(double e, Draw& draw) const;
  Distribution scaled(double factor) const { return Distribution::lognormal(average * factor, cv); }

 private:
  double standard(double x) const;
};

struct GammaLaw {
  double shape, scale, average, cv;
  double between(double p, double q) const;  // the quantile of p = 1 - q, both given so that neither is rounded
  double mean() const { return average; }
  double variance() const { return average * average * cv * cv; }
  double end() const { return kInfinity; }
  double cdf(double x) const;
  double survival(double x) const;
  double log_survival(double x) const;
  double quantile(double p) const;
  double sample(Draw& draw) const;
  double residual_cdf(double x, double e) const;
  double residual_mean(double e) const;
  double residual(double e, Draw& draw) const;
  Distribution scaled(double factor) const { return Distribution::gamma(average * factor, cv); }
};

struct BetaLaw {
  double alpha, beta, low, high;
  double between(double p, double q) const;  // as above
  double mean() const { return low + (high - low) * (alpha / (alpha + beta)); }
  double variance() const;
  double end() const { return high; }
  double cdf(double x) const;
  double survival(double x) const;
  double log_survival(double x) const;
  double quantile(double p) const;
  double sample(Draw& draw) const;
  double residual_cdf(double x, double e) const;
  double residual_mean(double e) const;
  double residual(double e, Draw& draw) const;
  Distribution scaled(double factor) const { return Distribution::beta(alpha, beta, low * factor, high * factor); }

 private:
  double below(double x) const;      // the place in [0, 1]
  double above(double x) const;      // the same, counted from the upper end
  double far_power(double w) const;  // near the upper end the survival falls like this power of the distance
};

/// Empirical and discrete: an empty `cumulated` means equal weights.
struct ListedLaw {
  std::span<const double> values, weights, cumulated;
  double mean() const;
  double variance() const;
  double end() const;
  double cdf(double x) const { return mass_of_first(count_up_to(x)); }
  double survival(double x) const { return mass_from(count_up_to(x)); }
  double log_survival(double x) const;
  double quantile(double p) const;
  double sample(Draw& draw) const { return values[pick(0, draw)]; }
  double residual_cdf(double x, double e) const;
  double residual_mean(double e) const;
  double residual(double e, Draw& draw) const { return values[pick(count_up_to(e), draw)] - e; }
  Distribution scaled(double factor) const;

 private:
  std::size_t count_up_to(double x) const;
  double weight(std::size_t i) const;
  double mass_of_first(std::size_t n) const;
  double mass_from(std::size_t n) const;
  std::size_t pick(std::size_t from, Draw& draw) const;
};

struct MixtureLaw {
  std::span<const Distribution> parts;
  std::span<const double> weights, cumulated;
  double between(double p, double q) const;  // as above
  double mean() const;
  double variance() const;
  double end() const;
  double cdf(double x) const;
  double survival(double x) const;
  double log_survival(double x) const;
  double quantile(double p) const;
  double sample(Draw& draw) const;
  double residual_cdf(double x, double e) const;
  double residual_mean(double e) const;
  double residual(double e, Draw& draw) const;
  Distribution scaled(double factor) const;

 private:
  // How likely each part is, given that X > e.
  std::vector<double> posterior(double e) const;
};

struct Laws {
  template <class F>
  static auto visit(const Distribution& d, F&& f) {
    switch (d.law_) {
      case Law::exponential: return f(ExponentialLaw{d.a_});
      case Law::uniform: return f(UniformLaw{d.a_, d.b_});
      case Law::triangular: return f(TriangularLaw{d.a_, d.b_, d.c_});
      case Law::normal: return f(NormalLaw{d.a_, d.b_, d.c_, d.d_});
      case Law::lognormal: return f(LognormalLaw{d.a_, d.b_, d.c_, d.d_});
      case Law::gamma: return f(GammaLaw{d.a_, d.b_, d.c_, d.d_});
      case Law::weibull: return f(WeibullLaw{d.a_, d.b_});
      case Law::beta: return f(BetaLaw{d.a_, d.b_, d.c_, d.d_});
      case Law::empirical: return f(ListedLaw{d.lists_->values, {}, {}});
      case Law::discrete: return f(ListedLaw{d.lists_->values, d.lists_->weights, d.lists_->cumulated});
      case Law::mixture: return f(MixtureLaw{d.lists_->parts, d.lists_->weights, d.lists_->cumulated});
      case Law::constant: break;
    }
    return f(ConstantLaw{d.a_});
  }
  static double log_survival(const Distribution& d, double x) {
    return visit(d, [x](const auto& law) { return law.log_survival(x); });
  }
  static double end(const Distribution& d) {
    return visit(d, [](const auto& law) { return law.end(); });
  }
};

/// (F(e + x) - F(e)) / S(e), by whichever of the two tails is exact there.
template <class AnyLaw>
double residual_cdf_by_difference(const AnyLaw& law, double x, double e) {
  if (x < 0.0) return 0.0;
  const double beyond = law.survival(e);
  if (beyond > 1e-200) {
    const double below = law.cdf(e + x);
    return below < 0.5 ? (below - law.cdf(e)) / beyond : 1.0 - law.survival(e + x) / beyond;
  }
  return -std::expm1(law.log_survival(e + x) - law.log_survival(e));
}

/// A value that was drawn, between its neighbours: where an atom or rounding put much probability on one number, a
/// place in it is drawn, so that F stays uniform (Rueschendorf 2009, doi 10.1016/j.jspi.2009.05.030).
struct DrawnValue {
  static constexpr double kTiny = 1e-290;  // all below it is one value: it may have become 0
  DrawnValue(double x, Draw after)
      : before(x < kTiny ? -1.0 : std::nextafter(x, -kInfinity)),
        behind(x < kTiny ? kTiny : std::nextafter(x, kInfinity)),
        place(after.uniform()) {}
  template <class Cdf>
  double below(const Cdf& cdf) const {
    return between(before < 0.0 ? 0.0 : cdf(before), cdf(behind), place);
  }
  template <class Survival>
  double above(const Survival& survival) const {
    return between(survival(behind), before < 0.0 ? 1.0 : survival(before), 1.0 - place);
  }
  double before, behind, place;

 private:
  static double between(double a, double b, double share) {
    return std::max(a + share * (b - a), std::numeric_limits<double>::min());  // 0 and 1 are drawn by nobody
  }
};

/// What a mirrored draw gives: Q(1 - F(x)) of the x of the other one of the pair.
template <class AnyLaw>
double mirrored_sample(const AnyLaw& law, Draw& draw) {
  Draw other = draw.other();
  const double x = law.sample(other);
  draw = other.other();
  const DrawnValue drawn(x, other);
  return law.between(drawn.above([&](double at) { return law.survival(at); }),
                     drawn.below([&](double at) { return law.cdf(at); }));
}

/// The same of X - e given X > e, by halving.
template <class AnyLaw>
double mirrored_residual(const AnyLaw& law, double e, Draw& draw) {
  Draw other = draw.other();
  const double x = law.residual(e, other);
  draw = other.other();
  const DrawnValue drawn(x, other);
  const double p = 1.0 - drawn.below([&](double at) { return law.residual_cdf(at, e); });
  const auto reached = [&](double at) { return law.residual_cdf(at, e) >= p; };
  const double most = law.end() - e;
  double high = std::min(std::max(x, law.residual_mean(e)), most);
  while (high < most && !reached(high)) high = std::min(2.0 * high, most);
  return smallest_where(reached, 0.0, high);
}

}  // namespace takt::detail
