// SPDX-License-Identifier: Apache-2.0
// The faults of a file stand as a whole in tests/cli/control_faults.txt (live_control_test.py).
#include "takt/io/live/control_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/plants.hpp"
#include "takt/core/error.hpp"
#include "takt/engine/parameters.hpp"

namespace takt::io {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

const Model& model() {
  static const Model line = compile(test::serial_line({test::machine_with(Distribution::constant(10.0))}, {}));
  return line;
}

const std::string kCommands = R"([{"path": "/e/w/l/m00", "item": "speed", "from": 0.5, "to": 1.5}])";

ControlPlan read(const std::string& alerts, const std::string& more = {}) {
  return parse_control(R"({"format": "takt-control/1", "record": "r.jsonl", "alerts": )" + alerts +
                           R"(, "commands": )" + kCommands + more + "}",
                       model(), "control.json", "/etc/takt");
}

TEST(ControlFile, SaysWhatIsDoneAboutAnAlert) {
  const ControlPlan plan = read(R"({
      "slow": {"signal": "throughput_per_h", "raise": 300, "clear": 340, "on_delay": "1 min", "severity": "alarm",
        "work": {"task": "look", "owner": "crew", "due_in": "2 h"},
        "what_if": {"kpi": "throughput_per_h", "at_least": 350, "horizon": "1 h", "replications": 7, "remedies": {
          "faster": {"set": {"/e/w/l/m00/cycle_time": "9 s"},
                     "command": {"path": "/e/w/l/m00", "item": "speed", "value": 1.1}},
          "fastest": {"times": {"/e/w/l/m00/cycle_time": 0.5},
                      "command": {"path": "/e/w/l/m00", "item": "speed", "value": 1.5}}}}},
      "stuck": {"signal": "blocked", "about": "/e/w/l/m00", "raise": 1, "clear": 0}})",
                                R"(, "http": "anywhere", "armed_for": "1 h")");
  EXPECT_EQ(plan.record, "/etc/takt/r.jsonl");
  EXPECT_TRUE(plan.from_anywhere);
  EXPECT_EQ(plan.armed_for, 1h);
  ASSERT_EQ(plan.alerts.size(), 2U);
  EXPECT_TRUE(plan.alerts[0].low) << "it clears above the value at which it is raised";
  EXPECT_EQ(plan.alerts[0].on_delay, 1min);
  EXPECT_EQ(plan.alerts[0].severity, Severity::alarm);
  EXPECT_FALSE(plan.alerts[1].low);
  EXPECT_EQ(plan.alerts[1].about, "/e/w/l/m00");
  ASSERT_EQ(plan.responses.size(), 1U) << "an alert may be just told";
  EXPECT_EQ(plan.responses[0].work->owner, "crew");
  EXPECT_EQ(plan.responses[0].work->due_in, 2h);
  const WhatIfPlan& what_if = *plan.responses[0].what_if;
  EXPECT_EQ(what_if.at_least, 350.0);
  EXPECT_EQ(what_if.replications, 7U);
  ASSERT_EQ(what_if.remedies.size(), 2U);
  EXPECT_EQ(what_if.remedies[1].value, 1.5);
  ASSERT_EQ(plan.commands.size(), 1U);
  EXPECT_TRUE(plan.commands[0].confirm);
  EXPECT_DOUBLE_EQ(plan.commands[0].tolerance, 1.5e-6);
}

TEST(ControlFile, FactorsAreOfTheNumbersAsTheTwinKnowsThem) {
  const ControlPlan plan = read(R"({"a": {"signal": "trust", "raise": 1, "clear": 0, "what_if": {
      "kpi": "throughput_per_h", "at_most": 1, "remedies": {
        "x": {"set": {"/e/w/l/m00/cycle_time": "9 s"}, "times": {"/e/w/l/m00/cycle_time": 0.5},
              "command": {"path": "/e/w/l/m00", "item": "speed", "value": 1}}}}}})");
  Parameters learnt = model().defaults;
  set_number(model(), learnt, "/e/w/l/m00/cycle_time", "12 s");
  const auto numbers = numbers_of(plan.responses[0].what_if->remedies[0], model(), learnt);
  ASSERT_EQ(numbers.size(), 2U);
  EXPECT_EQ(numbers[0].second, "9 s");
  EXPECT_EQ(numbers[1].second, "6 s");
  set_numbers(model(), learnt, numbers);
  EXPECT_DOUBLE_EQ(get_number(model(), learnt, "/e/w/l/m00/cycle_time"), 6.0);
}

TEST(ControlFile, WhatCanNeverGoOutIsAFault) {
  const auto fault_of = [](const std::string& command) {
    try {
      read(R"({"a": {"signal": "trust", "raise": 1, "clear": 0, "what_if": {"kpi": "throughput_per_h", "at_least": 1,
               "remedies": {"x": {"command": )" +
           command + "}}}}}");
    } catch (const InvalidInput& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_EQ(fault_of(R"({"path": "/e/w/l/m00", "item": "speed", "value": 1.5})"), "");
  EXPECT_THAT(fault_of(R"({"path": "/e/w/l/m00", "item": "speed", "value": 1.6})"),
              HasSubstr("found 1.6, expected a value from 0.5 to 1.5"));
  EXPECT_THAT(fault_of(R"({"path": "/e/w/l/m00", "item": "sped", "value": 1})"),
              HasSubstr("did you mean /e/w/l/m00/speed?"));
}

}  // namespace
}  // namespace takt::io
