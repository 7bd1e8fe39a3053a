// SPDX-License-Identifier: Apache-2.0
#include "takt/core/byte_stream.hpp"

#include <gtest/gtest.h>

namespace takt {
namespace {

enum class Colour : std::uint8_t { red, blue };

struct Inner {
  Colour colour = Colour::red;
  std::optional<std::string> name;
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(colour, name);
  }
  friend bool operator==(const Inner&, const Inner&) = default;
};

struct Outer {
  double number = 0.0;
  bool flag = false;
  std::chrono::sys_time<std::chrono::nanoseconds> at{};
  std::vector<Inner> list;
  std::map<std::string, std::pair<std::uint64_t, std::int32_t>> by_name;
  std::set<std::pair<int, int>> pairs;
  std::deque<std::chrono::seconds> waits;
  std::array<std::uint16_t, 3> three{};
  template <class Bytes>
  void fields(Bytes& bytes) {
    bytes(number, flag, at, list, by_name, pairs, waits, three);
  }
  friend bool operator==(const Outer&, const Outer&) = default;
};

Outer example() {
  Outer outer;
  outer.number = -0.1;
  outer.flag = true;
  outer.at = std::chrono::sys_time<std::chrono::nanoseconds>(std::chrono::nanoseconds{1'792'000'000'123'456'789});
  outer.list = {{Colour::blue, "sky"}, {Colour::red, std::nullopt}};
  outer.by_name = {{"a", {7, -7}}, {"", {0, 0}}};
  outer.pairs = {{1, 2}, {3, 4}};
  outer.waits = {std::chrono::seconds{5}};
  outer.three = {1, 2, 3};
  return outer;
}

TEST(ByteStream, GivesBackWhatWasPut) {
  const Outer outer = example();
  Outer back;
  back.list.resize(9);
  from_bytes_of(to_bytes_of(outer), back);
  EXPECT_EQ(back, outer);
}

TEST(ByteStream, RefusesEveryCutAndWhatIsTooLong) {
  std::vector<std::byte> bytes = to_bytes_of(example());
  Outer back;
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_THROW(from_bytes_of(std::span(bytes).first(size), back), InvalidInput) << size;
  bytes.push_back(std::byte{0});
  EXPECT_THROW(from_bytes_of(bytes, back), InvalidInput);
}

TEST(ByteStream, MakesNoRoomForWhatCannotFollow) {
  const std::vector<std::byte> bytes = to_bytes_of(std::uint64_t{1} << 60);
  std::vector<std::string> texts;
  EXPECT_THROW(from_bytes_of(bytes, texts), InvalidInput);
  std::string text;
  EXPECT_THROW(from_bytes_of(bytes, text), InvalidInput);
}

}  // namespace
}  // namespace takt
