// SPDX-License-Identifier: Apache-2.0
// A JSON text as a tree that knows the line of every value, so that a fault of meaning can say where it stands.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "takt/core/error.hpp"
#include "takt/io/plant/plant_file.hpp"

namespace takt::io::detail {

class JsonTree;

/// One value of a tree, or nothing. Valid as long as its tree.
class JsonValue {
 public:
  enum class Kind : std::uint8_t { null, boolean, integer, number, string, array, object };

  JsonValue() = default;
  explicit operator bool() const { return tree_ != nullptr; }
  friend bool operator==(const JsonValue&, const JsonValue&) = default;

  Kind kind() const;
  int line() const;
  std::string_view key() const;   ///< its name in the object it stands in
  std::string_view text() const;  ///< of a string, its characters; of a number, true, false or null, as written

  /// The values of an array or object, in the order of the file: `for (v = a.first(); v; v = v.next())`.
  JsonValue first() const;
  JsonValue next() const;
  JsonValue find(std::string_view key) const;  ///< nothing if there is none

  std::string pointer() const;
  std::string shown() const;  ///< short, for messages

 private:
  friend class JsonTree;
  friend class JsonTreeBuilder;
  JsonValue(const JsonTree* tree, std::uint32_t node) : tree_(tree), node_(node) {}
  const JsonTree* tree_ = nullptr;
  std::uint32_t node_ = 0;
};

/// Flat, so that no depth or size of a file can exhaust the stack. A key that stands twice in an object is kept once.
class JsonTree {
 public:
  /// Throws InvalidInput if the text is not JSON or beyond the limits.
  JsonTree(std::string_view text, std::string file, const Limits& limits, int first_line = 1);
  JsonTree(const JsonTree&) = delete;
  JsonTree& operator=(const JsonTree&) = delete;

  const std::string& file() const { return file_; }
  JsonValue root() const { return {this, 0}; }
  const Limits& limits() const { return limits_; }
  const std::vector<Fault>& duplicates() const { return duplicates_; }  ///< one a repeated key

  /// The deepest value on the way of a pointer; `rest` is the part of the pointer that leads no further.
  JsonValue follow(std::string_view pointer, std::string_view& rest) const;

 private:
  friend class JsonValue;
  friend class JsonTreeBuilder;

  struct Span {
    std::uint32_t from = 0, length = 0;  // in pool_
  };
  struct Node {
    JsonValue::Kind kind;
    std::uint32_t line;
    std::uint32_t parent;
    std::uint32_t next = 0, first = 0;  // 0: none, as the root is nobody's child
    std::uint32_t place = 0;            // among its siblings
    Span key, text;
  };
  using Keys = std::unordered_map<std::string_view, std::uint32_t>;

  std::string_view at(Span span) const { return std::string_view(pool_).substr(span.from, span.length); }
  std::uint32_t find(std::uint32_t object, std::string_view key) const;

  std::string file_;
  Limits limits_;
  std::string pool_;  // all keys and texts
  std::vector<Node> nodes_;
  std::vector<Fault> duplicates_;
  mutable std::unordered_map<std::uint32_t, Keys> keys_;  // of the large objects looked into
};

/// The last fault of a file that has too many.
inline Fault too_many_faults(const std::string& file, const Limits& limits) {
  return {.value = "more faults", .expected = "at most " + std::to_string(limits.faults) + " to be told", .file = file};
}

/// Text for a message: cut if it is long, without control characters.
std::string shortened(std::string_view text);

}  // namespace takt::io::detail
