// SPDX-License-Identifier: Apache-2.0
// The doubts that stand at a time, one for each check, what it is about, and where that is not enough a detail.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "takt/engine/verdict.hpp"

namespace takt {

/// A value.
class Doubts {
 public:
  /// One that stands already keeps its time as long as its trust is the same.
  void raise(Doubt doubt, const std::string& detail = {});
  void clear(const std::string& check, const std::string& about, const std::string& detail = {});
  /// All of a check.
  void clear_all(const std::string& check);

  /// Null if there is none.
  const Doubt* find(const std::string& check, const std::string& about, const std::string& detail = {}) const;
  Trust worst_of(const std::string& check) const;
  Trust trust() const;              ///< the worst; valid if there is none
  std::vector<Doubt> list() const;  ///< worst first, then by check and what it is about

  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(standing_);
  }

 private:
  using Key = std::pair<std::string, std::pair<std::string, std::string>>;
  std::map<Key, Doubt> standing_;
};

}  // namespace takt
