// SPDX-License-Identifier: Apache-2.0
#include "takt/engine/state_bytes.hpp"

#include <gtest/gtest.h>

#include "engine/random_plant.hpp"
#include "takt/engine/advance.hpp"

namespace takt {
namespace {

using namespace std::chrono_literals;

TEST(StateBytes, AreTheStateAgain) {
  std::vector<std::byte> bytes;
  State read;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    const Model model = compile(test::RandomPlant(seed).make(), {.part_identity = seed % 2 == 0});
    State state = start(model, model.defaults, seed, 7);
    advance(model, model.defaults, state, Time{20min});
    to_bytes(model, state, bytes);
    from_bytes(model, bytes, read);
    ASSERT_TRUE(equal(model, state, read)) << "seed " << seed;
    advance(model, model.defaults, state, Time{30min});
    advance(model, model.defaults, read, Time{30min});
    ASSERT_EQ(hash(model, state), hash(model, read)) << "seed " << seed;
  }
}

class Broken : public testing::Test {
 protected:
  Broken() {
    advance(model_, model_.defaults, state_, Time{10min});
    to_bytes(model_, state_, bytes_);
  }
  bool is_refused() {
    try {
      from_bytes(model_, bytes_, read_);
      return false;
    } catch (const InvalidInput&) {
      return read_.arena.empty() && read_.parts.empty();
    }
  }

  Model model_ = compile(test::RandomPlant(4).make(), {.part_identity = true});
  State state_ = start(model_, model_.defaults);
  std::vector<std::byte> bytes_;
  State read_;
};

TEST_F(Broken, AnyByteChangedIsRefused) {
  for (std::byte& each : bytes_) {
    each ^= std::byte{0x10};
    ASSERT_TRUE(is_refused()) << "byte " << &each - bytes_.data();
    each ^= std::byte{0x10};
  }
  EXPECT_FALSE(is_refused());
}

TEST_F(Broken, CutAnywhereIsRefused) {
  while (!bytes_.empty()) {
    bytes_.pop_back();
    ASSERT_TRUE(is_refused()) << bytes_.size();
  }
}

TEST_F(Broken, OfAnotherModelIsRefused) {
  const Model other = compile(test::RandomPlant(5).make(), {.part_identity = true});
  EXPECT_THROW(from_bytes(other, bytes_, read_), InvalidInput);
}

}  // namespace
}  // namespace takt
