// SPDX-License-Identifier: Apache-2.0
#include "takt/io/store/event_log_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>

#include "takt/core/byte_stream.hpp"

namespace takt::io {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kOrders =
    "case,activity,machine,start,end,order_qty,part,worker,report_type,qty_completed,qty_rejected\n"
    "Case 2,Milling,M 1,2012-01-02 06:30:00,2012-01-02 07:00:00,20,Tube,Ann,D,5.0,1.0\n"
    "Case 1,\"Turning, rough\",M 2,2012-01-02 06:00:00,2012-01-02 06:10:00,8,\"\"\"O\"\"-Ring\",Bob,S,0.0,0.0\r\n"
    "\n"
    "Case 1,Milling,M 1,2012-01-02 07:00:00,,8,O-Ring,Ann,D,,\n";

// The faults of a text, as text.
std::vector<std::string> faults_of(const std::string& text, const EventLogColumns& columns = {}) {
  std::vector<std::string> faults;
  try {
    parse_event_log(text, columns, "l.csv");
  } catch (const InvalidInput& error) {
    for (const Fault& fault : error.faults()) faults.push_back(to_text(fault));
  }
  return faults;
}

TEST(EventLogFile, ReadsRowsInTheOrderOfTheirStartUnderUsualNames) {
  const EventLog log = parse_event_log(kOrders, {.kinds = {{"S", EventKind::setup}}});
  ASSERT_EQ(log.events.size(), 3U);
  EXPECT_THAT(log.cases.names(), ElementsAre("Case 2", "Case 1"));
  EXPECT_THAT(log.activities.names(), ElementsAre("Milling", "Turning, rough"));
  const LoggedEvent& first = log.events[0];
  EXPECT_EQ(log.cases[first.case_id], "Case 1");
  EXPECT_EQ(log.workers[first.worker], "Bob");
  EXPECT_EQ(first.kind, EventKind::setup);
  EXPECT_EQ(to_text(first.start), "2012-01-02T06:00:00Z");
  EXPECT_EQ(to_text(first.complete.value()), "2012-01-02T06:10:00Z");
  const LoggedEvent& second = log.events[1];
  EXPECT_EQ(log.resources[second.resource], "M 1");
  EXPECT_EQ(second.kind, EventKind::work);
  EXPECT_EQ(second.good, 5.0);
  EXPECT_EQ(second.scrap, 1.0);
  EXPECT_EQ(log.facts[first.case_id].quantity, 8.0);
  EXPECT_EQ(log.products[log.facts[first.case_id].product], "\"O\"-Ring");
  EXPECT_FALSE(log.events[2].complete.has_value());
}

TEST(EventLogFile, ColumnsMayHaveAnyNameAndTimesAZone) {
  const EventLog log =
      parse_event_log("who;what;when\nA;cut;2026-01-02\nB;cut;2026-07-02T08:00:00.5\n", {.case_id = "who",
                                                                                         .activity = "what",
                                                                                         .complete = "when",
                                                                                         .kinds = {},
                                                                                         .separator = ';',
                                                                                         .zone = "Europe/Berlin"});
  ASSERT_EQ(log.events.size(), 2U);
  EXPECT_EQ(to_text(log.events[0].start), "2026-01-01T23:00:00Z");
  EXPECT_EQ(to_text(log.events[1].start), "2026-07-02T06:00:00.5Z");
  EXPECT_EQ(log.events[1].complete, log.events[1].start);
  EXPECT_EQ(log.events[1].resource, NameTable::kNone);
}

TEST(EventLogFile, EveryFaultIsToldWithItsColumnAndLine) {
  EXPECT_THAT(faults_of("case,activity,start,end,good\n"
                        ",cut,2026-01-02,2026-01-03,1\n"
                        "A,cut,2026-13-02,2026-01-03,many\n"
                        "A,\"cut\n\",2026-01-04,2026-01-03,\n"
                        "A,cut,,,\n"
                        "A,cut\n"),
              ElementsAre("l.csv:2: case: found nothing, expected a name",
                          HasSubstr("l.csv:3: start: found 2026-13-02, expected an instant such as"),
                          "l.csv:3: good: found many, expected a number of pieces, at least 0",
                          "l.csv:4: start: found 2026-01-04, expected an instant not after the end, 2026-01-03",
                          "l.csv:6: end: found nothing, expected an instant",
                          "l.csv:7: found 2 cells, expected 5 cells, as in the first line"));
  EXPECT_THAT(faults_of("case,activity,end\nA,\"cut,2026-01-02\n"),
              testing::Contains(HasSubstr("a quote that is not closed")));
}

TEST(EventLogFile, ColumnsThatAreNotThereAreNamed) {
  EXPECT_THAT(faults_of("number,activity,end\n"),
              ElementsAre(HasSubstr("l.csv:1: found number, activity, end, expected a column case, case_id")));
  EXPECT_THAT(
      faults_of("case,activity,end\n", {.resource = "activty"}),
      ElementsAre("l.csv:1: found activty, expected one of the columns case, activity, end; did you mean activity?"));
  EXPECT_THAT(faults_of(""), ElementsAre(HasSubstr("a line with the names of the columns")));
}

TEST(EventLogFile, BadRowsAreLeftOutWhereTheyAreReported) {
  std::vector<std::string> told;
  const EventLog log = parse_event_log("case,activity,end\nA,cut,2026-01-02\nB,cut,soon\nC,cut,2026-01-01\n", {},
                                       "l.csv", [&](const Fault& fault) { told.push_back(to_text(fault)); });
  EXPECT_EQ(log.events.size(), 2U);
  EXPECT_THAT(told, ElementsAre(HasSubstr("l.csv:3: end: found soon")));
}

TEST(EventLogFile, WhatIsWrittenReadsBackWithTheSameRows) {
  const EventLog log = parse_event_log(kOrders, {.kinds = {{"S", EventKind::setup}}});
  const std::string text = to_csv(log);
  const EventLog again = parse_event_log(text);
  EXPECT_EQ(to_csv(again), text);
  EXPECT_EQ(to_csv(parse_event_log(to_csv(again))), text);
  EXPECT_EQ(again, parse_event_log(text));
}

TEST(EventLogFile, PackedFilesAreReadAndMissingOnesNamed) {
  const auto file = std::filesystem::temp_directory_path() / "takt_event_log_file_test.csv.gz";
  gzFile_s* const out = gzopen(file.c_str(), "wb");
  ASSERT_NE(out, nullptr);
  gzputs(out, kOrders);
  gzclose(out);
  EXPECT_EQ(read_event_log(file), parse_event_log(kOrders));
  EXPECT_THROW(read_event_log(file, {}, {}, {.bytes = 100}), InvalidInput);
  std::filesystem::resize_file(file, std::filesystem::file_size(file) - 12);
  EXPECT_THROW(read_event_log(file), FileError);
  std::filesystem::remove(file);
  EXPECT_THROW(read_event_log(file), FileError);
}

TEST(EventLog, WhatIsStillGoingOnInTheFirstOfTwoLogsIsToldByTheSecond) {
  const EventLog first =
      parse_event_log("case,activity,start,end,order_qty\nA,cut,2026-01-01,2026-01-02,5\nA,drill,2026-01-02,,5\n");
  const EventLog then = parse_event_log("case,activity,start,end\nA,drill,2026-01-02,2026-01-04\nB,cut,2026-01-03,\n");
  const EventLog all = joined(first, then);
  ASSERT_EQ(all.events.size(), 3U);
  EXPECT_EQ(to_text(all.events[1].complete.value()), "2026-01-04T00:00:00Z");
  EXPECT_FALSE(all.events[2].complete.has_value());
  EXPECT_EQ(all.facts[all.cases.find("A")].quantity, 5.0);
}

TEST(EventLog, IsWrittenAsBytesAndTakenUpAgain) {
  const EventLog log = parse_event_log(kOrders);
  EventLog again;
  from_bytes_of(to_bytes_of(log), again);
  EXPECT_EQ(again, log);
}

}  // namespace
}  // namespace takt::io
