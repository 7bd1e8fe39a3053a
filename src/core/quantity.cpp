// SPDX-License-Identifier: Apache-2.0
#include "takt/core/quantity.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "core/number_text.hpp"
#include "takt/core/error.hpp"

namespace takt {
namespace {

__extension__ using Wide = unsigned __int128;

// A value in the dimension's own unit is value * times / over + offset; one of the two is 1 where that can be, so that
// the result is the nearest double.
struct Unit {
  std::string_view name;
  Dimension dimension;
  double times = 1.0;
  double over = 1.0;
  double offset = 0.0;
  std::uint64_t nanoseconds = 0;  // of times only
};

// Each dimension's own unit comes first, and among equally short texts the first unit is written.
constexpr std::array kUnits{
    Unit{"s", Dimension::time, 1.0, 1.0, 0.0, 1'000'000'000},
    Unit{"min", Dimension::time, 60.0, 1.0, 0.0, 60'000'000'000},
    Unit{"h", Dimension::time, 3600.0, 1.0, 0.0, 3'600'000'000'000},
    Unit{"d", Dimension::time, 86400.0, 1.0, 0.0, 86'400'000'000'000},
    Unit{"wk", Dimension::time, 604800.0, 1.0, 0.0, 604'800'000'000'000},
    Unit{"ms", Dimension::time, 1.0, 1e3, 0.0, 1'000'000},
    Unit{"us", Dimension::time, 1.0, 1e6, 0.0, 1'000},
    Unit{"ns", Dimension::time, 1.0, 1e9, 0.0, 1},
    Unit{"/s", Dimension::rate},
    Unit{"/min", Dimension::rate, 1.0, 60.0},
    Unit{"/h", Dimension::rate, 1.0, 3600.0},
    Unit{"/d", Dimension::rate, 1.0, 86400.0},
    Unit{"W", Dimension::power},
    Unit{"kW", Dimension::power, 1e3},
    Unit{"MW", Dimension::power, 1e6},
    Unit{"J", Dimension::energy},
    Unit{"kJ", Dimension::energy, 1e3},
    Unit{"MJ", Dimension::energy, 1e6},
    Unit{"Wh", Dimension::energy, 3600.0},
    Unit{"kWh", Dimension::energy, 3.6e6},
    Unit{"MWh", Dimension::energy, 3.6e9},
    Unit{"1", Dimension::ratio},
    Unit{"%", Dimension::ratio, 1.0, 100.0},
    Unit{"kg", Dimension::mass},
    Unit{"g", Dimension::mass, 1.0, 1e3},
    Unit{"t", Dimension::mass, 1e3},
    Unit{"m", Dimension::length},
    Unit{"mm", Dimension::length, 1.0, 1e3},
    Unit{"cm", Dimension::length, 1.0, 1e2},
    Unit{"km", Dimension::length, 1e3},
    Unit{"m/s", Dimension::speed},
    Unit{"m/min", Dimension::speed, 1.0, 60.0},
    Unit{"mm/s", Dimension::speed, 1.0, 1e3},
    Unit{"km/h", Dimension::speed, 1.0, 3.6},
    Unit{"degC", Dimension::temperature},
    Unit{"K", Dimension::temperature, 1.0, 1.0, -273.15},
    Unit{"Pa", Dimension::pressure},
    Unit{"kPa", Dimension::pressure, 1e3},
    Unit{"MPa", Dimension::pressure, 1e6},
    Unit{"mbar", Dimension::pressure, 1e2},
    Unit{"bar", Dimension::pressure, 1e5},
    Unit{"parts", Dimension::count},
    Unit{"B", Dimension::data},
    Unit{"kB", Dimension::data, 1e3},
    Unit{"MB", Dimension::data, 1e6},
    Unit{"GB", Dimension::data, 1e9},
    Unit{"B/s", Dimension::bandwidth},
    Unit{"kB/s", Dimension::bandwidth, 1e3},
    Unit{"MB/s", Dimension::bandwidth, 1e6},
    Unit{"GB/s", Dimension::bandwidth, 1e9},
    Unit{"bit/s", Dimension::bandwidth, 1.0, 8.0},
    Unit{"kbit/s", Dimension::bandwidth, 125.0},
    Unit{"Mbit/s", Dimension::bandwidth, 125e3},
    Unit{"Gbit/s", Dimension::bandwidth, 125e6},
    Unit{"op", Dimension::computation},
    Unit{"kop", Dimension::computation, 1e3},
    Unit{"Mop", Dimension::computation, 1e6},
    Unit{"Gop", Dimension::computation, 1e9},
    Unit{"op/s", Dimension::computing_speed},
    Unit{"kop/s", Dimension::computing_speed, 1e3},
    Unit{"Mop/s", Dimension::computing_speed, 1e6},
    Unit{"Gop/s", Dimension::computing_speed, 1e9},
};

// What people write for the units above and the distance between names does not find.
struct Alias {
  std::string_view written, meant;
};
constexpr std::array kAliases{
    Alias{"sec", "s"},        Alias{"secs", "s"},      Alias{"second", "s"},     Alias{"seconds", "s"},
    Alias{"minute", "min"},   Alias{"minutes", "min"}, Alias{"hr", "h"},         Alias{"hrs", "h"},
    Alias{"hour", "h"},       Alias{"hours", "h"},     Alias{"day", "d"},        Alias{"days", "d"},
    Alias{"week", "wk"},      Alias{"weeks", "wk"},    Alias{"w", "wk"},         Alias{"msec", "ms"},
    Alias{"percent", "%"},    Alias{"pct", "%"},       Alias{"/sec", "/s"},      Alias{"/hr", "/h"},
    Alias{"/hour", "/h"},     Alias{"/day", "/d"},     Alias{"/minute", "/min"}, Alias{"C", "degC"},
    Alias{"\u00b0C", "degC"}, Alias{"pcs", "parts"},   Alias{"pieces", "parts"}, Alias{"\u00b5s", "us"},
};

struct Split {
  std::string_view number, unit;
};

std::size_t digits_from(std::string_view text, std::size_t at) {
  const std::size_t start = at;
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
  return at - start;
}

// The number is -?digits(.digits)?([eE][+-]?digits)?, as in JSON; then at most one space, then the unit.
std::optional<Split> split(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  const std::size_t whole = digits_from(text, at);
  if (whole == 0) return std::nullopt;
  at += whole;
  if (at < text.size() && text[at] == '.') {
    const std::size_t fraction = digits_from(text, at + 1);
    if (fraction == 0) return std::nullopt;
    at += 1 + fraction;
  }
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    const bool sign = at + 1 < text.size() && (text[at + 1] == '+' || text[at + 1] == '-');
    const std::size_t first = at + (sign ? 2U : 1U);
    if (const std::size_t exponent = digits_from(text, first); exponent > 0) at = first + exponent;
  }
  Split result{text.substr(0, at), text.substr(at)};
  if (result.unit.starts_with(' ')) result.unit.remove_prefix(1);
  return result;
}

const Unit* unit_called(std::string_view name) {
  const auto found = std::find_if(kUnits.begin(), kUnits.end(), [name](const Unit& u) { return u.name == name; });
  return found == kUnits.end() ? nullptr : &*found;
}

const Unit& own_unit(Dimension dimension) {
  return *std::find_if(kUnits.begin(), kUnits.end(), [dimension](const Unit& u) { return u.dimension == dimension; });
}

std::optional<double> value_in(const Unit& unit, std::string_view number) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc() || end != number.data() + number.size()) return std::nullopt;
  value = value * unit.times / unit.over + unit.offset;
  if (!std::isfinite(value)) return std::nullopt;
  if (unit.dimension == Dimension::count && (value < 0.0 || value != std::floor(value))) return std::nullopt;
  return value;
}

std::string example_of(Dimension dimension) {
  switch (dimension) {
    case Dimension::time: return "12 s";
    case Dimension::rate: return "90 /h";
    case Dimension::power: return "4.5 kW";
    case Dimension::energy: return "3 kWh";
    case Dimension::ratio: return "85 %";
    case Dimension::mass: return "2.5 kg";
    case Dimension::length: return "1.2 m";
    case Dimension::speed: return "0.5 m/s";
    case Dimension::temperature: return "60 degC";
    case Dimension::pressure: return "6 bar";
    case Dimension::data: return "200 B";
    case Dimension::bandwidth: return "100 Mbit/s";
    case Dimension::computation: return "5 Mop";
    case Dimension::computing_speed: return "10 Gop/s";
    case Dimension::count: break;
  }
  return "12 parts";
}

bool same_but_for_case(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

std::string nearest_unit(std::string_view name, Dimension dimension) {
  const auto fits = [dimension](std::string_view candidate) {
    const Unit* unit = unit_called(candidate);
    return unit != nullptr && unit->dimension == dimension;
  };
  if (name.empty() || fits(name)) return {};
  for (const Alias& alias : kAliases) {
    if (same_but_for_case(alias.written, name) && fits(alias.meant)) return std::string(alias.meant);
  }
  std::vector<std::string> names;
  for (const Unit& unit : kUnits) {
    if (unit.dimension != dimension) continue;
    if (same_but_for_case(unit.name, name)) return std::string(unit.name);
    names.emplace_back(unit.name);
  }
  return nearest_name(name, names);
}

[[noreturn]] void throw_not_a(Dimension dimension, std::string_view text) {
  const auto parts = split(text);
  throw InvalidInput(Fault{.value = text.empty() ? "nothing" : std::string(text),
                           .expected = "a " + to_string(dimension) + " such as \"" + example_of(dimension) +
                                       "\" (units: " + units_of(dimension) + ")",
                           .nearest = parts ? nearest_unit(parts->unit, dimension) : ""});
}

// A decimal number as digits * 10^exponent, exactly.
struct Decimal {
  bool negative = false;
  Wide digits = 0;
  long exponent = 0;
};

// Twenty-two digits say more than the range of a Duration holds; the further ones cannot change the nanosecond.
Decimal decimal_of(std::string_view number) {
  Decimal decimal;
  bool fraction = false;
  int kept = 0;
  for (std::size_t i = 0; i < number.size(); ++i) {
    const char c = number[i];
    if (c == '-') {
      decimal.negative = true;
    } else if (c == '.') {
      fraction = true;
    } else if (c == 'e' || c == 'E') {
      const std::string_view text = number.substr(i + (number[i + 1] == '+' ? 2 : 1));
      long exponent = 0;
      const auto result = std::from_chars(text.data(), text.data() + text.size(), exponent);
      if (result.ec != std::errc() || std::abs(exponent) > 100000) exponent = text.starts_with('-') ? -100000 : 100000;
      decimal.exponent += exponent;
      break;
    } else if (kept < 22) {
      decimal.digits = decimal.digits * 10 + static_cast<unsigned>(c - '0');
      if (decimal.digits > 0) ++kept;
      if (fraction) --decimal.exponent;
    } else if (!fraction) {
      ++decimal.exponent;
    }
  }
  return decimal;
}

std::optional<Duration> exact_duration(std::string_view number, std::uint64_t unit) {
  Decimal decimal = decimal_of(number);
  const Wide most = static_cast<Wide>(std::numeric_limits<std::int64_t>::max()) + (decimal.negative ? 1 : 0);
  Wide ticks = decimal.digits * unit;
  for (; decimal.exponent > 0 && ticks > 0 && ticks <= most; --decimal.exponent) ticks *= 10;
  for (; decimal.exponent < -1 && ticks > 0; ++decimal.exponent) ticks /= 10;
  if (decimal.exponent < 0) ticks = (ticks + 5) / 10;  // to the nearest: the last digit cut off decides
  if (ticks > most) return std::nullopt;
  const auto size = static_cast<std::uint64_t>(ticks);
  return Duration{static_cast<std::int64_t>(decimal.negative ? 0 - size : size)};
}

// The decimal text of ticks / unit if nine digits after the point suffice.
std::optional<std::string> decimal_text(std::uint64_t ticks, std::uint64_t unit) {
  std::string text = std::to_string(ticks / unit);
  std::uint64_t rest = ticks % unit;
  if (rest > 0) text += '.';
  for (int i = 0; i < 9 && rest > 0; ++i) {
    text += static_cast<char>('0' + rest * 10 / unit);
    rest = rest * 10 % unit;
  }
  if (rest > 0) return std::nullopt;
  return text;
}

// The text of a number that reads back as `value` in this unit: rounding may need the next double.
std::optional<std::string> text_in(const Unit& unit, double value) {
  const double number = (value - unit.offset) * unit.over / unit.times;
  for (const double toward : {number, -HUGE_VAL, HUGE_VAL}) {
    std::string text = detail::number_text(std::nextafter(number, toward));
    if (value_in(unit, text) == value) return text;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Quantity> parse_quantity(std::string_view text) {
  const auto parts = split(text);
  if (!parts) return std::nullopt;
  const Unit* unit = unit_called(parts->unit);
  if (unit == nullptr) return std::nullopt;
  const auto value = value_in(*unit, parts->number);
  if (!value) return std::nullopt;
  return Quantity{*value, unit->dimension};
}

double parse_quantity(std::string_view text, Dimension dimension) {
  const auto quantity = parse_quantity(text);
  if (!quantity || quantity->dimension != dimension) throw_not_a(dimension, text);
  return quantity->value;
}

Duration parse_duration(std::string_view text) {
  const auto parts = split(text);
  const Unit* unit = parts ? unit_called(parts->unit) : nullptr;
  if (unit == nullptr || unit->dimension != Dimension::time) throw_not_a(Dimension::time, text);
  const auto duration = exact_duration(parts->number, unit->nanoseconds);
  if (!duration) {
    throw InvalidInput(Fault{.value = std::string(text), .expected = "a time of less than 292 years"});
  }
  return *duration;
}

std::string to_text(Quantity quantity) {
  std::string best;
  std::string_view best_unit;
  for (const Unit& unit : kUnits) {
    if (unit.dimension != quantity.dimension) continue;
    const auto text = text_in(unit, quantity.value);
    // A ratio is a percentage wherever that reads back.
    if (text && (best.empty() || text->size() < best.size() || unit.name == "%")) {
      best = *text;
      best_unit = unit.name;
    }
  }
  if (best.empty()) return detail::number_text(quantity.value) + " " + std::string(own_unit(quantity.dimension).name);
  return best + " " + std::string(best_unit);
}

std::string to_text(Duration duration) {
  const bool negative = duration.count() < 0;
  // Negated as unsigned, so that the most negative duration has its text too.
  const auto bits = static_cast<std::uint64_t>(duration.count());
  const std::uint64_t ticks = negative ? 0 - bits : bits;
  std::string best;
  std::string_view best_unit;
  for (const Unit& unit : kUnits) {
    if (unit.dimension != Dimension::time) continue;
    const auto text = decimal_text(ticks, unit.nanoseconds);
    if (text && (best.empty() || text->size() < best.size())) {
      best = *text;
      best_unit = unit.name;
    }
  }
  return (negative ? "-" : "") + best + " " + std::string(best_unit);
}

std::string units_of(Dimension dimension) {
  std::string list;
  for (const Unit& unit : kUnits) {
    if (unit.dimension == dimension) list += (list.empty() ? "" : " ") + std::string(unit.name);
  }
  return list;
}

std::string to_string(Dimension dimension) {
  switch (dimension) {
    case Dimension::time: return "time";
    case Dimension::rate: return "rate";
    case Dimension::power: return "power";
    case Dimension::energy: return "energy";
    case Dimension::ratio: return "ratio";
    case Dimension::mass: return "mass";
    case Dimension::length: return "length";
    case Dimension::speed: return "speed";
    case Dimension::temperature: return "temperature";
    case Dimension::pressure: return "pressure";
    case Dimension::data: return "size of data";
    case Dimension::bandwidth: return "bandwidth";
    case Dimension::computation: return "number of operations";
    case Dimension::computing_speed: return "computing speed";
    case Dimension::count: break;
  }
  return "count";
}

}  // namespace takt
