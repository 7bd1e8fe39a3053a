// SPDX-License-Identifier: Apache-2.0
// How often intervals hold the truth.
#pragma once

#include <cstdio>
#include <cstdlib>

#include "takt/study/output_analysis.hpp"

namespace takt::test {

/// Whether the long form of tests is asked for.
inline bool is_long() { return std::getenv("TAKT_STUDY_LONG") != nullptr; }

struct Coverage {
  int held = 0, all = 0;

  void add(const Interval& interval, double truth) {
    held += interval.contains(truth) ? 1 : 0;
    ++all;
  }
  double share() const { return static_cast<double>(held) / all; }
  void tell(const char* what) const {
    std::printf("%s: %d of %d intervals hold the truth (%.3f)\n", what, held, all, share());
  }
};

}  // namespace takt::test
