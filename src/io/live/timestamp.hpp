// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>

#include "takt/core/calendar.hpp"

namespace takt::io {

/// Reads YYYY-MM-DDTHH:MM:SS[.fraction][Z], fractions to nine digits. The date of the last one is kept: a stream seldom
/// changes it.
class TimestampReader {
 public:
  /// The end of the timestamp at the start of [p, end), or nullptr if there is none.
  const char* read(const char* p, const char* end, WallClock::Instant& out) {
    constexpr std::ptrdiff_t kShortest = 19;
    if (end - p < kShortest) return nullptr;
    if (std::memcmp(p, date_.data(), date_.size()) != 0 && !read_date(p)) return nullptr;
    const std::uint32_t hour = two_digits(p + 11), minute = two_digits(p + 14), second = two_digits(p + 17);
    if (hour > 23 || minute > 59 || second > 59 || p[13] != ':' || p[16] != ':') return nullptr;
    std::int64_t ns = std::int64_t{3600 * hour + 60 * minute + second} * 1'000'000'000;
    p += kShortest;
    if (p != end && *p == '.') {
      const char* const digits = ++p;
      std::uint32_t fraction = 0;
      while (p != end && digit(*p) <= 9 && p - digits < 9) fraction = 10 * fraction + digit(*p++);
      if (p == digits) return nullptr;
      ns += std::int64_t{fraction} * kScale[static_cast<std::size_t>(p - digits)];
    }
    if (p != end && *p == 'Z') ++p;
    out = day_ + std::chrono::nanoseconds{ns};
    return p;
  }

 private:
  static constexpr std::array<std::int32_t, 10> kScale{1'000'000'000, 100'000'000, 10'000'000, 1'000'000, 100'000,
                                                       10'000,        1'000,       100,        10,        1};

  static std::uint32_t digit(char c) { return static_cast<std::uint32_t>(static_cast<unsigned char>(c)) - '0'; }

  // Above 99 if they are none.
  static std::uint32_t two_digits(const char* p) {
    const std::uint32_t tens = digit(p[0]), ones = digit(p[1]);
    return tens <= 9 && ones <= 9 ? 10 * tens + ones : 100;
  }

  bool read_date(const char* p) {
    namespace c = std::chrono;
    const std::uint32_t century = two_digits(p), year = two_digits(p + 2);
    const std::uint32_t month = two_digits(p + 5), day = two_digits(p + 8);
    if (century > 99 || year > 99 || p[4] != '-' || p[7] != '-' || p[10] != 'T') return false;
    const c::year_month_day date{c::year{static_cast<int>(100 * century + year)}, c::month{month}, c::day{day}};
    if (!date.ok() || date.year() < c::year{1678} || date.year() > c::year{2261})
      return false;  // what an Instant holds
    day_ = c::sys_days{date};
    std::memcpy(date_.data(), p, date_.size());
    return true;
  }

  std::array<char, 11> date_{};  // "YYYY-MM-DDT"
  WallClock::Instant day_{};
};

}  // namespace takt::io
