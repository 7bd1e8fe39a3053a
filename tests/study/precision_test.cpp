// SPDX-License-Identifier: Apache-2.0
#include "takt/study/precision.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "takt/core/error.hpp"
#include "takt/core/random.hpp"

namespace takt {
namespace {

/// Two figures: one noisy, one that half of the time has no value.
std::vector<double> batch(std::uint32_t first, std::uint32_t count) {
  std::vector<double> rows;
  for (std::uint32_t r = first; r < first + count; ++r) {
    Draw draw(stream_key(5, r, hash_path("/x"), Purpose::merge), 0);
    rows.push_back(10.0 + 12.0 * (draw.uniform() - 0.5));
    rows.push_back(r % 2 == 0 ? std::numeric_limits<double>::quiet_NaN() : 3.0 + draw.uniform());
  }
  return rows;
}

TEST(Precision, StopsAtTheFirstPrefixThatIsPreciseWhateverTheBatches) {
  const Precision precision{.relative = 0.05};
  const Precise one = replicate_until(precision, 2, batch, 1);
  ASSERT_TRUE(one.reached);
  for (const std::uint32_t least : {7U, 100U, 1000U}) {
    const Precise other = replicate_until(precision, 2, batch, least);
    EXPECT_EQ(other.replications, one.replications);
    EXPECT_EQ(other.rows.size(), one.rows.size());
  }
  // The rule itself, on every prefix: half-width of the first figure at 1 - 0.05/2, against 0.05/1.05 of its mean.
  Moments moments;
  const std::vector<double> rows = batch(0, one.replications);
  for (std::uint32_t n = 1; n <= one.replications; ++n) {
    moments.add(rows[2 * (n - 1)]);
    if (n < precision.first) continue;
    const double t = student_t_quantile(1.0 - 0.05 / 4.0, n - 1.0);
    const bool precise = t * moments.standard_error() <= 0.05 / 1.05 * moments.mean();
    if (n < one.replications && precise) {
      PrecisionWatch watch(precision, 2);
      for (std::uint32_t r = 0; r < n; ++r) watch.add(std::span(rows).subspan(2 * r, 2));
      EXPECT_FALSE(watch.is_precise(1)) << n;  // then it was the other figure
    }
    if (n == one.replications) {
      EXPECT_TRUE(precise);
    }
  }
}

TEST(Precision, GivesUpAndSaysSo) {
  const Precise result = replicate_until({.relative = 0.001, .most = 50}, 2, batch);
  EXPECT_FALSE(result.reached);
  EXPECT_EQ(result.replications, 50U);
  EXPECT_EQ(result.rows.size(), 100U);
}

TEST(Precision, TellsEveryWrongOptionAtOnce) {
  try {
    check({.relative = 1.5, .confidence = 0.0, .first = 2});
    FAIL();
  } catch (const InvalidInput& error) {
    EXPECT_EQ(error.faults().size(), 3U);
  }
}

}  // namespace
}  // namespace takt
