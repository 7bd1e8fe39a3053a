// SPDX-License-Identifier: Apache-2.0
#include "takt/plant/plant.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "takt/core/random.hpp"

namespace takt {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using namespace std::chrono_literals;

Machine machine_of(double seconds) {
  Machine machine;
  machine.cycle_time.law = Distribution::constant(seconds);
  return machine;
}

Source source_of(double seconds) {
  Source source;
  source.supply = Source::Renewal{Distribution::exponential(seconds), std::nullopt};
  return source;
}

Output output(std::string to, double probability = 1.0, std::string product = {}) {
  return {std::move(to), probability, std::move(product)};
}

// orders > filler > buffer_1 > capper > store
Plant bottling() {
  Line line{"line_1", {}};
  line.equipment = {{"orders", source_of(12.0), {output("filler")}},
                    {"filler", machine_of(10.0), {output("buffer_1")}},
                    {"buffer_1", Buffer{10, 0}, {output("capper")}},
                    {"capper", machine_of(9.0), {output("store")}},
                    {"store", Sink{}, {}}};
  Plant plant;
  plant.name = "bottling";
  plant.enterprises = {{"acme", {{"filling", {line}, {}, {{"mechanics", 2}}}}}};
  return plant;
}

Workshop& filling(Plant& plant) { return plant.enterprises[0].workshops[0]; }
std::vector<Equipment>& equipment(Plant& plant) { return filling(plant).lines[0].equipment; }
Equipment& orders(Plant& plant) { return equipment(plant)[0]; }
Equipment& filler(Plant& plant) { return equipment(plant)[1]; }
Machine& filler_machine(Plant& plant) { return std::get<Machine>(filler(plant).is); }
Equipment& buffer(Plant& plant) { return equipment(plant)[2]; }
Equipment& capper(Plant& plant) { return equipment(plant)[3]; }
Equipment& store(Plant& plant) { return equipment(plant)[4]; }
Failure failure_of(double seconds) {
  return {Distribution::constant(seconds), Distribution::constant(60.0), {}, {}, {}};
}

std::vector<std::string> messages(const Plant& plant) {
  std::vector<std::string> all;
  for (const Fault& fault : validate(plant)) all.push_back(to_text(fault));
  return all;
}

TEST(Plant, IsValidWhenEverythingFits) { EXPECT_THAT(messages(bottling()), IsEmpty()); }

TEST(Plant, NamesTheKindsAndPointersOfEquipment) {
  Plant plant = bottling();
  EXPECT_EQ(kind_of(orders(plant)), "source");
  EXPECT_EQ(kind_of(filler(plant)), "machine");
  EXPECT_EQ(kind_of(buffer(plant)), "buffer");
  EXPECT_EQ(kind_of(store(plant)), "sink");
  filler(plant).name = "a/b~c";
  EXPECT_EQ(pointer_of(plant.enterprises[0], filling(plant), filling(plant).lines[0], filler(plant)),
            "/enterprises/acme/workshops/filling/lines/line_1/equipment/a~1b~0c");
}

// One thing made wrong, and the whole of what validate says then. "$" stands for the pointer of the line's equipment.
struct Wrong {
  std::string what;
  std::function<void(Plant&)> make;
  std::string message;
};

void PrintTo(const Wrong& wrong, std::ostream* out) { *out << wrong.what; }

class WrongPlant : public testing::TestWithParam<Wrong> {};

TEST_P(WrongPlant, IsSaidInOneMessage) {
  Plant plant = bottling();
  GetParam().make(plant);
  std::string expected = GetParam().message;
  if (expected.starts_with('$')) {
    expected.replace(0, 1, "/enterprises/acme/workshops/filling/lines/line_1/equipment");
  }
  EXPECT_THAT(messages(plant), ElementsAre(expected));
}

INSTANTIATE_TEST_SUITE_P(
    Names, WrongPlant,
    testing::Values(
        Wrong{"plant", [](Plant& p) { p.name.clear(); }, R"(/name: found "", expected the name of the plant)"},
        Wrong{"illegal", [](Plant& p) { filling(p).crews[0].name = "me chanics"; },
              "/enterprises/acme/workshops/filling/crews/me chanics: found \"me chanics\", expected a name of letters, "
              "digits, '_', '-' and '.'"},
        Wrong{"twice in a line",
              [](Plant& p) {
                equipment(p).push_back({"store", Sink{}, {}});
              },
              R"($/store: found "store", expected a name that is used once in the line)"},
        Wrong{
            "a crew named as a line", [](Plant& p) { filling(p).crews[0].name = "line_1"; },
            R"(/enterprises/acme/workshops/filling/lines/line_1: found "line_1", expected a name that is used once in )"
            "the workshop (lines, controllers and crews share one name space)"},
        Wrong{"product twice",
              [](Plant& p) {
                p.products = {"a", "a"};
                std::get<Source>(orders(p).is).products = {{"a", 1.0}};
              },
              R"(/products/1: found "a", expected a name that is used once in the list of products)"},
        Wrong{
            "zone", [](Plant& p) { p.clock.zone = "Europe/Pariss"; },
            R"(/clock/zone: found "Europe/Pariss", expected an IANA time zone such as Europe/Paris; did you mean Europe/Paris?)"},
        Wrong{"no equipment", [](Plant& p) { p.enterprises.clear(); },
              "/enterprises: found no equipment, expected one enterprise with equipment at least"}));

INSTANTIATE_TEST_SUITE_P(
    Calendars, WrongPlant,
    testing::Values(
        Wrong{
            "backwards",
            [](Plant& p) {
              p.calendars["shifts"].week[0] = {{14h, 6h}};
            },
            R"(/calendars/shifts/week/mon/0: found "14:00-06:00", expected a span that ends after it begins, within 00:00-24:00)"},
        Wrong{"overlap",
              [](Plant& p) {
                p.calendars["shifts"].week[6] = {{6h, 14h}, {13h, 24h}};
              },
              R"(/calendars/shifts/week/sun/1: found "13:00-24:00", expected spans in order that do not overlap)"},
        Wrong{"date", [](Plant& p) { p.calendars["shifts"].exceptions["2026-02-29"] = {}; },
              R"(/calendars/shifts/exceptions/2026-02-29: found "2026-02-29", expected a date such as "2026-12-25")"}));

INSTANTIATE_TEST_SUITE_P(
    References, WrongPlant,
    testing::Values(
        Wrong{
            "output", [](Plant& p) { filler(p).to = {output("bufer_1")}; },
            R"($/filler/to/0/to: found "bufer_1", expected the name of a machine, buffer or sink; did you mean buffer_1?)"},
        Wrong{"crew",
              [](Plant& p) {
                filler_machine(p).failure = failure_of(9.0);
                filler_machine(p).failure->crew = "mechanic";
              },
              R"($/filler/failure/crew: found "mechanic", expected the name of a crew; did you mean mechanics?)"},
        Wrong{"calendar",
              [](Plant& p) {
                p.calendars["shifts"];
                filler_machine(p).calendar = "shift";
              },
              R"($/filler/calendar: found "shift", expected the name of a calendar; did you mean shifts?)"},
        Wrong{
            "controller",
            [](Plant& p) {
              filling(p).controllers = {{"plc", {"line_1/filler", "filler"}}};
            },
            R"(/enterprises/acme/workshops/filling/controllers/plc/owns/1: found "filler", expected the name of an equipment)"},
        Wrong{"product of an output",
              [](Plant& p) {
                filler(p).to = {output("buffer_1"), output("store", 1.0, "bottle")};
              },
              R"($/filler/to/1/product: found "bottle", expected a product of the plant)"},
        Wrong{
            "product of a law",
            [](Plant& p) { filler_machine(p).cycle_time.of["parts"] = Distribution::constant(1.0); },
            R"($/filler/cycle_time/by_product/parts: found "parts", expected a product of the plant; did you mean part?)"}));

INSTANTIATE_TEST_SUITE_P(
    Numbers, WrongPlant,
    testing::Values(
        Wrong{"no servers", [](Plant& p) { filler_machine(p).servers = 0; },
              "$/filler/servers: found 0, expected a whole number from 1 to 100000"},
        Wrong{"too many servers", [](Plant& p) { filler_machine(p).servers = 100001; },
              "$/filler/servers: found 100001, expected a whole number from 1 to 100000"},
        Wrong{"crew size", [](Plant& p) { filling(p).crews[0].size = 0; },
              "/enterprises/acme/workshops/filling/crews/mechanics/size: found 0, expected a whole number from 1 to "
              "100000"},
        Wrong{"scrap", [](Plant& p) { filler_machine(p).scrap = 1.5; },
              R"($/filler/scrap: found "150 %", expected a probability from 0 % to 100 %)"},
        Wrong{
            "capacity",
            [](Plant& p) {
              buffer(p).is = Buffer{0, 0};
            },
            "$/buffer_1/capacity: found 0, expected a whole number, 1 or more (a machine whose output is a machine has "
            "no buffer between)"},
        Wrong{"initial",
              [](Plant& p) {
                buffer(p).is = Buffer{10, 11};
              },
              "$/buffer_1/initial: found 11, expected at most the capacity of 10"},
        Wrong{"interval",
              [](Plant& p) {
                orders(p).is = Source{Source::Renewal{Distribution::constant(0.0), {}}, {}, {}};
              },
              R"($/orders/interval: found "0 s", expected a law with a mean above 0 s)"},
        Wrong{"time to failure", [](Plant& p) { filler_machine(p).failure = failure_of(0.0); },
              R"($/filler/failure/time_to_failure: found "0 s", expected a law with a mean above 0 s)"},
        Wrong{"first",
              [](Plant& p) { std::get<Source::Renewal>(std::get<Source>(orders(p).is).supply).first = Time{-2s}; },
              R"($/orders/first: found "-2 s", expected a time that is not before the start)"},
        Wrong{"share",
              [](Plant& p) {
                std::get<Source>(orders(p).is).products = {{"part", 0.0}};
              },
              "$/orders/products/part: found 0, expected a share above 0"},
        Wrong{"no shares",
              [](Plant& p) {
                p.products = {"a", "b"};
              },
              "$/orders/products: found nothing, expected the share of each product, as the plant has several"},
        Wrong{"timetable order",
              [](Plant& p) {
                orders(p).is = Source{Source::Timetable{{{Time{2h}, {}, 1}, {Time{1h}, {}, 1}}}, {}, {}};
              },
              R"($/orders/timetable/1/at: found "1 h", expected arrivals in the order of time)"},
        Wrong{"timetable before the start",
              [](Plant& p) {
                orders(p).is = Source{Source::Timetable{{{Time{-1h}, {}, 1}}}, {}, {}};
              },
              R"($/orders/timetable/0/at: found "-1 h", expected a time that is not before the start)"},
        Wrong{"clock without calendar",
              [](Plant& p) {
                filler_machine(p).failure = failure_of(9.0);
                filler_machine(p).failure->clock = FailureClock::on_shift;
              },
              R"($/filler/failure/clock: found "on_shift", expected a machine with a calendar for this clock)"}));

INSTANTIATE_TEST_SUITE_P(
    Flow, WrongPlant,
    testing::Values(
        Wrong{"to a source", [](Plant& p) { filler(p).to = {output("orders")}; },
              R"($/filler/to/0/to: found "orders" (a source), expected a machine, buffer or sink)"},
        Wrong{"nowhere", [](Plant& p) { filler(p).to.clear(); },
              "$/filler/to: found nothing, expected one output at least"},
        Wrong{"from a sink", [](Plant& p) { store(p).to = {output("filler")}; },
              "$/store/to: found an output, expected none, as parts leave the plant at a sink"},
        Wrong{"buffer to buffer",
              [](Plant& p) {
                equipment(p).push_back({"more", Buffer{}, {output("capper")}});
                buffer(p).to = {output("more")};
              },
              R"($/buffer_1/to/0/to: found "more" (a buffer), expected a machine, as machines take from a buffer)"},
        Wrong{"buffer to sink", [](Plant& p) { buffer(p).to = {output("store")}; },
              R"($/buffer_1/to/0/to: found "store" (a sink), expected a machine, as machines take from a buffer)"},
        Wrong{
            "saturated to a sink",
            [](Plant& p) {
              orders(p).is = Source{};
              orders(p).to = {output("store")};
            },
            R"($/orders/to/0/to: found "store" (a sink), expected a machine or a buffer with a capacity, as the source is saturated)"},
        Wrong{
            "saturated to a buffer without end",
            [](Plant& p) {
              orders(p).is = Source{};
              buffer(p).is = Buffer{};
              orders(p).to = {output("buffer_1")};
            },
            R"($/orders/to/0/to: found "buffer_1" (a buffer), expected a machine or a buffer with a capacity, as the source is saturated)"},
        Wrong{
            "blocking before service",
            [](Plant& p) {
              filler_machine(p).blocking = Blocking::before_service;
              filler(p).to = {output("capper")};
            },
            R"($/filler/to/0/to: found "capper" (a machine), expected a buffer or sink, as the machine blocks before service)"},
        Wrong{"sum",
              [](Plant& p) {
                filler(p).to = {output("buffer_1", 0.5), output("store", 0.4)};
              },
              "$/filler/to: found a sum of 90 %, expected probabilities that sum to 100 %"},
        Wrong{"sum of a product",
              [](Plant& p) {
                filler(p).to = {output("buffer_1"), output("store", 0.4, "part")};
              },
              R"($/filler/to: found a sum of 40 % for product "part", expected probabilities that sum to 100 %)"},
        Wrong{"probability", [](Plant& p) { filler(p).to = {output("buffer_1", 1.25)}; },
              R"($/filler/to/0/probability: found "125 %", expected a probability from 0 % to 100 %)"},
        Wrong{
            "probability of a buffer", [](Plant& p) { buffer(p).to = {output("capper", 0.5)}; },
            R"($/buffer_1/to/0/probability: found "50 %", expected no probability, as those a buffer feeds take from it)"},
        Wrong{"no way on for a product",
              [](Plant& p) {
                p.products = {"a", "b"};
                std::get<Source>(orders(p).is).products = {{"a", 1.0}, {"b", 1.0}};
                filler(p).to = {output("buffer_1", 1.0, "a")};
              },
              R"($/filler/to: found none for product "b", expected an output for every product that comes here)"},
        Wrong{"a loop that takes no time",
              [](Plant& p) {
                filler_machine(p).cycle_time.law = Distribution::constant(0.0);
                capper(p).is = machine_of(0.0);
                capper(p).to = {output("store", 0.5), output("filler", 0.5)};
              },
              R"($/capper/cycle_time: found "0 s", expected a time above 0 s for one machine at least of the loop )"
              "buffer_1 > capper > filler > buffer_1"}));

TEST(Plant, ReportsBothProbabilitiesThatAreOutsideTheirRange) {
  Plant plant = bottling();
  filler(plant).to = {output("buffer_1", 1.25), output("store", -0.25)};
  EXPECT_EQ(messages(plant).size(), 2U);
}

TEST(Plant, AllowsALoopWithAMachineThatTakesTime) {
  Plant plant = bottling();
  capper(plant).is = machine_of(0.0);
  capper(plant).to = {output("store", 0.5), output("filler", 0.5)};
  EXPECT_THAT(messages(plant), IsEmpty());
}

TEST(Plant, AllowsALoopThatOnlyAProductWithoutItsOwnTimeWouldMakeInstant) {
  Plant plant = bottling();
  plant.products = {"a", "b"};
  std::get<Source>(orders(plant).is).products = {{"a", 1.0}};
  filler_machine(plant).cycle_time = {Distribution(), {{"a", Distribution::constant(5.0)}}};
  capper(plant).is = machine_of(0.0);
  capper(plant).to = {output("store", 0.5), output("filler", 0.5)};
  EXPECT_THAT(messages(plant), IsEmpty()) << "no b ever comes";
}

TEST(Plant, AsksForNoOutputForAProductThatNeverComes) {
  Plant plant = bottling();
  plant.products = {"a", "b"};
  std::get<Source>(orders(plant).is).products = {{"a", 1.0}};
  filler(plant).to = {output("buffer_1", 1.0, "a")};
  EXPECT_THAT(messages(plant), IsEmpty());
}

TEST(Plant, UnderstandsNamesBesideInTheWorkshopAndFromTheRoot) {
  Plant plant = bottling();
  filling(plant).lines.push_back({"line_2", {{"packer", machine_of(3.0), {output("line_1/store")}}}});
  capper(plant).to = {output("/acme/filling/line_2/packer")};
  EXPECT_THAT(messages(plant), IsEmpty());
}

TEST(Plant, RefusesTwoPathsWithTheSameKeyOfRandomNumbers) {
  // Found by following the hash of names from itself until two ways met.
  const std::string a = "CgGgShyAxBE", b = "TN_nqRjDCNA";
  ASSERT_EQ(hash_path("/acme/filling/line_1/" + a), hash_path("/acme/filling/line_1/" + b));
  Plant plant = bottling();
  equipment(plant).push_back({a, Sink{}, {}});
  equipment(plant).push_back({b, Sink{}, {}});
  EXPECT_THAT(messages(plant),
              ElementsAre("/enterprises/acme/workshops/filling/lines/line_1/equipment/TN_nqRjDCNA: found "
                          "\"/acme/filling/line_1/TN_nqRjDCNA\", expected another name: the random numbers of "
                          "/acme/filling/line_1/CgGgShyAxBE have the same key"));
}

TEST(Plant, ReportsEveryFaultAtOnce) {
  Plant plant = bottling();
  plant.name.clear();
  filler_machine(plant).servers = 0;
  filler_machine(plant).scrap = -1.0;
  capper(plant).to = {output("stor")};
  EXPECT_EQ(messages(plant).size(), 4U);
}

TEST(Plant, ChecksALongChainWithoutGoingDeep) {
  Plant plant = bottling();
  equipment(plant).clear();
  const int last = 20000;
  equipment(plant).push_back({"orders", source_of(1.0), {output("m0")}});
  for (int i = 0; i <= last; ++i) {
    const std::string to = i < last ? "m" + std::to_string(i + 1) : "m0";
    equipment(plant).push_back({"m" + std::to_string(i), machine_of(0.0), {output(to)}});
  }
  EXPECT_EQ(messages(plant).size(), 1U) << "the loop of them all";
}

}  // namespace
}  // namespace takt
