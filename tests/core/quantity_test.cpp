// SPDX-License-Identifier: Apache-2.0
#include "takt/core/quantity.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "takt/core/error.hpp"
#include "takt/core/random.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

const std::vector<Dimension> kDimensions{
    Dimension::time,  Dimension::rate,   Dimension::power,     Dimension::energy,      Dimension::ratio,
    Dimension::mass,  Dimension::length, Dimension::speed,     Dimension::temperature, Dimension::pressure,
    Dimension::count, Dimension::data,   Dimension::bandwidth, Dimension::computation, Dimension::computing_speed};

TEST(ParseQuantity, ReadsEveryUnitIntoTheDimensionsOwn) {
  const auto value = [](const char* text, Dimension dimension) { return parse_quantity(text, dimension); };
  EXPECT_EQ(value("12 s", Dimension::time), 12.0);
  EXPECT_EQ(value("1.5 h", Dimension::time), 5400.0);
  EXPECT_EQ(value("250 ms", Dimension::time), 0.25);
  EXPECT_EQ(value("3 us", Dimension::time), 3e-6);
  EXPECT_EQ(value("7 ns", Dimension::time), 7e-9);
  EXPECT_EQ(value("2 min", Dimension::time), 120.0);
  EXPECT_EQ(value("1 d", Dimension::time), 86400.0);
  EXPECT_EQ(value("2 wk", Dimension::time), 1209600.0);
  EXPECT_EQ(value("90 /h", Dimension::rate), 0.025);
  EXPECT_EQ(value("3 /min", Dimension::rate), 0.05);
  EXPECT_EQ(value("0.5 /s", Dimension::rate), 0.5);
  EXPECT_EQ(value("86400 /d", Dimension::rate), 1.0);
  EXPECT_EQ(value("4.5 kW", Dimension::power), 4500.0);
  EXPECT_EQ(value("2 kWh", Dimension::energy), 7.2e6);
  EXPECT_EQ(value("3 MJ", Dimension::energy), 3e6);
  EXPECT_EQ(value("85 %", Dimension::ratio), 0.85);
  EXPECT_EQ(value("0.85 1", Dimension::ratio), 0.85);
  EXPECT_EQ(value("250 g", Dimension::mass), 0.25);
  EXPECT_EQ(value("12 mm", Dimension::length), 0.012);
  EXPECT_EQ(value("30 m/min", Dimension::speed), 0.5);
  EXPECT_EQ(value("36 km/h", Dimension::speed), 10.0);
  EXPECT_EQ(value("-5 degC", Dimension::temperature), -5.0);
  EXPECT_NEAR(value("293.15 K", Dimension::temperature), 20.0, 1e-12);
  EXPECT_EQ(value("6 bar", Dimension::pressure), 6e5);
  EXPECT_EQ(value("12 parts", Dimension::count), 12.0);
}

TEST(ParseQuantity, AllowsTheSpaceToBeMissing) {
  EXPECT_EQ(parse_quantity("12s"), (Quantity{12.0, Dimension::time}));
  EXPECT_EQ(parse_quantity("90/h"), (Quantity{0.025, Dimension::rate}));
  EXPECT_EQ(parse_quantity("85%"), (Quantity{0.85, Dimension::ratio}));
}

TEST(ParseQuantity, ReadsExponents) {
  EXPECT_EQ(parse_quantity("1.5e3 W"), (Quantity{1500.0, Dimension::power}));
  EXPECT_EQ(parse_quantity("25E-2 m"), (Quantity{0.25, Dimension::length}));
}

TEST(ParseQuantity, RefusesWhatIsNotAQuantity) {
  for (const char* text : {"",          "12",       "s",      " 12 s",    "12 s ",   "12  s",   "12 sx",   "12 s 3",
                           "nan s",     "inf s",    "-inf s", "1e999 s",  "0x10 s",  "1,5 s",   "+1 s",    ".5 s",
                           "5. s",      "-s",       "12 S",   "12 KW",    "1e s",    "e3 s",    "12\ts",   "12 s\n",
                           "1.5 parts", "-2 parts", "1 e3 s", "twelve s", "12 kW h", "1_000 s", "1'000 s", "١٢ s"}) {
    EXPECT_EQ(parse_quantity(text), std::nullopt) << text;
    EXPECT_THROW(parse_quantity(text, Dimension::time), InvalidInput) << text;
    EXPECT_THROW(parse_duration(text), InvalidInput) << text;
  }
}

Fault fault_of(std::string_view text, Dimension dimension) {
  try {
    parse_quantity(text, dimension);
  } catch (const InvalidInput& error) {
    return error.faults().front();
  }
  return {};
}

TEST(ParseQuantity, SaysWhatWasExpected) {
  const Fault fault = fault_of("12", Dimension::time);
  EXPECT_EQ(fault.path, "");
  EXPECT_EQ(fault.value, "12");
  EXPECT_EQ(fault.expected, "a time such as \"12 s\" (units: s min h d wk ms us ns)");
  EXPECT_EQ(fault.nearest, "");
  EXPECT_EQ(fault_of("", Dimension::mass).value, "nothing");
}

TEST(ParseQuantity, RefusesAnotherDimension) {
  EXPECT_EQ(fault_of("12 kg", Dimension::time).value, "12 kg");
  EXPECT_EQ(fault_of("12 s", Dimension::rate).nearest, "");
  EXPECT_EQ(fault_of("5 m", Dimension::time).value, "5 m");
}

TEST(ParseQuantity, SuggestsTheNearestUnit) {
  EXPECT_EQ(fault_of("12 sec", Dimension::time).nearest, "s");
  EXPECT_EQ(fault_of("12 Seconds", Dimension::time).nearest, "s");
  EXPECT_EQ(fault_of("3 mins", Dimension::time).nearest, "min");
  EXPECT_EQ(fault_of("3 hrs", Dimension::time).nearest, "h");
  EXPECT_EQ(fault_of("3 days", Dimension::time).nearest, "d");
  EXPECT_EQ(fault_of("3 H", Dimension::time).nearest, "h");
  EXPECT_EQ(fault_of("4.5 KW", Dimension::power).nearest, "kW");
  EXPECT_EQ(fault_of("4.5 kwh", Dimension::energy).nearest, "kWh");
  EXPECT_EQ(fault_of("60 C", Dimension::temperature).nearest, "degC");
  EXPECT_EQ(fault_of("90 /hour", Dimension::rate).nearest, "/h");
  EXPECT_EQ(fault_of("85 percent", Dimension::ratio).nearest, "%");
  EXPECT_EQ(fault_of("12 part", Dimension::count).nearest, "parts");
  EXPECT_EQ(fault_of("12 fortnights", Dimension::time).nearest, "");
}

TEST(ParseDuration, IsExactToTheNanosecond) {
  EXPECT_EQ(parse_duration("0.1 s"), 100000000ns);
  EXPECT_EQ(parse_duration("1.5 h"), 90min);
  EXPECT_EQ(parse_duration("12 s"), 12s);
  EXPECT_EQ(parse_duration("0.000000001 s"), 1ns);
  EXPECT_EQ(parse_duration("123456789.123456789 s"), 123456789123456789ns);
  EXPECT_EQ(parse_duration("1e-3 s"), 1ms);
  EXPECT_EQ(parse_duration("2.5e2 ms"), 250ms);
  EXPECT_EQ(parse_duration("0.7 wk"), 423360s);
  EXPECT_EQ(parse_duration("-3 s"), -3s);
  EXPECT_EQ(parse_duration("0 d"), 0ns);
  EXPECT_EQ(parse_duration("00012 s"), 12s);
  EXPECT_EQ(parse_duration("0.00000000000000000000000000000000000001e40 s"), 100s);
}

TEST(ParseDuration, RoundsWhatIsFinerToTheNearest) {
  EXPECT_EQ(parse_duration("0.4 ns"), 0ns);
  EXPECT_EQ(parse_duration("0.5 ns"), 1ns);
  EXPECT_EQ(parse_duration("0.49999999999999999999999999999999 ns"), 0ns);
  EXPECT_EQ(parse_duration("1.4999999999 ns"), 1ns);
  EXPECT_EQ(parse_duration("1e-99999999999999999999 s"), 0ns);
  EXPECT_EQ(parse_duration("0.333333333333 min"), 20s);
}

TEST(ParseDuration, ReachesTheWholeRangeAndNoFurther) {
  EXPECT_EQ(parse_duration("9223372036854775807 ns"), Duration::max());
  EXPECT_EQ(parse_duration("-9223372036854775808 ns"), Duration::min());
  EXPECT_THROW(parse_duration("9223372036854775808 ns"), InvalidInput);
  EXPECT_THROW(parse_duration("1e12 s"), InvalidInput);
  EXPECT_THROW(parse_duration("1e99999999999999999999 s"), InvalidInput);
  EXPECT_THROW(parse_duration("99999999999999999999999999999999999999999999 h"), InvalidInput);
  EXPECT_EQ(parse_duration("0e99999 s"), 0s);
}

TEST(QuantityText, IsShortAndReadable) {
  EXPECT_EQ(to_text(Quantity{12.0, Dimension::time}), "12 s");
  EXPECT_EQ(to_text(Quantity{60.0, Dimension::time}), "1 min");
  EXPECT_EQ(to_text(Quantity{5400.0, Dimension::time}), "90 min");
  EXPECT_EQ(to_text(Quantity{0.25, Dimension::time}), "250 ms");
  EXPECT_EQ(to_text(Quantity{0.025, Dimension::rate}), "90 /h");
  EXPECT_EQ(to_text(Quantity{4500.0, Dimension::power}), "4.5 kW");
  EXPECT_EQ(to_text(Quantity{50.0, Dimension::power}), "50 W");
  EXPECT_EQ(to_text(Quantity{0.85, Dimension::ratio}), "85 %");
  EXPECT_EQ(to_text(Quantity{1.0, Dimension::ratio}), "100 %");
  EXPECT_EQ(to_text(Quantity{6e5, Dimension::pressure}), "6 bar");
  EXPECT_EQ(to_text(Quantity{20.0, Dimension::temperature}), "20 degC");
  EXPECT_EQ(to_text(Quantity{12.0, Dimension::count}), "12 parts");
  EXPECT_EQ(to_text(Quantity{0.0, Dimension::energy}), "0 J");
}

TEST(QuantityText, SaysSomethingOfWhatIsNoQuantity) {
  EXPECT_EQ(to_text(Quantity{std::numeric_limits<double>::infinity(), Dimension::time}), "inf s");
  EXPECT_EQ(to_text(Quantity{2.5, Dimension::count}), "2.5 parts");
}

TEST(DurationText, IsShortAndExact) {
  EXPECT_EQ(to_text(Duration{0}), "0 s");
  EXPECT_EQ(to_text(Duration{12s}), "12 s");
  EXPECT_EQ(to_text(Duration{8h}), "8 h");
  EXPECT_EQ(to_text(Duration{90min}), "90 min");
  EXPECT_EQ(to_text(Duration{1ns}), "1 ns");
  EXPECT_EQ(to_text(Duration{1500ms}), "1.5 s");
  EXPECT_EQ(to_text(Duration{24h}), "1 d");
  EXPECT_EQ(to_text(Duration{-90s}), "-90 s");
}

TEST(QuantityText, ReadsBackAsTheSameValue) {
  for (std::uint64_t i = 0; i < 20000; ++i) {
    Draw draw(StreamKey{77, 0}, i);
    for (const Dimension dimension : kDimensions) {
      double value = std::exp(80.0 * draw.uniform() - 40.0) * (i % 3 == 0 ? 1.0 : std::round(100.0 * draw.uniform()));
      if (i % 2 == 0) value = std::round(value * 1000.0) / 1000.0;
      if (dimension == Dimension::count) value = std::floor(value);
      const Quantity quantity{value, dimension};
      const std::string text = to_text(quantity);
      ASSERT_EQ(parse_quantity(text), quantity) << text;
    }
  }
}

TEST(DurationText, ReadsBackAsTheSameDuration) {
  const std::vector<std::int64_t> scales{1, 1000, 1000000, 1000000000, 60000000000, 3600000000000};
  for (std::uint64_t i = 0; i < 50000; ++i) {
    Draw draw(StreamKey{78, 0}, i);
    const auto bits = static_cast<std::int64_t>(draw.bits() >> (draw.bits() % 64));
    const std::int64_t scale = scales[i % scales.size()];
    const Duration duration{bits / scale * scale};
    ASSERT_EQ(parse_duration(to_text(duration)), duration) << to_text(duration);
  }
  EXPECT_EQ(parse_duration(to_text(Duration::min())), Duration::min());
  EXPECT_EQ(parse_duration(to_text(Duration::max())), Duration::max());
}

TEST(Units, AreListedWithTheOwnOneFirst) {
  EXPECT_EQ(units_of(Dimension::rate), "/s /min /h /d");
  EXPECT_EQ(units_of(Dimension::ratio), "1 %");
  for (const Dimension dimension : kDimensions) {
    const std::string units = units_of(dimension);
    const std::string own = units.substr(0, units.find(' '));
    EXPECT_EQ(parse_quantity("3 " + own), (Quantity{3.0, dimension})) << to_string(dimension);
  }
}

}  // namespace
}  // namespace takt
