// SPDX-License-Identifier: Apache-2.0
#include "takt/io/live/sparkplug.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "takt/core/error.hpp"

namespace takt::io::sparkplug {
namespace {

using namespace std::chrono_literals;
using Instant = WallClock::Instant;
using testing::HasSubstr;

const Instant kBegin = parse_instant("2026-03-02T06:00:00Z");
constexpr std::uint64_t kBeginMs = 1'772'431'200'000;

std::vector<std::string> paths() {
  return {"/acme/filling/line_1",        "/acme/filling/line_1/filler", "/acme/filling/line_1/rack",
          "/acme/filling/line_2/filler", "/acme/packing/line_2/filler", "/acme/packing/line_3/packer"};
}

Metric metric(std::string name, DataType type, Value value) {
  return {.name = std::move(name), .type = type, .value = std::move(value)};
}

Payload payload(std::uint64_t seq, std::vector<Metric> metrics, std::uint64_t ms = kBeginMs) {
  return {.timestamp_ms = ms, .seq = seq, .metrics = std::move(metrics)};
}

Payload node_birth(std::uint64_t bd_seq, std::uint64_t seq = 0) {
  return payload(seq,
                 {metric("bdSeq", DataType::uint64, bd_seq), metric("Node Control/Rebirth", DataType::boolean, false)});
}

class SparkplugHost : public testing::Test {
 protected:
  std::vector<Delivery> take(const std::string& topic, const Payload& message) {
    return host_.take("spBv1.0/acme/" + topic, to_bytes(message), kBegin + 1s);
  }
  /// The one snapshot that it makes.
  Snapshot read(const std::string& topic, const Payload& message) {
    std::vector<Delivery> all = take(topic, message);
    EXPECT_EQ(all.size(), 1U) << topic;
    if (all.size() != 1) return {};
    EXPECT_EQ(all[0].kind, Delivery::Kind::message) << to_text(all[0].fault);
    return all[0].snapshot;
  }
  void bear(std::uint64_t bd_seq = 3) {
    read("NBIRTH/line_1", node_birth(bd_seq));
    read(
        "DBIRTH/line_1/filler",
        payload(1, {{.name = "PackML/StateCurrent", .alias = 1, .type = DataType::string, .value = std::string("Idle")},
                    {.name = "Counters/Good", .alias = 2, .type = DataType::int32, .value = std::int64_t{5}},
                    {.name = "Counters/ResetEpoch", .alias = 3, .type = DataType::int32, .value = std::int64_t{7}},
                    {.name = "Health/Torque", .alias = 4, .type = DataType::int16, .value = std::int64_t{-3}}}));
  }
  Host host_{{.places = Places(paths())}};
};

TEST_F(SparkplugHost, MakesASetpointOnlyOfWhatItsDataTypeHolds) {
  const std::string filler = "/acme/filling/line_1/filler";
  bear();
  take("DBIRTH/line_1/filler", payload(2, {metric("Odd/Setpoint/small", DataType::uint8, std::uint64_t{1}),
                                           metric("Setpoint/small", DataType::uint8, std::uint64_t{1}),
                                           metric("Setpoint/signed", DataType::int16, std::int64_t{1}),
                                           metric("Setpoint/large", DataType::uint32, std::uint64_t{1}),
                                           metric("Setpoint/real", DataType::float32, 1.0)}));
  const auto made = [&](const char* item, double value) {
    const auto found = host_.setpoint(filler, item, value);
    return found ? found->second.value : Value{};
  };
  EXPECT_EQ(made("small", 255), Value{std::uint64_t{255}}) << "a device that stands for nothing is passed over";
  EXPECT_EQ(made("signed", -32768), Value{std::int64_t{-32768}});
  EXPECT_EQ(made("large", 4294967295.0), Value{std::uint64_t{4294967295}});
  EXPECT_EQ(made("real", 1e38), Value{1e38});
  for (const auto& [item, value] : {std::pair{"small", 256.0},
                                    {"small", -1.0},
                                    {"small", 1.5},
                                    {"signed", 32768.0},
                                    {"large", 5e9},
                                    {"real", 1e39}})
    EXPECT_EQ(made(item, value), Value{}) << item << ' ' << value;
}

// ---- the payload ---------------------------------------------------------------------------------------------------

TEST(SparkplugPayload, ReadsBackAsItWas) {
  Payload written{.timestamp_ms = kBeginMs, .seq = 200};
  written.metrics = {metric("int8", DataType::int8, std::int64_t{-5}),
                     metric("int16", DataType::int16, std::int64_t{-300}),
                     metric("int32", DataType::int32, std::int64_t{-70000}),
                     metric("int64", DataType::int64, std::int64_t{-5'000'000'000}),
                     metric("uint32", DataType::uint32, std::uint64_t{4'000'000'000}),
                     metric("uint64", DataType::uint64, std::uint64_t{18'000'000'000'000'000'000U}),
                     metric("float", DataType::float32, 0.25),
                     metric("double", DataType::float64, 0.1),
                     metric("flag", DataType::boolean, true),
                     metric("text", DataType::string, std::string("Füller")),
                     metric("time", DataType::date_time, kBeginMs),
                     {.name = "full",
                      .alias = 9,
                      .timestamp_ms = kBeginMs,
                      .type = DataType::int32,
                      .is_historical = true,
                      .is_good = false}};
  EXPECT_EQ(parse_payload(to_bytes(written)), written);
}

/// By the encoding rules of protobuf (field number * 8 + wire type) and the numbers of the specification's tables.
TEST(SparkplugPayload, IsWhatTheSpecificationSaysByteForByte) {
  const Payload written{.timestamp_ms = 300,
                        .seq = 2,
                        .metrics = {{.name = "a", .alias = 5, .type = DataType::int32, .value = std::int64_t{-1}}}};
  const std::string bytes{
      "\x08\xAC\x02"                  // 1: 300
      "\x12\x0D"                      // 2: a metric of 13 bytes
      "\x0A\x01\x61\x10\x05\x20\x03"  // 1: "a", 2: 5, 4: Int32
      "\x50\xFF\xFF\xFF\xFF\x0F"      // 10: 2^32 - 1
      "\x18\x02",
      20};  // 3: 2
  EXPECT_EQ(to_bytes(written), bytes);
  EXPECT_EQ(parse_payload(bytes), written);
}

TEST(SparkplugPayload, ATypelessNumberIsReadByTheTypeOfItsBirth) {
  EXPECT_EQ(typed(Value{std::uint64_t{0xFFFFFFFF}}, DataType::int32), Value{std::int64_t{-1}});
  EXPECT_EQ(typed(Value{std::uint64_t{0xFF}}, DataType::int8), Value{std::int64_t{-1}});
  EXPECT_EQ(typed(Value{std::uint64_t{0xFFFFFFFF}}, DataType::int8), Value{std::int64_t{-1}}) << "some extend the sign";
  EXPECT_EQ(typed(Value{std::uint64_t{0xFFFFFFFF}}, DataType::uint32), Value{std::uint64_t{0xFFFFFFFF}});
  EXPECT_EQ(typed(Value{std::uint64_t{1}}, DataType::template_type), Value{});
}

TEST(SparkplugPayload, RefusesWhatIsNone) {
  EXPECT_THROW(parse_payload("\x12\xFF"), InvalidInput);
  EXPECT_THROW(parse_payload(to_bytes({.metrics = {metric("\xFF", DataType::int32, std::int64_t{1})}})), InvalidInput);
  EXPECT_NO_THROW(parse_payload(""));
}

// ---- names ---------------------------------------------------------------------------------------------------------

TEST(SparkplugNames, TopicsReadBackAsTheyWere) {
  for (const char* text : {"spBv1.0/acme/NBIRTH/line_1", "spBv1.0/acme/DDATA/line_1/filler", "spBv1.0/a b/DCMD/c/d"}) {
    ASSERT_TRUE(parse_topic(text)) << text;
    EXPECT_EQ(to_text(*parse_topic(text)), text);
  }
  for (const char* text : {"spBv1.0/STATE/host", "spBv1.0/acme/NDATA/line_1/filler", "spBv1.0/acme/DDATA/line_1",
                           "spAv1.0/acme/NDATA/line_1", "spBv1.0//NDATA/line_1", "", "spBv1.0/acme/XDATA/line_1"})
    EXPECT_FALSE(parse_topic(text)) << text;
}

TEST(SparkplugNames, LeadToThePlantsPaths) {
  const Places places(paths());
  EXPECT_EQ(places.path_of({"acme", "line_1", "filler"}), "/acme/filling/line_1/filler");
  EXPECT_EQ(places.path_of({"acme", "filling:line_2", "filler"}), "/acme/filling/line_2/filler");
  EXPECT_EQ(places.path_of({"acme:packing", "line_2", "filler"}), "/acme/packing/line_2/filler");
  EXPECT_EQ(places.path_of({"acme", "line_1", ""}), "/acme/filling/line_1");
  EXPECT_EQ(Places().path_of({"acme", "filling:line_2", "filler"}), "/acme/filling/line_2/filler");
  for (const std::string path : {"/acme/filling/line_1/filler", "/acme/packing/line_2/filler"}) {
    EXPECT_EQ(places.path_of(places.address_of(path)), path);
    EXPECT_EQ(Places().path_of(Places().address_of(path)), path);
  }
  EXPECT_EQ(places.address_of("/acme/packing/line_3/packer"), (Address{"acme", "line_3", "packer"}));
  try {
    places.path_of({"acme", "line_2", "filler"});
    FAIL() << "there are two";
  } catch (const InvalidInput& error) {
    EXPECT_THAT(error.what(), HasSubstr("/acme/filling/line_2/filler and /acme/packing/line_2/filler"));
  }
  EXPECT_THROW(places.path_of({"acme", "line_9", "filler"}), InvalidInput);
  EXPECT_THROW(places.address_of("/acme"), InvalidInput);
}

// ---- the host ------------------------------------------------------------------------------------------------------

TEST_F(SparkplugHost, ABirthIsAFullPictureAndDataIsReadByItsAliases) {
  const Snapshot birth = read("NBIRTH/line_1", node_birth(3));
  EXPECT_EQ(birth.source, "acme/line_1");
  EXPECT_EQ(birth.epoch, 3U);
  EXPECT_EQ(birth.seq, 0U);
  EXPECT_TRUE(birth.complete);
  EXPECT_EQ(birth.ts, kBegin);
  bear();
  const Snapshot data = read("DDATA/line_1/filler",
                             payload(2,
                                     {{.alias = 1, .timestamp_ms = kBeginMs + 4000, .value = std::string("Execute")},
                                      {.alias = 2, .value = std::uint64_t{6}},
                                      {.alias = 4, .value = std::uint64_t{0xFFFFFFFC}}},
                                     kBeginMs + 5000));
  ASSERT_EQ(data.entities.size(), 1U);
  EXPECT_FALSE(data.complete);
  EXPECT_EQ(data.ts, kBegin + 5s);
  const EntityReading& reading = data.entities[0];
  EXPECT_EQ(reading.path, "/acme/filling/line_1/filler");
  EXPECT_EQ(reading.state, "Execute");
  EXPECT_EQ(reading.state_since, kBegin + 4s);
  EXPECT_EQ(reading.counters, (CounterReading{.good = 6, .reset_epoch = 7})) << "the epoch is the birth's";
  EXPECT_EQ(reading.health, (std::map<std::string, double>{{"Torque", -4.0}}));
}

TEST_F(SparkplugHost, ALateJoinerAsksForABirth) {
  EXPECT_TRUE(take("DDATA/line_1/filler", payload(9, {{.alias = 1, .value = std::uint64_t{1}}})).empty());
  EXPECT_EQ(host_.rebirths(), (std::vector<Address>{{"acme", "line_1", ""}}));
  EXPECT_TRUE(take("DDATA/line_1/filler", payload(10, {{.alias = 1, .value = std::uint64_t{1}}})).empty());
  EXPECT_TRUE(host_.rebirths().empty()) << "asked a moment ago";
  EXPECT_EQ(host_.counts().before_birth, 2U);
}

TEST_F(SparkplugHost, AnAliasThatNoBirthHasIsToldAndABirthAskedFor) {
  bear();
  const std::vector<Delivery> all = take("DDATA/line_1/filler", payload(2, {{.alias = 77, .value = std::uint64_t{1}}}));
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].kind, Delivery::Kind::rejected);
  EXPECT_THAT(to_text(all[0].fault), HasSubstr("alias 77"));
  EXPECT_EQ(host_.rebirths().size(), 1U);
}

TEST_F(SparkplugHost, AnotherBirthForgetsTheAliasesBefore) {
  bear();
  read("NBIRTH/line_1", node_birth(4, 17));
  EXPECT_EQ(
      read("DBIRTH/line_1/filler",
           payload(18, {{.name = "Counters/Scrap", .alias = 1, .type = DataType::uint32, .value = std::uint64_t{2}}}))
          .epoch,
      4U);
  const Snapshot data = read("DDATA/line_1/filler", payload(19, {{.alias = 1, .value = std::uint64_t{3}}}));
  EXPECT_EQ(data.entities.at(0).counters, (CounterReading{.scrap = 3}));
  EXPECT_EQ(take("DDATA/line_1/filler", payload(20, {{.alias = 2, .value = std::uint64_t{3}}})).at(0).kind,
            Delivery::Kind::rejected);
}

TEST_F(SparkplugHost, ADeathCountsForItsOwnLifeOnly) {
  bear(3);
  EXPECT_TRUE(take("NDEATH/line_1", payload(0, {metric("bdSeq", DataType::uint64, std::uint64_t{2})})).empty());
  EXPECT_EQ(host_.counts().old_deaths, 1U);
  const std::vector<Delivery> all =
      take("NDEATH/line_1", payload(0, {metric("bdSeq", DataType::uint64, std::uint64_t{3})}));
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].kind, Delivery::Kind::death);
  EXPECT_EQ(all[0].source, "acme/line_1");
  EXPECT_TRUE(take("NDATA/line_1", payload(5, {})).empty());
  EXPECT_EQ(host_.rebirths().size(), 1U);
}

TEST_F(SparkplugHost, ADeadDevicesCellsAreBad) {
  bear();
  const Snapshot death = read("DDEATH/line_1/filler", payload(2, {}));
  ASSERT_EQ(death.entities.size(), 1U);
  EXPECT_EQ(death.entities[0].quality, "bad");
  EXPECT_EQ(death.seq, 2U);
}

TEST_F(SparkplugHost, FollowsThePartInProcess) {
  bear();
  read("DBIRTH/line_1/filler", payload(2, {metric("InProcess/WorkedS", DataType::float64, 2.5),
                                           metric("InProcess/PartId", DataType::string, std::string("p1")),
                                           metric("InProcess/StartedAt", DataType::date_time, kBeginMs - 3000)}));
  const auto part_of = [this](std::uint64_t seq, std::vector<Metric> metrics) {
    return read("DDATA/line_1/filler", payload(seq, std::move(metrics))).entities.at(0).in_process;
  };
  using Parts = std::vector<PartInProcess>;
  EXPECT_EQ(part_of(3, {metric("InProcess/WorkedS", DataType::float64, 4.5)}),
            (Parts{{.part = "p1", .started_at = kBegin - 3s, .worked_s = 4.5}}));
  EXPECT_EQ(part_of(4, {metric("InProcess/StartedAt", DataType::date_time, kBeginMs),
                        metric("InProcess/PartId", DataType::string, std::string("p2"))}),
            (Parts{{.part = "p2", .started_at = kBegin}}));
  EXPECT_EQ(part_of(5, {metric("InProcess/PartId", DataType::string, {})}), Parts{});
}

TEST_F(SparkplugHost, CountsWhatSaysNothingToIt) {
  bear();
  const Snapshot data = read(
      "DDATA/line_1/filler",
      payload(2, {metric("Properties/Vendor", DataType::string, std::string("x")),
                  metric("Health/Curve", DataType::data_set, {}),
                  {.name = "Counters/Good", .type = DataType::int32, .value = std::int64_t{9}, .is_historical = true},
                  {.name = "Counters/Scrap", .type = DataType::int32, .value = std::int64_t{9}, .is_good = false}}));
  EXPECT_TRUE(data.entities.empty());
  EXPECT_EQ(data.seq, 2U) << "but the message counts";
  EXPECT_EQ(host_.counts().unknown_metrics, 1U);
  EXPECT_EQ(host_.counts().not_scalar, 1U);
  EXPECT_EQ(host_.counts().historical, 1U);
  EXPECT_EQ(host_.counts().bad_quality, 1U);
}

TEST_F(SparkplugHost, AFaultOfOneMetricLeavesTheOthers) {
  bear();
  const std::vector<Delivery> all = take(
      "DDATA/line_1/filler", payload(2, {metric("PackML/StateCurrent", DataType::int32, std::int64_t{6}),
                                         metric("Buffer/Level", DataType::float64, -1.0),
                                         metric("Counters/Good", DataType::int32, std::int64_t{-2}),
                                         metric("CycleTime/LastS", DataType::float64, 11.5),
                                         metric("PackML/StateSince", DataType::date_time, std::uint64_t{1} << 63)}));
  ASSERT_EQ(all.size(), 5U);
  EXPECT_THAT(
      to_text(all[0].fault),
      HasSubstr("spBv1.0/acme/DDATA/line_1/filler: PackML/StateCurrent: found 6, expected a PackML state by its name"));
  EXPECT_EQ(all[4].snapshot.entities.at(0).cycle_time_last_s, 11.5);
  EXPECT_FALSE(all[4].snapshot.entities.at(0).level);
}

TEST_F(SparkplugHost, ReadsTheStatesOfPacktagsByNumberWhereAsked) {
  Host host({.places = Places(paths()), .numbers = PackmlNumbers::packtags});
  host.take("spBv1.0/acme/NBIRTH/line_1", to_bytes(node_birth(0)), kBegin);
  const auto state = [&host](std::int64_t number) {
    const auto all = host.take("spBv1.0/acme/DBIRTH/line_1/filler",
                               to_bytes(payload(1, {metric("PackML/StateCurrent", DataType::int32, number)})), kBegin);
    return all.back().snapshot.entities.at(0).state.value_or("none");
  };
  EXPECT_EQ(state(6), "Execute");
  EXPECT_EQ(state(9), "Aborted");
  EXPECT_EQ(state(17), "Complete");
  EXPECT_EQ(state(18), "none");
}

TEST_F(SparkplugHost, ANodeMayReportForItsDevices) {
  read("NBIRTH/line_1", node_birth(3));
  const Snapshot data =
      read("NDATA/line_1", payload(1, {metric("rack/Buffer/Level", DataType::int32, std::int64_t{4})}));
  ASSERT_EQ(data.entities.size(), 1U);
  EXPECT_EQ(data.entities[0].path, "/acme/filling/line_1/rack");
  EXPECT_EQ(data.entities[0].level, 4.0);
}

TEST_F(SparkplugHost, AfterALostConnectionEveryNodeIsAsked) {
  bear();
  host_.rebirths();
  host_.connection_was_lost(kBegin);
  EXPECT_EQ(host_.rebirths(), (std::vector<Address>{{"acme", "line_1", ""}}));
}

TEST_F(SparkplugHost, RefusesWhatIsNoMessage) {
  bear();
  for (const std::string& bytes : {std::string("\x12\xFF", 2), to_bytes({.timestamp_ms = kBeginMs}),
                                   to_bytes({.timestamp_ms = ~std::uint64_t{0}, .seq = 1})}) {
    const auto all = host_.take("spBv1.0/acme/NDATA/line_1", bytes, kBegin);
    ASSERT_EQ(all.size(), 1U);
    EXPECT_EQ(all[0].kind, Delivery::Kind::rejected);
    EXPECT_THAT(to_text(all[0].fault), HasSubstr("spBv1.0/acme/NDATA/line_1"));
  }
  const auto all = take("DBIRTH/line_1/fillr", payload(2, {metric("Counters/Good", DataType::int32, std::int64_t{1})}));
  EXPECT_THAT(to_text(all.at(0).fault), HasSubstr("acme/line_1/fillr"));
}

// ---- the edge node -------------------------------------------------------------------------------------------------

TEST(SparkplugEdgeNode, WhatItSendsIsWhatTheHostReads) {
  Snapshot full{.ts = kBegin, .complete = true};
  full.entities = {
      {.path = "/acme/filling/line_1/filler",
       .state = "Execute",
       .state_since = kBegin - 10s,
       .in_process =
           std::vector<PartInProcess>{{.part = "p1", .product = "still", .started_at = kBegin - 5s, .worked_s = 4.0}},
       .counters = CounterReading{.in = 3, .good = 2, .scrap = 1, .reset_epoch = 4},
       .cycle_time_last_s = 9.5,
       .health = {{"torque", -1.5}},
       .setpoints = {{"speed", 1.1}}},
      {.path = "/acme/filling/line_1/rack", .level = 4.0}};
  EdgeNode edge({"acme", "line_1", ""}, Places(paths()), 255);
  Host host({.places = Places(paths())});
  std::map<std::string, EntityReading> image;
  std::vector<std::uint64_t> numbers;
  const auto deliver = [&](const std::vector<Message>& messages) {
    for (const Message& message : messages)
      for (const Delivery& each : host.take(message.topic, message.payload, kBegin)) {
        EXPECT_EQ(each.kind, Delivery::Kind::message) << to_text(each.fault);
        EXPECT_EQ(each.snapshot.epoch, 255U);
        numbers.push_back(each.snapshot.seq);
        for (const EntityReading& reading : each.snapshot.entities) image[reading.path] = reading;
      }
  };
  deliver(edge.birth(full));
  for (const EntityReading& reading : full.entities) EXPECT_EQ(image[reading.path], reading);

  Snapshot news{.ts = kBegin + 1s};
  news.entities = {{.path = "/acme/filling/line_1/rack", .level = 5.0}};
  for (int i = 0; i < 254; ++i) deliver(edge.data(news));
  EXPECT_EQ(image["/acme/filling/line_1/rack"].level, 5.0);
  ASSERT_EQ(numbers.size(), 257U);
  EXPECT_EQ(numbers[255], 255U);
  EXPECT_EQ(numbers[256], 0U);
  const Message death = edge.death();
  EXPECT_EQ(host.take(death.topic, death.payload, kBegin).at(0).kind, Delivery::Kind::death);
}

TEST(SparkplugCommands, AreWhatNodesAndDevicesExpect) {
  const Message asked = rebirth({"acme", "line_1", ""}, kBegin);
  EXPECT_EQ(asked.topic, "spBv1.0/acme/NCMD/line_1");
  const Payload read = parse_payload(asked.payload);
  EXPECT_FALSE(read.seq);
  EXPECT_EQ(read.metrics.at(0).name, "Node Control/Rebirth");
  EXPECT_EQ(read.metrics.at(0).value, Value{true});
  const Message wanted = command({"acme", "line_1", "filler"}, {metric("Speed", DataType::float64, 1.5)}, kBegin);
  EXPECT_EQ(wanted.topic, "spBv1.0/acme/DCMD/line_1/filler");
  const Message state_message = state("takt", true, kBegin);
  EXPECT_EQ(state_message.topic, "spBv1.0/STATE/takt");
  EXPECT_EQ(state_message.payload, R"({"online":true,"timestamp":1772431200000})");
  EXPECT_TRUE(state_message.retain);
}

}  // namespace
}  // namespace takt::io::sparkplug
