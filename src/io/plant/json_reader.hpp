// SPDX-License-Identifier: Apache-2.0
// Reads the values of a JsonTree, gathering what is wrong with them instead of stopping at the first.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "io/plant/json_tree.hpp"
#include "takt/core/calendar.hpp"
#include "takt/core/error.hpp"
#include "takt/core/quantity.hpp"

namespace takt::io::detail {

/// One a file. More faults than its limits allow are thrown as InvalidInput at once. Each reading function gives
/// nothing, after a fault, where the value is not as asked, and nothing, without a fault, where there is no value: a
/// missing key is allowed, or `JsonRecord::need` has reported it.
class JsonReader {
 public:
  explicit JsonReader(const JsonTree& tree) : tree_(tree), faults_(tree.duplicates()) {}

  const JsonTree& tree() const { return tree_; }
  const std::vector<Fault>& faults() const { return faults_; }

  void fault(JsonValue at, std::string expected, std::string nearest = {});
  void fault(JsonValue at, std::string path, std::string value, std::string expected, std::string nearest = {});
  void unknown_name(JsonValue at, std::string_view what, std::span<const std::string_view> names);

  std::optional<std::string> text(JsonValue at, std::string expected = "a text");
  std::optional<bool> flag(JsonValue at);
  std::optional<double> number(JsonValue at, std::string expected = "a number");  ///< finite, without a unit
  std::optional<double> not_negative(JsonValue at);                               ///< a number, 0 or more
  std::optional<std::uint64_t> count(JsonValue at, std::uint64_t most);           ///< a whole number, 0 or more
  std::optional<double> quantity(JsonValue at, Dimension dimension);
  std::optional<Duration> duration(JsonValue at);
  std::optional<WallClock::Instant> instant(JsonValue at, const std::string& zone = "UTC");
  std::optional<std::size_t> choice(JsonValue at, std::span<const std::string_view> names);

  /// The first member of an object or element of an array; nothing, after a fault, if it is no object or array.
  JsonValue members(JsonValue at, std::string expected);
  JsonValue elements(JsonValue at, std::string expected);

  /// What `make()` gives, or nothing, where it throws InvalidInput: its faults are taken over as being at `at`.
  template <class Make>
  auto made(JsonValue at, Make make) -> std::optional<decltype(make())> {
    try {
      return make();
    } catch (const InvalidInput& error) {
      take_over(at, error.faults());
      return std::nullopt;
    }
  }

  /// Checks "format" of the outermost object. False if it is another one, so that reading on would make no sense.
  bool has_format(JsonValue root, std::string_view format, bool required);

  /// Every fault, in the order of the file.
  std::vector<Fault> sorted_faults() const;

 private:
  void take_over(JsonValue at, const std::vector<Fault>& faults);
  bool is_quantity_text(JsonValue at, Dimension dimension);

  const JsonTree& tree_;
  std::vector<Fault> faults_;
};

/// An object with known keys. A key that is not known is a fault; if it is nearly one that is missing, it is read as
/// that one, so that a slip of the pen is one fault and not two.
class JsonRecord {
 public:
  /// The characters of `keys` outlive the record.
  JsonRecord(JsonReader& reader, JsonValue object, std::string_view what, std::span<const std::string_view> keys);
  JsonRecord(JsonReader& reader, JsonValue object, std::string_view what, std::initializer_list<std::string_view> keys)
      : JsonRecord(reader, object, what, std::span(keys.begin(), keys.size())) {}

  explicit operator bool() const { return is_object_; }
  JsonValue get(std::string_view key) const;                         ///< nothing if it is missing
  JsonValue need(std::string_view key, std::string expected) const;  ///< nothing, after a fault, if it is missing

  /// Read a key into `out` if it is there and right.
  bool text(std::string_view key, std::string& out) const;
  bool flag(std::string_view key, bool& out) const;
  bool count(std::string_view key, std::uint32_t& out,
             std::uint32_t most = std::numeric_limits<std::uint32_t>::max()) const;
  bool ratio(std::string_view key, double& out) const;
  template <class Enum>
  bool choice(std::string_view key, std::span<const std::string_view> names, Enum& out) const {
    const auto chosen = reader_.choice(get(key), names);
    if (chosen) out = static_cast<Enum>(*chosen);
    return chosen.has_value();
  }

 private:
  JsonReader& reader_;
  JsonValue object_;
  bool is_object_;
  std::vector<std::pair<std::string_view, JsonValue>> values_;
};

/// The names joined by commas, for messages.
std::string joined(std::span<const std::string_view> names);

}  // namespace takt::io::detail
