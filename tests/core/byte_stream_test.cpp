// SPDX-License-Identifier: Apache-2.0
#include "takt/core/byte_stream.hpp"

#include <gtest/gtest.h>

#include <tuple>

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

struct Point {
  double x = 0.0, y = 0.0;
};
template <class Bytes>
void fields(Bytes& bytes, Point& point) {
  bytes(point.x, point.y);
}

TEST(ByteStream, TakesADescriptionThatStandsBesideItsType) {
  const std::vector<Point> points{{1.0, 2.0}, {3.0, 4.0}};
  std::vector<Point> back;
  from_bytes_of(to_bytes_of(points), back);
  ASSERT_EQ(back.size(), 2U);
  EXPECT_EQ(back[1].y, 4.0);
}

template <class... Members>
struct Row {
  std::tuple<Members...> members;
  template <class Bytes>
  void fields(Bytes& bytes) {
    std::apply([&bytes](auto&... each) { bytes(each...); }, members);
  }
};

TEST(ByteStream, LayoutsDifferWhereAMemberDoes) {
  using Text = std::string;
  EXPECT_EQ(layout_of(example()), layout_of(Outer{}));
  const std::set<std::uint64_t> layouts{layout_of(Outer{}),
                                        layout_of(Row<int, Text>{}),
                                        layout_of(Row<Text, int>{}),
                                        layout_of(Row<int, Text, bool>{}),
                                        layout_of(Row<float, Text>{}),
                                        layout_of(Row<unsigned, Text>{}),
                                        layout_of(Row<std::vector<int>, Text>{}),
                                        layout_of(Row<std::vector<Row<int>>, Text>{}),
                                        layout_of(Row<std::vector<Point>, Text>{}),
                                        layout_of(Row<std::optional<int>, Text>{}),
                                        layout_of(Row<std::map<int, Text>>{}),
                                        layout_of(Row<std::map<Text, int>>{}),
                                        layout_of(Row<std::chrono::seconds>{}),
                                        layout_of(Row<std::chrono::milliseconds>{}),
                                        layout_of(Row<std::array<int, 2>>{}),
                                        layout_of(Row<std::array<int, 3>>{})};
  EXPECT_EQ(layouts.size(), 16U);
}

}  // namespace
}  // namespace takt
