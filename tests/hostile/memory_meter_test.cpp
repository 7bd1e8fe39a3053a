// SPDX-License-Identifier: Apache-2.0
#include "hostile/memory_meter.hpp"

#include <gtest/gtest.h>
#include <malloc.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <new>
#include <vector>

namespace {

std::ptrdiff_t held = 0, peak_held = 0;

}  // namespace

// Not inline: g++ would take a part of the pair for the whole.
[[gnu::noinline]] void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  void* memory = std::malloc(std::max(size, std::size_t{1}));
  if (memory == nullptr) return nullptr;
  held += static_cast<std::ptrdiff_t>(malloc_usable_size(memory));
  peak_held = std::max(peak_held, held);
  return memory;
}

[[gnu::noinline]] void* operator new(std::size_t size) {
  void* memory = operator new(size, std::nothrow);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

[[gnu::noinline]] void operator delete(void* memory) noexcept {
  if (memory != nullptr) held -= static_cast<std::ptrdiff_t>(malloc_usable_size(memory));
  std::free(memory);
}

[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { operator delete(memory); }
[[gnu::noinline]] void operator delete(void* memory, const std::nothrow_t&) noexcept { operator delete(memory); }

namespace takt::test {

MemoryMeter::MemoryMeter() { peak_held = held = 0; }

std::size_t MemoryMeter::peak() const { return static_cast<std::size_t>(peak_held); }

TEST(MemoryMeter, HasThePeakOfWhatWasHeld) {
  const MemoryMeter meter;
  std::vector<char>(100'000).swap(*std::make_unique<std::vector<char>>());
  std::vector<char>(300'000).swap(*std::make_unique<std::vector<char>>());
  EXPECT_GE(meter.peak(), 300'000U);
  EXPECT_LT(meter.peak(), 310'000U);
}

}  // namespace takt::test
