// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/common_subsequence.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

namespace takt {
namespace {

using namespace std::chrono_literals;
using Sequence = std::vector<Labelled>;

bool may_match(const Labelled& a, const Labelled& b, std::span<const Duration> within) {
  if (a.label != b.label) return false;
  return within.empty() || (a.label < within.size() && std::abs(a.at - b.at) <= within[a.label].count());
}

/// The table of dynamic programming, row by row.
std::size_t plainly(const Sequence& a, const Sequence& b, std::span<const Duration> within) {
  std::vector<std::uint32_t> row(b.size() + 1);
  for (const Labelled& each : a) {
    std::uint32_t corner = 0;
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::uint32_t above = row[j + 1];
      row[j + 1] = may_match(each, b[j], within) ? corner + 1 : std::max(above, row[j]);
      corner = above;
    }
  }
  return row.back();
}

Sequence random_sequence(std::mt19937_64& random, std::size_t size, std::uint32_t labels, std::int64_t step) {
  Sequence sequence;
  std::int64_t at = 0;
  for (std::size_t i = 0; i < size; ++i) {
    at += static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(step));
    sequence.push_back({static_cast<std::uint32_t>(random() % labels), at});
  }
  return sequence;
}

/// A few events left out, put in, or changed.
Sequence altered(std::mt19937_64& random, const Sequence& from, std::uint32_t labels, std::uint64_t one_in) {
  Sequence to;
  for (const Labelled& each : from) {
    const std::uint64_t dice = random() % one_in;
    if (dice != 0) to.push_back(each);
    if (dice == 1) to.push_back({static_cast<std::uint32_t>(random() % labels), each.at});
  }
  return to;
}

/// That pairs may match, and go forward in both.
void expect_valid(const Sequence& of_index, const Sequence& other, const std::vector<std::uint32_t>& partner,
                  std::span<const Duration> within, std::size_t length) {
  ASSERT_EQ(partner.size(), other.size());
  std::size_t pairs = 0, next = 0;
  for (std::size_t i = 0; i < partner.size(); ++i) {
    if (partner[i] == SequenceIndex::kUnmatched) continue;
    ASSERT_GE(partner[i], next);
    ASSERT_LT(partner[i], of_index.size());
    ASSERT_TRUE(may_match(other[i], of_index[partner[i]], within));
    next = partner[i] + 1;
    ++pairs;
  }
  EXPECT_EQ(pairs, length);
}

void expect_exact(const Sequence& a, const Sequence& b, std::span<const Duration> within) {
  const SequenceIndex index(a);
  const std::size_t length = plainly(b, a, within);
  ASSERT_EQ(index.common(b, within), length);
  ASSERT_EQ(SequenceIndex(b).common(a, within), length);
  expect_valid(a, b, index.match(b, within), within, length);
}

TEST(CommonSubsequence, IsTheOneOfThePlainTableForAnySequences) {
  std::mt19937_64 random(1);
  for (int i = 0; i < 3000; ++i) {
    SCOPED_TRACE(i);
    const auto labels = static_cast<std::uint32_t>(1 + random() % 12);
    const Sequence a = random_sequence(random, random() % 200, labels, 10);
    const Sequence b = i % 2 == 0 ? random_sequence(random, random() % 200, labels, 10)
                                  : altered(random, a, labels, 2 + random() % 20);
    expect_exact(a, b, {});
    std::vector<Duration> within;
    for (std::uint32_t label = 0; label < labels; ++label) within.push_back(1ns * (random() % 60));
    if (i % 5 == 0) within.pop_back();  // of the last label nothing matches
    expect_exact(a, b, within.empty() ? std::vector<Duration>{-1ns} : within);
    if (HasFatalFailure()) return;
  }
}

// So far apart that the first band around the diagonal is too narrow.
TEST(CommonSubsequence, IsFoundWhereItLiesFarOffTheDiagonal) {
  std::mt19937_64 random(2);
  for (const std::size_t lead : {300U, 900U, 3000U}) {
    Sequence a = random_sequence(random, 2000, 50, 10), b = random_sequence(random, lead, 50, 10);
    for (const Labelled& each : a) b.push_back({each.label, each.at + b[lead - 1].at});
    for (const Labelled& each : random_sequence(random, lead, 50, 10)) a.push_back({each.label, a.back().at + each.at});
    expect_exact(a, b, {});
    EXPECT_GE(SequenceIndex(a).common(b), 2000U);
  }
}

// More changes of words than are remembered at once, so that rows are walked again.
TEST(CommonSubsequence, OfLongSequencesIsExactToo) {
  std::mt19937_64 random(3);
  const Sequence a = random_sequence(random, 14'000, 3, 10), b = random_sequence(random, 15'000, 3, 10);
  expect_exact(a, b, {});
  expect_exact(a, b, std::vector<Duration>{100ns, 10'000ns, 1ns});
}

TEST(CommonSubsequence, OfNothingIsNothing) {
  const Sequence one{{0, 0}};
  EXPECT_EQ(SequenceIndex({}).common(one), 0U);
  EXPECT_EQ(SequenceIndex(one).common({}), 0U);
  EXPECT_EQ(SequenceIndex({}).match(one), std::vector<std::uint32_t>{SequenceIndex::kUnmatched});
  EXPECT_EQ(SequenceIndex(one).common(one, std::vector<Duration>{-1ns}), 0U);
  EXPECT_EQ(SequenceIndex(one).common(one, std::vector<Duration>{0ns}), 1U);
}

}  // namespace
}  // namespace takt
