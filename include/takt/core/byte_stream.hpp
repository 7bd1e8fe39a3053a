// SPDX-License-Identifier: Apache-2.0
// Values as bytes and back, each described once:
//
//   struct Learner {
//     double mean = 0.0;
//     std::map<std::string, Count> counts;
//     template <class Bytes>
//     void fields(Bytes& bytes) { bytes(mean, counts); }
//   };
//   std::vector<std::byte> kept = takt::to_bytes_of(learner);
//   takt::from_bytes_of(kept, learner);
//
// Numbers, enumerations, texts, points in time, optionals, pairs, arrays, vectors, deques, sets and maps of such values
// need no description. A type that shall not know of bytes is described by a function `fields(bytes, value)` beside it.
// Numbers are as the machine has them (takt runs on little-endian machines). Who puts the bytes on file adds a check
// sum and the layout, so that a description that has changed is told and not misread.
#pragma once

#include <array>
#include <bit>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "takt/core/error.hpp"

namespace takt {

static_assert(std::endian::native == std::endian::little);

class ByteWriter {
 public:
  template <class... Values>
  void operator()(const Values&... values) {
    (put(values), ...);
  }
  std::vector<std::byte> take() && { return std::move(bytes_); }

 private:
  template <class T>
  void put(const T& value) {
    if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
      raw(&value, sizeof value);
    } else if constexpr (requires(T & one, ByteWriter & bytes) { one.fields(bytes); }) {
      const_cast<T&>(value).fields(*this);  // `fields` names members only; a writer changes none
    } else {
      fields(*this, const_cast<T&>(value));
    }
  }
  template <class Rep, class Period>
  void put(const std::chrono::duration<Rep, Period>& value) {
    put(value.count());
  }
  template <class Clock, class Span>
  void put(const std::chrono::time_point<Clock, Span>& value) {
    put(value.time_since_epoch());
  }
  void put(const std::string& text) {
    put(static_cast<std::uint64_t>(text.size()));
    raw(text.data(), text.size());
  }
  template <class T>
  void put(const std::optional<T>& value) {
    put(value.has_value());
    if (value) put(*value);
  }
  template <class A, class B>
  void put(const std::pair<A, B>& value) {
    put(value.first);
    put(value.second);
  }
  template <class T, std::size_t N>
  void put(const std::array<T, N>& values) {
    for (const T& each : values) put(each);
  }
  template <class T>
  void put(const std::vector<T>& values) {
    if constexpr (std::is_arithmetic_v<T>) {
      put(static_cast<std::uint64_t>(values.size()));
      raw(values.data(), values.size() * sizeof(T));
    } else {
      put_all(values);
    }
  }
  template <class T>
  void put(const std::deque<T>& values) {
    put_all(values);
  }
  template <class T, class Less>
  void put(const std::set<T, Less>& values) {
    put_all(values);
  }
  template <class K, class V, class Less>
  void put(const std::map<K, V, Less>& values) {
    put_all(values);
  }
  template <class Range>
  void put_all(const Range& values) {
    put(static_cast<std::uint64_t>(values.size()));
    for (const auto& each : values) put(each);
  }
  void raw(const void* from, std::size_t size) {
    const auto* first = static_cast<const std::byte*>(from);
    bytes_.insert(bytes_.end(), first, first + size);
  }

  std::vector<std::byte> bytes_;
};

/// Throws InvalidInput where the bytes end too early or hold what no writer wrote.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <class... Values>
  void operator()(Values&... values) {
    (get(values), ...);
  }
  bool at_end() const { return bytes_.empty(); }

 private:
  template <class T>
  void get(T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      std::uint8_t byte = 0;
      raw(&byte, 1);
      if (byte > 1) refuse("a truth value of " + std::to_string(byte));
      value = byte == 1;
    } else if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
      raw(&value, sizeof value);
    } else if constexpr (requires(ByteReader & bytes) { value.fields(bytes); }) {
      value.fields(*this);
    } else {
      fields(*this, value);
    }
  }
  template <class Rep, class Period>
  void get(std::chrono::duration<Rep, Period>& value) {
    Rep count{};
    get(count);
    value = std::chrono::duration<Rep, Period>(count);
  }
  template <class Clock, class Span>
  void get(std::chrono::time_point<Clock, Span>& value) {
    Span since{};
    get(since);
    value = std::chrono::time_point<Clock, Span>(since);
  }
  void get(std::string& text) {
    text.resize(size());
    raw(text.data(), text.size());
  }
  template <class T>
  void get(std::optional<T>& value) {
    bool has = false;
    get(has);
    value.reset();
    if (has) get(value.emplace());
  }
  template <class A, class B>
  void get(std::pair<A, B>& value) {
    get(value.first);
    get(value.second);
  }
  template <class T, std::size_t N>
  void get(std::array<T, N>& values) {
    for (T& each : values) get(each);
  }
  template <class T>
  void get(std::vector<T>& values) {
    if constexpr (std::is_arithmetic_v<T>) {
      const std::uint64_t count = size();
      if (count > bytes_.size() / sizeof(T)) refuse(std::to_string(count) + " numbers");
      values.resize(count);
      raw(values.data(), count * sizeof(T));
    } else {
      get_all(values);
    }
  }
  template <class T>
  void get(std::deque<T>& values) {
    get_all(values);
  }
  template <class Range>
  void get_all(Range& values) {
    values.clear();
    for (std::uint64_t left = size(); left > 0; --left) get(values.emplace_back());
  }
  template <class T, class Less>
  void get(std::set<T, Less>& values) {
    values.clear();
    for (std::uint64_t left = size(); left > 0; --left) {
      T each{};
      get(each);
      values.insert(std::move(each));
    }
  }
  template <class K, class V, class Less>
  void get(std::map<K, V, Less>& values) {
    values.clear();
    for (std::uint64_t left = size(); left > 0; --left) {
      std::pair<K, V> each{};
      get(each);
      values.insert(std::move(each));
    }
  }
  /// How many of something follow: each takes a byte at least.
  std::uint64_t size() {
    std::uint64_t size = 0;
    get(size);
    if (size > bytes_.size())
      refuse(std::to_string(size) + " of something in " + std::to_string(bytes_.size()) + " bytes");
    return size;
  }
  void raw(void* into, std::size_t size) {
    if (size > bytes_.size())
      refuse("an end after " + std::to_string(bytes_.size()) + " of " + std::to_string(size) + " bytes");
    if (size > 0) std::memcpy(into, bytes_.data(), size);
    bytes_ = bytes_.subspan(size);
  }
  [[noreturn]] static void refuse(std::string value) {
    throw InvalidInput(Fault{.path = "bytes", .value = std::move(value), .expected = "the bytes of a whole value"});
  }

  std::span<const std::byte> bytes_;
};

/// How values are described, as a number: another one when a member comes, goes, or changes its type or its place.
class ByteLayout {
 public:
  template <class... Values>
  void operator()(const Values&... values) {
    (note(values), ...);
  }
  /// What only a name tells: a type that is written in a way of its own.
  void name(std::string_view letters) {
    for (const char c : letters) mix(static_cast<unsigned char>(c));
  }
  std::uint64_t value() const { return value_; }

 private:
  enum Tag : std::uint64_t { number = 1, text, optional, pair, list, set, map, time, object, end, array };

  template <class T>
  void note(const T& value) {
    if constexpr (std::is_arithmetic_v<T> || std::is_enum_v<T>) {
      mix(number);
      mix(sizeof(T) * 4 + (std::is_floating_point_v<T> ? 2 : 0) + (std::is_signed_v<T> ? 1 : 0));
    } else if (depth_ < kDeepest) {  // a type may hold itself
      ++depth_;
      mix(object);
      if constexpr (requires(T & one, ByteLayout & bytes) { one.fields(bytes); })
        const_cast<T&>(value).fields(*this);
      else
        fields(*this, const_cast<T&>(value));
      mix(end);
      --depth_;
    }
  }
  template <class Rep, class Period>
  void note(const std::chrono::duration<Rep, Period>&) {
    mix(time);
    mix(static_cast<std::uint64_t>(Period::den));
    note(Rep{});
  }
  template <class Clock, class Span>
  void note(const std::chrono::time_point<Clock, Span>&) {
    note(Span{});
  }
  void note(const std::string&) { mix(text); }
  template <class T>
  void note(const std::optional<T>&) {
    mix(optional);
    note(T{});
  }
  template <class A, class B>
  void note(const std::pair<A, B>& value) {
    mix(pair);
    note(value.first);
    note(value.second);
  }
  template <class T, std::size_t N>
  void note(const std::array<T, N>& values) {
    mix(array);
    mix(N);
    note(values[0]);
  }
  template <class T>
  void note(const std::vector<T>&) {
    mix(list);
    note(T{});
  }
  template <class T>
  void note(const std::deque<T>&) {
    mix(list);
    note(T{});
  }
  template <class T, class Less>
  void note(const std::set<T, Less>&) {
    mix(set);
    note(T{});
  }
  template <class K, class V, class Less>
  void note(const std::map<K, V, Less>&) {
    mix(map);
    note(K{});
    note(V{});
  }
  /// FNV-1a (Fowler, Noll, Vo), a byte at a time.
  void mix(std::uint64_t word) {
    for (int shift = 0; shift < 64; shift += 8) value_ = (value_ ^ ((word >> shift) & 255U)) * 0x100000001b3U;
  }

  static constexpr int kDeepest = 16;
  int depth_ = 0;
  std::uint64_t value_ = 0xcbf29ce484222325U;
};

template <class T>
std::uint64_t layout_of(const T& example) {
  ByteLayout layout;
  layout(example);
  return layout.value();
}

template <class T>
std::vector<std::byte> to_bytes_of(const T& value) {
  ByteWriter writer;
  writer(value);
  return std::move(writer).take();
}

/// Throws InvalidInput unless the bytes hold the value and nothing else.
template <class T>
void from_bytes_of(std::span<const std::byte> bytes, T& value) {
  ByteReader reader(bytes);
  reader(value);
  if (!reader.at_end())
    throw InvalidInput(Fault{.path = "bytes", .value = "more bytes", .expected = "the end of the value"});
}

}  // namespace takt
