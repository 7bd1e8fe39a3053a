// SPDX-License-Identifier: Apache-2.0
// How much memory a piece of work holds at most: operator new of the test program counts.
#pragma once

#include <cstddef>

namespace takt::test {

/// Begins at nothing when it is made; one at a time, one thread.
class MemoryMeter {
 public:
  MemoryMeter();
  std::size_t peak() const;  ///< bytes held at once, beyond those held at the beginning
};

}  // namespace takt::test
