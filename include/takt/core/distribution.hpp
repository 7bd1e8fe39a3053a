// SPDX-License-Identifier: Apache-2.0
// The laws that durations, sizes and choices follow: a plain value with sample, moments, cdf, quantile and the law
// of what is left when some of it is already over.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "takt/core/random.hpp"
#include "takt/core/time.hpp"

namespace takt {

namespace detail {
struct Laws;
double exp_of(double x);  // std::exp, with the same bits on every processor

// Calls f with a copy of the draw and takes the copy back: the draw itself never has its address taken, so that the
// common cases beside the call keep it in registers.
template <class F>
double apart(Draw& draw, F&& f) {
  Draw copy = draw;
  const double x = f(copy);
  draw = copy;
  return x;
}
}  // namespace detail

enum class Law : std::uint8_t {
  constant,
  exponential,
  uniform,
  triangular,
  normal,
  lognormal,
  gamma,
  weibull,
  beta,
  empirical,
  mixture,
  discrete
};

/// A probability law on the non-negative numbers (for durations: seconds). Values; equality compares parameters.
/// The makers throw InvalidInput (path = the parameter's name) if a parameter is outside its range.
class Distribution {
 public:
  Distribution() = default;  ///< constant 0

  static Distribution constant(double value);                            ///< value >= 0
  static Distribution exponential(double mean);                          ///< mean > 0
  static Distribution uniform(double low, double high);                  ///< 0 <= low < high
  static Distribution triangular(double low, double mode, double high);  ///< 0 <= low <= mode <= high, low < high
  /// The parent N(mean, sd) cut to [low, high]: low >= 0, high may be infinite.
  static Distribution normal(double mean, double sd, double low, double high);
  static Distribution lognormal(double mean, double cv);    ///< cv: coefficient of variation, 1e-5 to 1000
  static Distribution gamma(double mean, double cv);        ///< shape 1/cv^2, cv as above; Erlang-k is cv = 1/sqrt(k)
  static Distribution weibull(double scale, double shape);  ///< cdf 1 - exp(-(x/scale)^shape), shape >= 0.05
  static Distribution beta(double alpha, double beta, double low, double high);  ///< on [low, high], low >= 0
  static Distribution empirical(std::vector<double> values);                     ///< each value equally likely
  static Distribution discrete(std::vector<double> values, std::vector<double> weights);
  static Distribution mixture(std::vector<Distribution> parts, std::vector<double> weights);

  Law law() const { return law_; }
  double mean() const;
  double variance() const;
  double cdf(double x) const;       ///< P(X <= x)
  double survival(double x) const;  ///< P(X > x), accurate where it is small
  double quantile(double p) const;  ///< the smallest x with cdf(x) >= p, 0 <= p <= 1

  /// One value, a function of the draw alone. A mirrored draw gives Q(1 - F(x)) where the other one of its pair gives x
  /// (F: cdf, Q: quantile), within rounding; so does sample_residual, of the residual law.
  double sample(Draw& draw) const {
    if (law_ == Law::exponential) return a_ * standard_exponential(draw);
    if (law_ == Law::constant) return a_;
    if (law_ == Law::lognormal) return detail::exp_of(a_ + b_ * standard_normal(draw));
    return detail::apart(draw, [this](Draw& copy) { return sample_other(copy); });
  }

  /// The draws from `first` on of a stream as durations: from_seconds of what `sample` gives for each. `first` must be
  /// a multiple of kDrawBlock; throws Error otherwise.
  void sample_times(StreamKey stream, std::uint64_t first, std::span<Duration, kDrawBlock> out) const;

  /// P(X - elapsed <= x | X > elapsed).
  double residual_cdf(double x, double elapsed) const;
  /// E[X - elapsed | X > elapsed].
  double residual_mean(double elapsed) const;
  /// A value of X - elapsed given X > elapsed. Where no mass is left beyond `elapsed` (an over-run) it is exponential
  /// with the law's hazard near the end of its support (between the quantiles 0.9 and 0.99; where these are the same
  /// value, a mean of a twentieth of the largest value), and *overrun (if given) is set, else cleared. residual_cdf and
  /// residual_mean tell the same law. All three hold however far `elapsed` lies in the tail.
  double sample_residual(double elapsed, Draw& draw, bool* overrun = nullptr) const;

  /// The same law with every value multiplied by factor > 0.
  Distribution scaled(double factor) const;

  /// The named numbers of this law ("mean", "cv", "low", ... as in the makers), and a copy with one of them changed.
  /// `with("mean", m)` works for every law with a positive mean: it rescales, so that mean() is m (for a normal law,
  /// number("mean") is the parent's as in the maker, and the whole law is rescaled). "weight/0" is the first weight of
  /// a mixture or a discrete law (setting it scales the others to keep the sum 1) and "0/mean" the mean of a mixture's
  /// first part. Unknown names throw InvalidInput with the nearest one.
  std::vector<std::string> number_names() const;
  double number(const std::string& name) const;
  Distribution with(const std::string& name, double value) const;

  std::span<const double> values() const;   ///< empirical and discrete: sorted ascending
  std::span<const double> weights() const;  ///< discrete, mixture: sum 1
  std::span<const Distribution> parts() const;

  friend bool operator==(const Distribution& a, const Distribution& b);

  /// A standard exponential by the ziggurat of 256 layers (Marsaglia & Tsang 2000, doi 10.18637/jss.v005.i08).
  static double standard_exponential(Draw& draw);
  /// A standard normal by the ziggurat.
  static double standard_normal(Draw& draw);

 private:
  friend struct detail::Laws;
  double sample_other(Draw& draw) const;
  std::array<double, 4> own_numbers() const;
  Distribution with_mean(double value) const;

  Law law_ = Law::constant;
  double a_ = 0.0, b_ = 0.0, c_ = 0.0, d_ = 0.0;  // by law: see distribution.cpp
  struct Lists;
  std::shared_ptr<const Lists> lists_;  // of laws that need them; never changed, so that copies share them
};

std::string to_string(Law law);

// Below: the common case of the ziggurats, here so that it is compiled into the caller.
namespace detail {

struct Ziggurat {
  struct Layer {
    std::int64_t inside;  // below this a 53-bit number is under the density without a test
    double width;         // of one step of that number
  };
  std::array<Layer, 256> layers;
  std::array<double, 257> density;  // at the layers' outer edges
};
extern const Ziggurat kExponentialZiggurat, kNormalZiggurat;

/// 64 bits as a layer (bits 0 to 7) and a place in it (bits 11 to 63); bit 8 is left for a sign.
struct ZigguratPoint {
  ZigguratPoint(const Ziggurat& ziggurat, std::uint64_t bits) : layer(bits & 255) {
    const auto step = static_cast<std::int64_t>(bits >> 11);
    x = static_cast<double>(step) * ziggurat.layers[layer].width;
    inside = step < ziggurat.layers[layer].inside;
  }
  std::size_t layer;
  double x;
  bool inside;
};

double exponential_outside(std::uint64_t bits, Draw& draw);
double normal_outside(std::uint64_t bits, Draw& draw);
double mirrored_exponential(Draw& draw);
double mirrored_normal(Draw& draw);

}  // namespace detail

inline double Distribution::standard_exponential(Draw& draw) {
  if (draw.is_mirrored()) [[unlikely]]
    return detail::apart(draw, detail::mirrored_exponential);
  const std::uint64_t bits = draw.bits();
  const detail::ZigguratPoint point(detail::kExponentialZiggurat, bits);
  if (point.inside) [[likely]]
    return point.x;
  return detail::apart(draw, [bits](Draw& copy) { return detail::exponential_outside(bits, copy); });
}

inline double Distribution::standard_normal(Draw& draw) {
  if (draw.is_mirrored()) [[unlikely]]
    return detail::apart(draw, detail::mirrored_normal);
  const std::uint64_t bits = draw.bits();
  const detail::ZigguratPoint point(detail::kNormalZiggurat, bits);
  if (point.inside) [[likely]]
    return (bits & 256) != 0 ? -point.x : point.x;
  return detail::apart(draw, [bits](Draw& copy) { return detail::normal_outside(bits, copy); });
}

}  // namespace takt
