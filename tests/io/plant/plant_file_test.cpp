// SPDX-License-Identifier: Apache-2.0
#include "takt/io/plant/plant_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <functional>

namespace takt::io {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::chrono_literals;

std::vector<std::string> messages_of(const std::function<void()>& read) {
  try {
    read();
  } catch (const InvalidInput& error) {
    std::vector<std::string> messages;
    for (const Fault& fault : error.faults()) messages.push_back(to_text(fault));
    return messages;
  }
  return {};
}

std::vector<std::string> messages_of(const std::string& text) {
  return messages_of([&] { parse_plant(text, "p.json"); });
}

// A plant whose equipment begins in line 2 of the text; `head` is of its first line.
std::string plant_of(const std::string& equipment, const std::string& head = "") {
  return R"({"format": "takt-plant/1", "name": "p", )" + head +
         R"("enterprises": {"e": {"workshops": {"w": {"lines": {"l": {"equipment": {)" + "\n" + equipment + "}}}}}}}}";
}

// A machine m with these fields between a source and a sink.
std::string machine_of(const std::string& fields, const std::string& head = "") {
  return plant_of(R"("m": {"kind": "machine", )" + fields + R"(, "to": "out"},
"in": {"kind": "source", "supply": "saturated", "to": "m"}, "out": {"kind": "sink"})",
                  head);
}

Machine read_machine(const std::string& fields, const std::string& head = "") {
  const Plant plant = parse_plant(machine_of(fields, head));
  return std::get<Machine>(plant.enterprises.at(0).workshops.at(0).lines.at(0).equipment.at(0).is);
}

Distribution read_law(const std::string& law) { return read_machine("\"cycle_time\": " + law).cycle_time.law; }

Source read_source(const std::string& fields, const std::string& head = "") {
  const Plant plant = parse_plant(plant_of(R"("in": {"kind": "source", )" + fields + R"(, "to": "m"},
"m": {"kind": "machine", "cycle_time": "1 s", "to": "out"}, "out": {"kind": "sink"})",
                                           head));
  return std::get<Source>(plant.enterprises.at(0).workshops.at(0).lines.at(0).equipment.at(0).is);
}

TEST(PlantFile, ReadsEveryLaw) {
  EXPECT_EQ(read_law(R"("12 s")"), Distribution::constant(12.0));
  EXPECT_EQ(read_law(R"("2 min")"), Distribution::constant(120.0));
  EXPECT_EQ(read_law(R"({"law": "exponential", "mean": "12 s"})"), Distribution::exponential(12.0));
  EXPECT_EQ(read_law(R"({"law": "exponential", "rate": "5 /h"})"), Distribution::exponential(720.0));
  EXPECT_EQ(read_law(R"({"law": "uniform", "low": "1 s", "high": "2 s"})"), Distribution::uniform(1.0, 2.0));
  EXPECT_EQ(read_law(R"({"law": "triangular", "low": "1 s", "mode": "2 s", "high": "4 s"})"),
            Distribution::triangular(1.0, 2.0, 4.0));
  EXPECT_EQ(read_law(R"({"law": "normal", "mean": "10 s", "sd": "2 s"})"),
            Distribution::normal(10.0, 2.0, 0.0, HUGE_VAL));
  EXPECT_EQ(read_law(R"({"law": "normal", "mean": "10 s", "sd": "2 s", "low": "5 s", "high": "15 s"})"),
            Distribution::normal(10.0, 2.0, 5.0, 15.0));
  EXPECT_EQ(read_law(R"({"law": "lognormal", "mean": "10 s", "cv": "30 %"})"), Distribution::lognormal(10.0, 0.3));
  EXPECT_EQ(read_law(R"({"law": "gamma", "mean": "10 s", "cv": "50 %"})"), Distribution::gamma(10.0, 0.5));
  EXPECT_EQ(read_law(R"({"law": "erlang", "mean": "10 s", "k": 4})"), Distribution::gamma(10.0, 0.5));
  EXPECT_EQ(read_law(R"({"law": "weibull", "scale": "10 s", "shape": 2})"), Distribution::weibull(10.0, 2.0));
  EXPECT_NEAR(read_law(R"({"law": "weibull", "mean": "10 s", "shape": 2})").mean(), 10.0, 1e-12);
  EXPECT_EQ(read_law(R"({"law": "beta", "alpha": 2, "beta": 3.5, "low": "1 s", "high": "9 s"})"),
            Distribution::beta(2.0, 3.5, 1.0, 9.0));
  EXPECT_EQ(read_law(R"({"law": "empirical", "values": ["3 s", "1 s"]})"), Distribution::empirical({1.0, 3.0}));
  EXPECT_EQ(read_law(R"({"law": "discrete", "values": ["1 s", "3 s"], "weights": [1, 3]})"),
            Distribution::discrete({1.0, 3.0}, {0.25, 0.75}));
  EXPECT_EQ(read_law(R"({"law": "mixture", "parts": [{"weight": 0.25, "law": "1 s"},
                        {"weight": 0.75, "law": {"law": "exponential", "mean": "2 s"}}]})"),
            Distribution::mixture({Distribution::constant(1.0), Distribution::exponential(2.0)}, {0.25, 0.75}));
}

TEST(PlantFile, ReadsLawsByProduct) {
  const std::string head = R"("products": ["a", "b"], )";
  const auto laws = [&](const std::string& text) {
    const Plant plant = parse_plant(plant_of(R"("m": {"kind": "machine", "cycle_time": )" + text + R"(, "to": "out"},
"in": {"kind": "source", "interval": "1 h", "products": {"a": 2, "b": 1}, "to": "m"}, "out": {"kind": "sink"})",
                                             head));
    return std::get<Machine>(plant.enterprises.at(0).workshops.at(0).lines.at(0).equipment.at(0).is).cycle_time;
  };
  const LawByProduct with_otherwise = laws(R"({"by_product": {"a": "3 s"}, "otherwise": "4 s"})");
  EXPECT_EQ(with_otherwise.law, Distribution::constant(4.0));
  EXPECT_EQ(with_otherwise.of.at("a"), Distribution::constant(3.0));
  EXPECT_EQ(laws(R"({"by_product": {"a": "3 s", "b": "5 s"}})").of.at("b"), Distribution::constant(5.0));
}

TEST(PlantFile, TakesWhatIsNotSaidFromThePlantsSemantics) {
  const std::string fields = R"("cycle_time": "1 s", "failure": {"time_to_failure": "1 h", "time_to_repair": "1 min"})";
  const Machine plain = read_machine(fields);
  EXPECT_EQ(plain.blocking, Blocking::after_service);
  EXPECT_EQ(plain.failure->clock, FailureClock::working);
  EXPECT_EQ(plain.failure->on_failure, OnFailure::resume);
  EXPECT_FALSE(plain.loads_while_down);
  EXPECT_TRUE(plain.unloads_while_down);

  const std::string head =
      R"("semantics": {"blocking": "before_service", "failure_clock": "calendar", "on_failure": "scrap",
"loads_while_down": true, "unloads_while_down": false, "without_place": "held"}, )";
  const Machine other = read_machine(fields, head);
  EXPECT_EQ(other.blocking, Blocking::before_service);
  EXPECT_EQ(other.failure->clock, FailureClock::calendar);
  EXPECT_EQ(other.failure->on_failure, OnFailure::scrap);
  EXPECT_TRUE(other.loads_while_down);
  EXPECT_FALSE(other.unloads_while_down);
  EXPECT_EQ(read_source(R"("supply": "saturated")", head).without_place, WithoutPlace::held);
  EXPECT_EQ(read_machine(fields + R"(, "blocking": "after_service")", head).blocking, Blocking::after_service);
}

TEST(PlantFile, ReadsTimesOfATimetableAfterTheStartAndAsLocalInstants) {
  const Source source = read_source(
      R"("timetable": [{"at": "90 min"}, {"at": "2026-03-02T08:00:00", "quantity": 10}, {"at": "2026-03-02T08:00:00Z"}])",
      R"("clock": {"epoch": "2026-03-02T06:00:00", "zone": "Europe/Paris"}, )");
  const auto& arrivals = std::get<Source::Timetable>(source.supply).arrivals;
  EXPECT_EQ(arrivals.at(0).at, Time{90min});
  EXPECT_EQ(arrivals.at(1).at, Time{2h});
  EXPECT_EQ(arrivals.at(1).quantity, 10U);
  EXPECT_EQ(arrivals.at(2).at, Time{3h});
}

TEST(PlantFile, RefusesATimetableOfTooManyParts) {
  const auto messages = [](int rows) {
    std::string timetable;
    for (int i = 0; i < rows; ++i)
      timetable += (i == 0 ? "" : ",") + std::string("\n{\"at\": \"2 h\", \"quantity\": 1000000}");
    return messages_of(plant_of("\"in\": {\"kind\": \"source\", \"to\": \"out\", \"timetable\": [" + timetable +
                                "]}, \"out\": {\"kind\": \"sink\"}"));
  };
  EXPECT_THAT(messages(10), ElementsAre());
  EXPECT_THAT(messages(13),
              ElementsAre("p.json:13: /enterprises/e/workshops/w/lines/l/equipment/in/timetable/10: found "
                          "the part number 10000001 of the timetable, expected at most 10000000 parts in "
                          "all"));
}

// A text that is wrong in one thing, and the whole message.
struct Wrong {
  std::string text;
  std::string message;
};
void PrintTo(const Wrong& wrong, std::ostream* out) { *out << wrong.message; }
class WrongPlantFile : public testing::TestWithParam<Wrong> {};

TEST_P(WrongPlantFile, IsSaidInOneMessage) {
  std::string expected = GetParam().message;
  if (const auto at = expected.find('$'); at != std::string::npos) {
    expected.replace(at, 1, "/enterprises/e/workshops/w/lines/l/equipment");
  }
  EXPECT_THAT(messages_of(GetParam().text), ElementsAre(expected));
}

INSTANTIATE_TEST_SUITE_P(
    Syntax, WrongPlantFile,
    testing::Values(
        Wrong{"", "p.json:1: found the end of the text, expected a value"},
        Wrong{"{\n\"format\": \"takt-plant/1\"\n\"name\": 1}", "p.json:3: found \"name\", expected ',' or '}'"},
        Wrong{"{\n\"a\" 1}", "p.json:2: found 1, expected ':' after the name"},
        Wrong{"{\"a\": [1,\n2,\n]}", "p.json:3: found ']', expected a value (or no ',' before it)"},
        Wrong{"{\"a\": [1\n2]}", "p.json:2: found 2, expected ',' or ']'"},
        Wrong{"{name: 1}", "p.json:1: found name, expected a name in double quotes"},
        Wrong{"{\"a\":\n True}", "p.json:2: found True, expected a value"},
        Wrong{"{}\n}", "p.json:2: found '}', expected nothing after the end of the JSON text"},
        Wrong{std::string("{}\n\0{", 5), "p.json:2: found a character U+0000, expected JSON text in UTF-8"},
        Wrong{"{\"a\": \x1b[2J\xff}", "p.json:1: found <U+001B>, expected a value"},
        Wrong{"{\"format\": \"\\u001b[2J\"}", "p.json:1: /format: found \"<U+001B>[2J\", expected \"takt-plant/1\""},
        Wrong{"{\"a\": 1e999}", "p.json:1: found 1e999, expected a number of ordinary size"},
        Wrong{
            "{\"a\":\n\"b}\n",
            "p.json:2: found \"b}<U+000A> (invalid string: control character U+000A (LF) must be escaped to \\u000A or "
            "\\n), expected a value"},
        Wrong{"[1]",
              "p.json:1: found a list, expected a plant: an object with format, name, clock, semantics, products, "
              "calendars, enterprises, cyber"},
        Wrong{R"({"format": "takt-snapshot/1"})",
              R"(p.json:1: /format: found "takt-snapshot/1", expected "takt-plant/1")"}));

INSTANTIATE_TEST_SUITE_P(
    Keys, WrongPlantFile,
    testing::Values(
        Wrong{
            machine_of(R"("cycle_tim": "3 s")"),
            R"(p.json:2: $/m/cycle_tim: found "cycle_tim", expected one of kind, servers, cycle_time, load_time, scrap, )"
            "blocking, calendar, loads_while_down, unloads_while_down, failure, to; did you mean cycle_time?"},
        Wrong{machine_of(R"("servers": 2)"),
              R"(p.json:2: $/m/cycle_time: found nothing, expected a law of time: "12 s" or {"law": ...})"},
        Wrong{machine_of("\"cycle_time\": \"3 s\",\n\"servers\": 2, \"servers\": 3"),
              R"(p.json:3: $/m/servers: found "servers" again, expected each name once (it stands in line 3))"},
        Wrong{plant_of("\"in\": {\"kind\": \"source\", \"to\": \"out\"},\n\"out\": {\"kind\": \"sink\"}"),
              "p.json:2: $/in: found no supply, expected one of supply, interval and timetable"},
        Wrong{plant_of("\"in\": {\"kind\": \"source\", \"supply\": \"saturatd\", \"to\": \"m\"},\n\"m\": {\"kind\": "
                       "\"machine\", \"cycle_time\": \"1 s\", \"to\": \"out\"}, \"out\": {\"kind\": \"sink\"}"),
              R"(p.json:2: $/in/supply: found "saturatd", expected one of saturated; did you mean saturated?)"}));

INSTANTIATE_TEST_SUITE_P(
    Values, WrongPlantFile,
    testing::Values(
        Wrong{machine_of(R"("cycle_time": 12)"),
              R"(p.json:2: $/m/cycle_time: found 12, expected a time with its unit in quotes, such as "12 s")"},
        Wrong{
            machine_of(R"("cycle_time": "12 sec")"),
            R"(p.json:2: $/m/cycle_time: found "12 sec", expected a time such as "12 s" (units: s min h d wk ms us ns); did you mean s?)"},
        Wrong{machine_of(R"("cycle_time": "12")"),
              R"(p.json:2: $/m/cycle_time: found "12", expected a time such as "12 s" (units: s min h d wk ms us ns))"},
        Wrong{machine_of(R"("cycle_time": "-3 s")"),
              R"(p.json:2: $/m/cycle_time: found "-3 s", expected a finite number, 0 or above)"},
        Wrong{
            machine_of(R"("cycle_time": {"law": "exponentail", "mean": "3 s"})"),
            R"(p.json:2: $/m/cycle_time/law: found "exponentail", expected one of exponential, uniform, triangular, normal, )"
            "lognormal, gamma, erlang, weibull, beta, empirical, discrete, mixture; did you mean exponential?"},
        Wrong{machine_of(R"("cycle_time": {"law": "uniform", "low": "3 s", "high": "2 s"})"),
              R"(p.json:2: $/m/cycle_time/high: found "2 s", expected more than low)"},
        Wrong{machine_of(R"("cycle_time": {"law": "gamma", "mean": "3 s", "cv": 0.5})"),
              R"(p.json:2: $/m/cycle_time/cv: found 0.5, expected a ratio with its unit in quotes, such as "0.5 %")"},
        Wrong{machine_of(R"("cycle_time": {"law": "exponential", "rate": "0 /h"})"),
              R"(p.json:2: $/m/cycle_time/rate: found "0 /h", expected a rate above 0)"},
        Wrong{machine_of(R"("cycle_time": {"law": "empirical", "values": ["3 s", 4]})"),
              R"(p.json:2: $/m/cycle_time/values/1: found 4, expected a time with its unit in quotes, such as "4 s")"},
        Wrong{machine_of(R"("cycle_time": {"law": "mixture", "parts": [{"weight": 1}]})"),
              R"(p.json:2: $/m/cycle_time/parts/0/law: found nothing, expected a law of time: "12 s" or {"law": ...})"},
        Wrong{machine_of(R"("cycle_time": "1 s", "servers": "2")"),
              R"(p.json:2: $/m/servers: found "2", expected a whole number without quotes)"},
        Wrong{machine_of(R"("cycle_time": "1 s", "servers": -2)"),
              "p.json:2: $/m/servers: found -2, expected a whole number from 0 to 4294967295"},
        Wrong{machine_of(R"("cycle_time": "1 s", "servers": 1.5)"),
              "p.json:2: $/m/servers: found 1.5, expected a whole number"},
        Wrong{machine_of(R"("cycle_time": "1 s", "servers": 0)"),
              "p.json:2: $/m/servers: found 0, expected a whole number from 1 to 100000"},
        Wrong{machine_of(R"("cycle_time": "1 s", "scrap": "200 %")"),
              R"(p.json:2: $/m/scrap: found "200 %", expected a probability from 0 % to 100 %)"},
        Wrong{
            machine_of(R"("cycle_time": "1 s", "blocking": "Before_Service")"),
            R"(p.json:2: $/m/blocking: found "Before_Service", expected one of after_service, before_service; did you mean before_service?)"},
        Wrong{machine_of(R"("cycle_time": "1 s", "loads_while_down": 1)"),
              "p.json:2: $/m/loads_while_down: found 1, expected true or false"},
        Wrong{
            machine_of(R"("cycle_time": "1 s")", "\"clock\": {\"epoch\": \"yesterday\"}, "),
            R"(p.json:1: /clock/epoch: found "yesterday", expected an instant such as 2026-03-02T06:00:00, 2026-03-02T05:00:00Z or 2026-03-02T06:00:00+01:00)"},
        Wrong{
            machine_of(R"("cycle_time": "1 s")", R"("calendars": {"c": {"week": {"mon": ["6-14"]}}}, )"),
            R"(p.json:1: /calendars/c/week/mon/0: found "6-14", expected a span of clock time such as 06:00-14:00, up to 24:00)"},
        Wrong{
            machine_of(R"("cycle_time": "1 s")", R"("calendars": {"c": {"week": {"Mon": []}}}, )"),
            R"(p.json:1: /calendars/c/week/Mon: found "Mon", expected one of mon, tue, wed, thu, fri, sat, sun; did you mean mon?)"}));

INSTANTIATE_TEST_SUITE_P(
    Meaning, WrongPlantFile,
    testing::Values(
        Wrong{
            plant_of("\"in\": {\"kind\": \"source\", \"supply\": \"saturated\",\n\"to\": \"fillr\"}, "
                     "\"filler\": {\"kind\": \"machine\", \"cycle_time\": \"1 s\", \"to\": \"out\"}, \"out\": "
                     "{\"kind\": \"sink\"}"),
            R"(p.json:3: $/in/to: found "fillr", expected the name of a machine, buffer or sink; did you mean filler?)"},
        Wrong{plant_of("\"in\": {\"kind\": \"source\", \"supply\": \"saturated\", \"to\": [\n{\"to\": \"in\"}]}, "
                       "\"out\": {\"kind\": \"sink\"}"),
              R"(p.json:3: $/in/to/0/to: found "in" (a source), expected a machine, buffer or sink)"},
        Wrong{plant_of("\"in\": {\"kind\": \"source\", \"interval\": \"0 s\",\n\"to\": \"out\"},\n\"out\": {\"kind\": "
                       "\"sink\"}"),
              R"(p.json:2: $/in/interval: found "0 s", expected a law with a mean above 0 s)"},
        Wrong{plant_of("\"in\": {\"kind\": \"source\", \"timetable\": [{\"at\": \"2 h\"},\n{\"at\": \"1 h\"}], \"to\": "
                       "\"out\"},\n"
                       "\"out\": {\"kind\": \"sink\"}"),
              R"(p.json:3: $/in/timetable/1/at: found "1 h", expected arrivals in the order of time)"},
        Wrong{
            plant_of(
                "\"in\": {\"kind\": \"source\", \"timetable\": [{\"at\": \"2026-03-02T08:00:00\"}], \"to\": \"out\"},\n"
                "\"out\": {\"kind\": \"sink\"}"),
            R"(p.json:2: $/in/timetable/0/at: found "2026-03-02T08:00:00", expected a time such as "2 h", as the plant has no clock with an epoch)"},
        Wrong{
            plant_of("\"in\": {\"kind\": \"source\", \"to\": \"out\", \"timetable\": [{\"at\": \"2 h\",\n\"quantity\": "
                     "4000000000}]}, \"out\": {\"kind\": \"sink\"}"),
            R"(p.json:3: $/in/timetable/0/quantity: found 4000000000, expected a whole number from 0 to 1000000)"},
        Wrong{plant_of("\"in\": {\"kind\": \"source\", \"interval\": \"1 s\", \"to\": \"out\"},\n\"my out\": "
                       "{\"kind\": \"sink\"},\n"
                       "\"out\": {\"kind\": \"sink\"}"),
              R"(p.json:3: $/my out: found "my out", expected a name of letters, digits, '_', '-' and '.')"},
        Wrong{machine_of(R"("cycle_time": {"by_product": {"c": "3 s"}, "otherwise": "1 s"})"),
              R"(p.json:2: $/m/cycle_time/by_product/c: found "c", expected a product of the plant)"},
        Wrong{R"({"format": "takt-plant/1", "name": "p", "enterprises": {}})",
              "p.json:1: /enterprises: found no equipment, expected one enterprise with equipment at least"}));

TEST(PlantFile, ReportsFaultsOfFormAndOfMeaningInTheOrderOfTheFile) {
  const auto messages = messages_of(R"({"format": "takt-plant/1", "nam": "p",
"semantics": {"blocking": 3},
"enterprises": {"e": {"workshops": {"w": {"lines": {"l": {"equipment": {
  "in": {"kind": "source", "supply": "saturated", "to": "fillr"},
  "filler": {"kind": "machine", "servers": 0, "cycle_time": 4,
             "failure": {"time_to_failure": "0 s", "crew": "nobody"},
             "to": [{"to": "out", "probability": "80 %"}]},
  "robot": {"kind": "robot", "arms": 2},
  "out": {"kind": "sink"}
}}}}}}}})");
  const std::string at = "/enterprises/e/workshops/w/lines/l/equipment";
  EXPECT_THAT(messages, ElementsAre(HasSubstr("p.json:1: /nam: found \"nam\""),
                                    HasSubstr("p.json:2: /semantics/blocking: found 3"),
                                    HasSubstr("p.json:4: " + at + "/in/to: found \"fillr\""),
                                    HasSubstr("p.json:5: " + at + "/filler/cycle_time: found 4"),
                                    HasSubstr("p.json:5: " + at + "/filler/servers: found 0"),
                                    HasSubstr("p.json:6: " + at + "/filler/failure/time_to_repair: found nothing"),
                                    HasSubstr("p.json:6: " + at + "/filler/failure/time_to_failure: found \"0 s\""),
                                    HasSubstr("p.json:6: " + at + "/filler/failure/crew: found \"nobody\""),
                                    HasSubstr("p.json:7: " + at + "/filler/to: found a sum of 80 %"),
                                    HasSubstr("p.json:8: " + at + "/robot/kind: found \"robot\"")));
}

TEST(PlantFile, ReadsANearlyRightKindOnItsWayToTheOtherFaults) {
  const auto messages = messages_of(plant_of(R"("in": {"kind": "source", "interval": "1 s", "to": "m"},
"m": {"kind": "machin", "cycle_time": 3, "to": "out"}, "out": {"kind": "sink"})"));
  EXPECT_THAT(messages, ElementsAre(HasSubstr("did you mean machine?"), HasSubstr("cycle_time: found 3")));
}

TEST(PlantFile, RefusesWhatIsDeeperThanItsLimit) {
  const std::string deep = std::string(100, '[') + std::string(100, ']');
  EXPECT_THAT(messages_of(deep), ElementsAre("p.json:1: found 65 levels, expected at most 64"));
  EXPECT_THAT(messages_of([] { parse_plant("[[\n[", "p.json", {.depth = 2}); }),
              ElementsAre("p.json:2: found 3 levels, expected at most 2"));
  const std::string million(1000000, '[');
  EXPECT_THAT(messages_of([&] { parse_plant(million, "p.json", {.depth = 10000000}); }),
              ElementsAre("p.json:1: found 1001 levels, expected at most 1000"));
}

class PlantOnDisk : public testing::Test {
 protected:
  PlantOnDisk() { std::filesystem::create_directories(folder_); }
  ~PlantOnDisk() override { std::filesystem::remove_all(folder_); }
  std::filesystem::path write(const std::string& name, const std::string& text) {
    std::ofstream(folder_ / name, std::ios::binary) << text;
    return folder_ / name;
  }
  std::filesystem::path folder_ =
      std::filesystem::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name();
};

TEST_F(PlantOnDisk, IsLoadedAsItsTextIs) {
  const std::string text = machine_of(R"("cycle_time": "1 s")");
  EXPECT_EQ(load_plant(write("plant.json", text)), parse_plant(text));
  EXPECT_EQ(load_plant(write("marked.json", "\xef\xbb\xbf" + text)), parse_plant(text))
      << "a byte order mark is no fault";
}

TEST_F(PlantOnDisk, NamesItsFileInMessages) {
  const auto path = write("plant.json", "{\n}}");
  EXPECT_THAT(messages_of([&] { load_plant(path); }),
              ElementsAre(path.string() + ":2: found '}', expected nothing after the end of the JSON text"));
}

TEST_F(PlantOnDisk, IsRefusedBeforeItIsReadIfItIsTooLarge) {
  const auto path = write("large.json", "");
  std::filesystem::resize_file(path, std::uintmax_t{1} << 30);  // a file of holes
  EXPECT_THAT(messages_of([&] { load_plant(path); }),
              ElementsAre(path.string() + ": found 1073741824 bytes, expected at most 268435456 bytes"));
  EXPECT_THAT(messages_of([&] { load_plant(write("small.json", "{}  "), {.bytes = 3}); }),
              ElementsAre((folder_ / "small.json").string() + ": found 4 bytes, expected at most 3 bytes"));
}

TEST_F(PlantOnDisk, SaysWhyItCannotBeOpened) {
  try {
    load_plant(folder_ / "none.json");
    FAIL() << "nothing was thrown";
  } catch (const FileError& error) {
    EXPECT_EQ(std::string(error.what()),
              "cannot open '" + (folder_ / "none.json").string() + "': No such file or directory");
  }
  EXPECT_THROW(load_plant(folder_), FileError);
}

TEST(PlantFile, LooksUpTheLinesOfManyFaultsQuickly) {
  std::string equipment;
  for (int i = 0; i < 20000; ++i) {
    equipment += "\"m" + std::to_string(i) +
                 "\": {\"kind\": \"machine\", \"servers\": 0, \"cycle_time\": \"1 s\", \"to\": \"out\"},\n";
  }
  const std::string text = plant_of(equipment + R"("out": {"kind": "sink"})");
  const auto messages = messages_of([&] { parse_plant(text, "p.json", {.faults = 1'000'000}); });
  ASSERT_EQ(messages.size(), 20000U);
  EXPECT_THAT(messages[777], HasSubstr("p.json:779: "));
}

}  // namespace
}  // namespace takt::io
