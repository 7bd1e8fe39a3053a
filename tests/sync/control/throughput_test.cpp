// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/control/throughput.hpp"

#include <gtest/gtest.h>

#include "engine/plants.hpp"
#include "takt/core/error.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

TEST(MovingThroughput, CountsWhatLeftThePlantWithinTheWindow) {
  // A part every ten seconds: 360 an hour, but for the time of the first part on the machine.
  Twin twin(compile(test::serial_line({test::machine_with(Distribution::constant(10.0))}, {})));
  const WallClock::Instant begin = twin.model().plant.clock.epoch;
  MovingThroughput throughput(10min);
  std::optional<Signal> last;
  for (Duration t{0}; t <= 30min; t += 1s) {
    twin.advance_to(Time{t});
    last = throughput.observe(twin, begin + t);
    EXPECT_EQ(last.has_value(), t >= 10min - 10s) << to_text(begin + t);
    if (last) {
      EXPECT_NEAR(last->value, 360.0, 6.1) << "a part more or less in ten minutes";
    }
  }
  EXPECT_EQ(last->name, "throughput_per_h");
  EXPECT_EQ(last->about, "/");
  // The clock goes on, the plant does not: nothing leaves it any more.
  EXPECT_NEAR(throughput.observe(twin, begin + 35min)->value, 180.0, 6.1);
}

TEST(MovingThroughput, NeedsAWindow) { EXPECT_THROW(MovingThroughput(Duration{0}), InvalidInput); }

}  // namespace
}  // namespace takt
