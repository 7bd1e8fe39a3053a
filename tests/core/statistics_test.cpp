// SPDX-License-Identifier: Apache-2.0
#include "takt/core/statistics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "takt/core/random.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

Moments of(const std::vector<double>& values) {
  Moments moments;
  for (const double x : values) moments.add(x);
  return moments;
}

TEST(Moments, AreThoseOfTheSample) {
  const Moments m = of({2, 4, 4, 4, 5, 5, 7, 9});
  EXPECT_EQ(m.count(), 8U);
  EXPECT_DOUBLE_EQ(m.mean(), 5.0);
  EXPECT_DOUBLE_EQ(m.variance(), 32.0 / 7.0);
  EXPECT_DOUBLE_EQ(m.standard_error(), std::sqrt(32.0 / 7.0 / 8.0));
  EXPECT_EQ(m.min(), 2.0);
  EXPECT_EQ(m.max(), 9.0);
}

TEST(Moments, OfTooFewValuesHaveNoWidth) {
  EXPECT_EQ(Moments().variance(), 0.0);
  EXPECT_EQ(of({3}).variance(), 0.0);
  EXPECT_EQ(of({-3}).max(), -3.0);
  EXPECT_TRUE(std::isnan(Moments().half_width()));
  EXPECT_TRUE(std::isnan(of({3}).half_width()));
}

TEST(Moments, KeepTheirDigitsFarFromZero) {
  const Moments m = of({1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16});
  EXPECT_DOUBLE_EQ(m.variance(), 30.0);
}

TEST(Moments, MergedAreThoseOfOnePass) {
  Moments all;
  std::vector<Moments> parts(5);
  Draw draw(StreamKey{3, 0}, 0);
  for (int i = 0; i < 1000; ++i) {
    const double x = 50.0 + draw.uniform();
    all.add(x);
    parts[static_cast<std::size_t>(i * i) % 4].add(x);  // parts 2 to 4 stay empty
  }
  Moments merged;
  for (const Moments& part : parts) merged.merge(part);
  EXPECT_EQ(merged.count(), all.count());
  EXPECT_NEAR(merged.mean(), all.mean(), 1e-13);
  EXPECT_NEAR(merged.variance(), all.variance(), 1e-13);
  EXPECT_EQ(merged.min(), all.min());
  EXPECT_EQ(merged.max(), all.max());
}

TEST(Moments, MergedWithNothingStayTheSame) {
  Moments m = of({1, 2, 4});
  m.merge(Moments());
  EXPECT_EQ(m, of({1, 2, 4}));
  Moments empty;
  empty.merge(m);
  EXPECT_EQ(empty, m);
}

TEST(Moments, HaveTheStudentInterval) {
  // n = 10, s^2 = 55/6; the 0.975 quantile of t with 9 degrees of freedom is 2.262157 (any table).
  const Moments m = of({1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
  EXPECT_NEAR(m.half_width(), 2.262157162798205 * std::sqrt(55.0 / 60.0), 1e-12);
  EXPECT_GT(m.half_width(0.99), m.half_width(0.95));
}

TEST(TimeWeighted, WeighsByHowLongAValueStood) {
  TimeWeighted level(Time{10s}, 2.0);
  level.set(Time{14s}, 5.0);
  level.set(Time{15s}, 1.0);
  EXPECT_DOUBLE_EQ(level.integral(Time{20s}), 2.0 * 4 + 5.0 + 1.0 * 5);
  EXPECT_DOUBLE_EQ(level.mean(Time{20s}), 1.8);
  EXPECT_EQ(level.value(), 1.0);
}

TEST(TimeWeighted, IsTheValueItselfOverNoTime) {
  const TimeWeighted level(Time{10s}, 2.0);
  EXPECT_EQ(level.mean(Time{10s}), 2.0);
  EXPECT_EQ(level.integral(Time{10s}), 0.0);
}

TEST(Quantile, InterpolatesBetweenOrderStatistics) {
  const std::vector<double> sorted{1, 2, 4, 8};
  EXPECT_EQ(quantile(sorted, 0.0), 1.0);
  EXPECT_EQ(quantile(sorted, 1.0), 8.0);
  EXPECT_DOUBLE_EQ(quantile(sorted, 0.5), 3.0);
  EXPECT_DOUBLE_EQ(quantile(sorted, 0.25), 1.75);  // R: quantile(c(1, 2, 4, 8), 0.25, type = 7)
  EXPECT_EQ(quantile(std::vector{5.0}, 0.3), 5.0);
}

TEST(Quantile, IsNotANumberWithoutASampleOrAProbability) {
  EXPECT_TRUE(std::isnan(quantile({}, 0.5)));
  EXPECT_TRUE(std::isnan(quantile(std::vector{1.0}, 1.5)));
  EXPECT_TRUE(std::isnan(quantile(std::vector{1.0}, std::nan(""))));
}

// Computed with mpmath 1.2 at 60 digits.
TEST(StudentT, HasItsQuantiles) {
  EXPECT_NEAR(student_t_quantile(0.975, 1), 12.706204736174693, 1e-12);
  EXPECT_NEAR(student_t_quantile(0.975, 9), 2.262157162798205, 1e-14);
  EXPECT_NEAR(student_t_quantile(0.95, 2.5), 2.5582186141359355, 1e-14);
  EXPECT_NEAR(student_t_quantile(0.0005, 30), -3.6459586350420218, 1e-13);
  EXPECT_NEAR(student_t_quantile(0.975, 1e9), 1.9599639845400542, 1e-8);
}

TEST(StudentT, IsInfiniteAtTheEndsAndNoNumberBeyond) {
  EXPECT_EQ(student_t_quantile(1.0, 3), std::numeric_limits<double>::infinity());
  EXPECT_EQ(student_t_quantile(0.0, 3), -std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(student_t_quantile(1.1, 3)));
  EXPECT_TRUE(std::isnan(student_t_quantile(0.5, 0)));
}

// Computed with mpmath 1.2 at 60 digits.
TEST(Normal, HasItsQuantiles) {
  EXPECT_NEAR(normal_quantile(1e-300), -37.047096299361199, 1e-12);
  EXPECT_NEAR(normal_quantile(1e-10), -6.3613409024040562, 1e-14);
  EXPECT_NEAR(normal_quantile(0.025), -1.9599639845400542, 1e-15);
  EXPECT_NEAR(normal_quantile(0.975), 1.9599639845400542, 1e-14);
  EXPECT_EQ(normal_quantile(0.5), 0.0);
  EXPECT_EQ(normal_quantile(1.0), std::numeric_limits<double>::infinity());
  EXPECT_TRUE(std::isnan(normal_quantile(-0.1)));
}

TEST(Normal, HasACdfThatItsQuantilesInvert) {
  for (const double p : {1e-200, 1e-9, 0.1, 0.5, 0.9, 1.0 - 1e-9}) {
    EXPECT_NEAR(normal_cdf(normal_quantile(p)), p, 1e-12 * p);
  }
}

}  // namespace
}  // namespace takt
