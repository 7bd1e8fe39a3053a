// SPDX-License-Identifier: Apache-2.0
// Where what is found stands in the plant, and what it is called.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

namespace takt::discovery {

/// A place in the hierarchy.
struct Location {
  std::string enterprise, workshop, line, name;
  std::string line_path() const { return "/" + enterprise + "/" + workshop + "/" + line; }
  std::string path() const { return line_path() + "/" + name; }
};

/// Gives each thing a location of its own: that which its name spells ("/acme/filling/line_1/filler"), or its name with
/// what names may not have replaced, in the line of the first.
class Names {
 public:
  Location place(std::string_view name);
  /// In the line of another.
  Location beside(const Location& neighbour, std::string_view name);
  /// A reference from one to another: the name within a line, else the path.
  static std::string reference(const Location& from, const Location& to) {
    return from.line_path() == to.line_path() ? to.name : to.path();
  }

 private:
  Location unique(Location location);
  std::set<std::string> taken_;
  Location home_{"discovered", "plant", "line", ""};
};

/// The name with letters, digits, '_', '-' and '.' only.
std::string plain_name(std::string_view name);

}  // namespace takt::discovery
