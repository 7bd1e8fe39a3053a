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
// need no description. Numbers are as the machine has them (takt runs on little-endian machines). Who puts the bytes on
// file gives them a version and a check sum.
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
    } else {
      const_cast<T&>(value).fields(*this);  // `fields` names members only; a writer changes none
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
    put_all(values);
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
    } else {
      value.fields(*this);
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
    get_all(values);
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
    std::memcpy(into, bytes_.data(), size);
    bytes_ = bytes_.subspan(size);
  }
  [[noreturn]] static void refuse(std::string value) {
    throw InvalidInput(Fault{.path = "bytes", .value = std::move(value), .expected = "the bytes of a whole value"});
  }

  std::span<const std::byte> bytes_;
};

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
