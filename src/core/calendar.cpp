// SPDX-License-Identifier: Apache-2.0
#include "takt/core/calendar.hpp"

#include <date/tz.h>

#include <algorithm>
#include <exception>
#include <limits>
#include <mutex>
#include <optional>

#include "takt/core/error.hpp"
#include "takt/core/local_time.hpp"

namespace takt {
namespace {

using std::chrono::days;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using Instant = WallClock::Instant;

// How far ahead a change is looked for.
constexpr days kHorizon{2 * 366};

[[noreturn]] void throw_expected(std::string_view text, std::string expected, std::string nearest = {}) {
  throw InvalidInput(Fault{.value = text.empty() ? "nothing" : std::string(text),
                           .expected = std::move(expected),
                           .nearest = std::move(nearest)});
}

// The zone of a name; null if there is none. A zone is read from its file when it is first asked: by one thread while
// the others wait. Each thread remembers the last one.
const date::time_zone* located(const std::string& zone) {
  thread_local std::string name;
  thread_local const date::time_zone* known = nullptr;
  if (known != nullptr && name == zone) return known;
  static std::mutex mutex;
  const std::lock_guard turn(mutex);
  try {
    const date::time_zone* const found = date::locate_zone(zone);
    static_cast<void>(found->get_info(sys_seconds{}));
    name = zone;
    known = found;
    return found;
  } catch (const std::exception&) {
    return nullptr;
  }
}

[[noreturn]] void throw_unknown_zone(const std::string& zone) {
  std::vector<std::string> names;
  try {
    for (const date::time_zone& one : date::get_tzdb().zones) names.push_back(one.name());
  } catch (const std::exception&) {
    throw_expected(zone, "UTC: this computer has no database of time zones");
  }
  throw_expected(zone, "an IANA time zone such as Europe/Paris", nearest_name(zone, names));
}

// Between instants and the local time of a zone (counted from 1970-01-01T00:00:00 local). Remembers the offset in
// force, as the database is asked about many times within the same half year.
class LocalTime {
 public:
  explicit LocalTime(const std::string& zone) {
    if (zone == "UTC") return;  // needs no database
    zone_ = located(zone);
    if (zone_ == nullptr) throw_unknown_zone(zone);
    end_ = begin_;
  }

  seconds local(sys_seconds t) {
    if (t < begin_ || t >= end_) remember(zone_->get_info(t));
    return t.time_since_epoch() + offset_;
  }

  // The first instant at which the clock shows this time, or the change that skips it.
  sys_seconds instant(seconds local) {
    const sys_seconds guess{local - offset_};
    // A day from a change no local time is skipped or shown twice.
    if (zone_ == nullptr || (guess - days{1} >= begin_ && guess + days{1} < end_)) {
      return guess;
    }
    const date::local_info info = zone_->get_info(date::local_seconds{local});
    remember(info.first);
    if (info.result == date::local_info::nonexistent) return info.first.end;
    return sys_seconds{local - info.first.offset};
  }

 private:
  void remember(const date::sys_info& info) {
    begin_ = info.begin;
    end_ = info.end;
    offset_ = info.offset;
  }

  const date::time_zone* zone_ = nullptr;
  sys_seconds begin_ = sys_seconds::min(), end_ = sys_seconds::max();
  seconds offset_{0};
};

std::string padded(unsigned number, std::size_t width) {
  std::string text = std::to_string(number);
  return text.size() < width ? std::string(width - text.size(), '0') + text : text;
}

std::string date_text(sys_days day) {
  const std::chrono::year_month_day date{day};
  return padded(static_cast<unsigned>(static_cast<int>(date.year())), 4) + "-" +
         padded(static_cast<unsigned>(date.month()), 2) + "-" + padded(static_cast<unsigned>(date.day()), 2);
}

// Walks over the days of a calendar; days must not decrease.
class Days {
 public:
  Days(const Calendar& calendar, sys_days first)
      : calendar_(calendar), exception_(calendar.exceptions.lower_bound(date_text(first))) {
    read_date();
  }

  const DaySpans& spans(sys_days day) {
    while (exception_ != calendar_.exceptions.end() && date_ < day) {
      ++exception_;
      read_date();
    }
    if (exception_ != calendar_.exceptions.end() && date_ == day) return exception_->second;
    return calendar_.week[std::chrono::weekday{day}.iso_encoding() - 1];
  }

 private:
  void read_date() {
    if (exception_ != calendar_.exceptions.end()) date_ = sys_days{parse_date(exception_->first)};
  }

  const Calendar& calendar_;
  std::map<std::string, DaySpans>::const_iterator exception_;
  sys_days date_{};
};

// Reads fixed-width fields from the front of a text.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::optional<int> number(std::size_t digits, int least, int most) {
    if (rest_.size() < digits) return std::nullopt;
    int value = 0;
    for (const char c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9') return std::nullopt;
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    if (value < least || value > most) return std::nullopt;
    return value;
  }
  bool next_is_digit() const { return !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9'; }
  bool done() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

std::optional<std::chrono::year_month_day> read_date(Cursor& cursor) {
  const auto year = cursor.number(4, 0, 9999);
  if (!year || !cursor.take('-')) return std::nullopt;
  const auto month = cursor.number(2, 1, 12);
  if (!month || !cursor.take('-')) return std::nullopt;
  const auto day = cursor.number(2, 1, 31);
  if (!day) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{*year}, std::chrono::month{static_cast<unsigned>(*month)},
                                         std::chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return date;
}

// "06:00" up to `most` hours.
std::optional<std::chrono::minutes> read_minutes(Cursor& cursor, int most) {
  const auto hour = cursor.number(2, 0, most);
  if (!hour || !cursor.take(':')) return std::nullopt;
  const auto minute = cursor.number(2, 0, 59);
  if (!minute) return std::nullopt;
  return std::chrono::hours{*hour} + std::chrono::minutes{*minute};
}

struct InstantText {
  seconds local{};
  std::chrono::nanoseconds fraction{};
  std::optional<seconds> offset;
};

std::optional<InstantText> read_instant(std::string_view text) {
  Cursor cursor(text);
  const auto date = read_date(cursor);
  if (!date || !cursor.take('T')) return std::nullopt;
  const auto minutes = read_minutes(cursor, 23);
  if (!minutes || !cursor.take(':')) return std::nullopt;
  const auto second = cursor.number(2, 0, 59);
  if (!second) return std::nullopt;

  InstantText result;
  result.local = sys_days{*date}.time_since_epoch() + *minutes + seconds{*second};
  if (cursor.take('.')) {
    if (!cursor.next_is_digit()) return std::nullopt;
    std::int64_t unit = 100'000'000;
    for (; unit > 0 && cursor.next_is_digit(); unit /= 10)
      result.fraction += std::chrono::nanoseconds{*cursor.number(1, 0, 9) * unit};
  }
  if (cursor.take('Z')) {
    result.offset = seconds{0};
  } else if (!cursor.done()) {
    const int sign = cursor.take('+') ? 1 : cursor.take('-') ? -1 : 0;
    const auto offset = read_minutes(cursor, 23);
    if (sign == 0 || !offset) return std::nullopt;
    result.offset = sign * *offset;
  }
  if (!cursor.done()) return std::nullopt;
  return result;
}

// The years that nanoseconds of 64 bits hold in full.
bool in_range(sys_seconds t) {
  using std::chrono::January;
  return t >= sys_days{std::chrono::year{1678} / January / 1} && t < sys_days{std::chrono::year{2262} / January / 1};
}

}  // namespace

Instant parse_instant(std::string_view text, const std::string& zone) {
  const auto parts = read_instant(text);
  if (!parts)
    throw_expected(text, "an instant such as 2026-03-02T06:00:00, 2026-03-02T05:00:00Z or 2026-03-02T06:00:00+01:00");
  const sys_seconds t =
      parts->offset ? sys_seconds{parts->local - *parts->offset} : LocalTime(zone).instant(parts->local);
  if (!in_range(t)) throw_expected(text, "an instant from the years 1678 to 2261");
  return t + parts->fraction;
}

std::string to_text(Instant instant) {
  const auto t = std::chrono::floor<seconds>(instant);
  const auto day = std::chrono::floor<days>(t);
  const auto second = static_cast<unsigned>((t - day).count());
  std::string text = date_text(day) + "T" + padded(second / 3600, 2) + ":" + padded(second / 60 % 60, 2) + ":" +
                     padded(second % 60, 2);
  if (const auto fraction = static_cast<unsigned>((instant - t).count()); fraction > 0) {
    text += "." + padded(fraction, 9);
    text.erase(text.find_last_not_of('0') + 1);
  }
  return text + "Z";
}

Duration local_time(Instant instant, const std::string& zone) {
  const sys_seconds second = std::chrono::floor<seconds>(instant);
  return LocalTime(zone).local(second) + (instant - second);
}

bool zone_exists(const std::string& zone) { return zone == "UTC" || located(zone) != nullptr; }

bool Calendar::on_at(Instant instant, const std::string& zone) const {
  LocalTime local(zone);
  const auto t = std::chrono::floor<seconds>(instant);
  const sys_days today{std::chrono::floor<days>(local.local(t))};
  Days calendar_days(*this, today - days{1});
  // The neighbours too: a change of the clocks at midnight may move their ends to this side of it.
  for (sys_days day = today - days{1}; day <= today + days{1}; day += days{1}) {
    for (const DaySpan& span : calendar_days.spans(day)) {
      const seconds midnight = day.time_since_epoch();
      if (local.instant(midnight + span.from) <= t && t < local.instant(midnight + span.to)) return true;
    }
  }
  return false;
}

Instant Calendar::next_change(Instant after, const std::string& zone) const {
  LocalTime local(zone);
  const auto t = std::chrono::floor<seconds>(after);
  const auto result = [](sys_seconds change) { return in_range(change) ? Instant{change} : Instant::max(); };
  const sys_days first = sys_days{std::chrono::floor<days>(local.local(t))} - days{1};
  const sys_days last = first + kHorizon;
  Days calendar_days(*this, first);

  // Adjoining spans are one: `until` is the end of the one that is being put together.
  sys_seconds until = sys_seconds::min();
  for (sys_days day = first; day <= last; day += days{1}) {
    for (const DaySpan& span : calendar_days.spans(day)) {
      const sys_seconds from = local.instant(day.time_since_epoch() + span.from);
      const sys_seconds to = local.instant(day.time_since_epoch() + span.to);
      if (to <= from) continue;  // skipped by the clocks
      if (from > until && until > t) return result(until);
      if (from > until && from > t) return result(from);
      until = std::max(until, to);
    }
  }
  const bool stays_on = until >= local.instant((last + days{1}).time_since_epoch());
  return until > t && !stays_on ? result(until) : Instant::max();
}

Time Calendar::next_change(Time after, const WallClock& clock) const {
  const auto start = clock.epoch.time_since_epoch();
  const bool beyond = start.count() > 0 && after.time_since_epoch() > Duration::max() - start;
  if (after == kNever || beyond) return kNever;
  const Instant change = next_change(clock.to_wall(after), clock.zone);
  return change == Instant::max() ? kNever : clock.to_sim(change);
}

DaySpan parse_day_span(std::string_view text) {
  Cursor cursor(text);
  const auto from = read_minutes(cursor, 23);
  const auto to = from && cursor.take('-') ? read_minutes(cursor, 24) : std::nullopt;
  if (!to || !cursor.done() || *to > std::chrono::hours{24}) {
    throw_expected(text, "a span of clock time such as 06:00-14:00, up to 24:00");
  }
  if (*to <= *from) throw_expected(text, "a span that ends after it starts (past midnight it is two spans)");
  return {*from, *to};
}

std::chrono::year_month_day parse_date(std::string_view text) {
  Cursor cursor(text);
  const auto date = read_date(cursor);
  if (!date || !cursor.done()) throw_expected(text, "a date such as 2026-12-25");
  return *date;
}

}  // namespace takt
