// SPDX-License-Identifier: Apache-2.0
#include "takt/io/live/sources_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

namespace takt::io {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

Sources read(const std::string& members, const std::filesystem::path& folder = {}) {
  return parse_sources(R"({"format": "takt-sources/1", )" + members + "}", "sources.json", folder);
}

std::string faults_of(const std::string& members) {
  try {
    read(members);
  } catch (const InvalidInput& error) {
    return error.what();
  }
  return {};
}

TEST(SourcesFile, NamesEachSourceInTheOrderOfTheFile) {
  const Sources sources = read(
      R"("ingest": {"lateness": "0 s", "most_held": 7}, "blind_after": "1 h", "sources": {
           "z": {"kind": "file", "path": "z.jsonl", "every": "1 s"},
           "a": {"kind": "folder", "path": "/in", "settle": "0 s", "finished": "done"}})",
      "/etc/takt");
  EXPECT_EQ(sources.ingest.lateness, 0s);
  EXPECT_EQ(sources.ingest.most_held, 7U);
  EXPECT_EQ(sources.blind_after, 1h);
  ASSERT_EQ(sources.sources.size(), 2U);
  EXPECT_EQ(sources.sources[0].first, "z");
  EXPECT_EQ(std::get<FileOptions>(sources.sources[0].second).path, "/etc/takt/z.jsonl");
  const auto& folder = std::get<FolderOptions>(sources.sources[1].second);
  EXPECT_EQ(folder.path, "/in");
  EXPECT_EQ(folder.finished, "/etc/takt/done");
  EXPECT_EQ(folder.settle, 0s);
}

TEST(SourcesFile, ReadsABroker) {
  const Sources sources = read(
      R"("sources": {"b": {"kind": "mqtt", "url": "mqtts://b", "version": "3.1.1", "user": "u", "password_file": "p",
           "client_id": "c", "session": "1 h", "keep_alive": "5 s", "format": "sparkplug", "groups": ["acme"]}})");
  const auto& broker = std::get<MqttSourceOptions>(sources.sources[0].second);
  EXPECT_EQ(broker.broker.version, MqttVersion::v3_1_1);
  EXPECT_EQ(broker.broker.session, 1h);
  EXPECT_EQ(broker.broker.keep_alive, 5s);
  EXPECT_EQ(broker.format, MqttFormat::sparkplug);
  EXPECT_EQ(broker.groups, std::vector<std::string>{"acme"});
}

TEST(SourcesFile, ReadsCellsOfATable) {
  const Sources sources = read(
      R"("sources": {"t": {"kind": "file", "path": "t.csv", "table": {"separator": ";", "columns": {
           "S": {"equipment": "/a/m", "role": "state", "states": {"1": "Execute"}},
           "T": {"equipment": "/a/m", "role": "health", "name": "temperature"}}}}})");
  const auto& table = *std::get<FileOptions>(sources.sources[0].second).table;
  EXPECT_EQ(table.separator, ';');
  EXPECT_EQ(table.cells.at("S").states.at("1"), "Execute");
  EXPECT_EQ(table.cells.at("T").health, "temperature");
}

TEST(SourcesFile, APathMayBeginWithAVariableOfTheEnvironment) {
  setenv("TAKT_TEST_FOLDER", "/run/credentials", 1);  // NOLINT(concurrency-mt-unsafe): there is one thread
  const Sources sources = read(R"("sources": {"f": {"kind": "file", "path": "${TAKT_TEST_FOLDER}/x"}})", "/etc");
  EXPECT_EQ(std::get<FileOptions>(sources.sources[0].second).path, "/run/credentials/x");
  EXPECT_THAT(faults_of(R"("sources": {"f": {"kind": "file", "path": "${TAKT_NOT_SET}/x"}})"),
              HasSubstr("a variable of the environment that is set"));
}

TEST(SourcesFile, TellsEveryFaultAtOnce) {
  const std::string faults = faults_of(
      R"("ingest": {"reorder": 2, "most_held": 0}, "sources": {
           "a": {"kind": "fle"}, "b": {"kind": "folder", "pth": "x"}, "c": 1, "d": {},
           "e": {"kind": "mqtt", "url": "http://b", "topics": []},
           "f": {"kind": "mqtt", "url": "mqtt://b", "format": "sparkplug", "topics": ["x"]},
           "g": {"kind": "mtconnect", "url": "agent:5000", "items": {"i": {"equipment": "m", "role": "god"}}},
           "h": {"kind": "file", "path": "x", "table": {"columns": {}, "tags": {}}}})");
  for (const char* expected :
       {"/ingest/reorder: found 2", "/ingest/most_held: found 0", R"(/sources/a/kind: found "fle")",
        "did you mean file?", "/sources/b/pth", "/sources/c: found 1", "/sources/d/kind",
        R"(/sources/e/url: found "http://b")", "/sources/f/topics", R"(/sources/g/url: found "agent:5000")",
        R"(/sources/g/items/i/equipment: found "m")", "did you mean good?", "/sources/h/table"})
    EXPECT_THAT(faults, HasSubstr(expected));
  EXPECT_THAT(faults_of(R"("sources": {})"), HasSubstr("at least one source"));
  EXPECT_THAT(faults_of(R"("blind_after": "1 h")"), HasSubstr("/sources"));
}

}  // namespace
}  // namespace takt::io
