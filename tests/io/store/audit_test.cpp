// SPDX-License-Identifier: Apache-2.0
#include "takt/io/store/audit.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <iterator>

#include "takt/core/error.hpp"

namespace takt::io {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

class Audit : public testing::Test {
 protected:
  fs::path file_ = fs::temp_directory_path() / ("takt_audit_" + std::to_string(::getpid()) + "_" +
                                                testing::UnitTest::GetInstance()->current_test_info()->name());
  void SetUp() override { fs::remove(file_); }
  void TearDown() override { fs::remove(file_); }

  static AuditEntry entry(int i) {
    return {parse_instant("2026-03-02T06:00:00Z") + std::chrono::seconds{i},
            "requested",
            "planner \"p\"",
            "r" + std::to_string(i),
            "/a/b/c/press",
            "speed",
            0.1 * i,
            "wegen Drift \u00fc",
            i % 2 == 0 ? WallClock::Instant{} : parse_instant("2026-03-02T06:10:00Z")};
  }
  void write(int from, int to) {
    AuditFile audit(file_);
    for (int i = from; i < to; ++i) audit.append(entry(i));
  }
  std::string text() const {
    std::ifstream in(file_, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void put(const std::string& text) const { std::ofstream(file_, std::ios::binary) << text; }
};

TEST_F(Audit, GivesBackWhatWasWrittenAndGoesOn) {
  write(0, 3);
  write(3, 5);
  const std::vector<AuditEntry> entries = read_audit(file_);
  ASSERT_EQ(entries.size(), 5U);
  for (int i = 0; i < 5; ++i) EXPECT_EQ(entries[static_cast<std::size_t>(i)], entry(i));
}

TEST_F(Audit, ReplacesWhatIsNoText) {
  AuditEntry odd = entry(0);
  odd.who = "a\xff";
  AuditFile(file_).append(odd);
  write(1, 2);
  const std::vector<AuditEntry> entries = read_audit(file_);
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].who, "a\uFFFD");
}

TEST_F(Audit, FindsEveryChange) {
  write(0, 4);
  const std::string whole = text();
  for (std::size_t i = 0; i < whole.size(); i += 7) {
    std::string changed = whole;
    changed[i] = changed[i] == 'x' ? 'y' : 'x';
    put(changed);
    if (whole[i] == '\n' && i + 1 == whole.size()) continue;
    EXPECT_THROW(read_audit(file_), InvalidInput) << i;
    EXPECT_THROW(AuditFile{file_}, InvalidInput) << i;
  }
}

TEST_F(Audit, FindsALineThatWasTakenOut) {
  write(0, 4);
  std::string all = text();
  const std::size_t first = all.find('\n') + 1, second = all.find('\n', first) + 1;
  all.erase(first, second - first);
  put(all);
  try {
    read_audit(file_);
    FAIL();
  } catch (const InvalidInput& error) {
    EXPECT_EQ(error.faults()[0].line, 2);
  }
}

TEST_F(Audit, LeavesOutALastLineThatIsNotWhole) {
  write(0, 2);
  const std::string two = text();
  write(2, 3);
  const std::string three = text();
  for (std::size_t size = two.size(); size < three.size(); size += 11) {
    put(three.substr(0, size));
    EXPECT_EQ(read_audit(file_).size(), 2U);
    write(2, 3);
    EXPECT_EQ(text(), three);
  }
}

TEST_F(Audit, HasOneWriter) {
  const AuditFile first(file_);
  EXPECT_THROW(AuditFile{file_}, FileError);
}

TEST_F(Audit, StaysWholeWhereThereIsNoRoom) {
  write(0, 2);
  const std::string before = text();
  AuditFile audit(file_);
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  const rlimit small{before.size() + 100, old.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  EXPECT_THROW(audit.append(entry(2)), WriteError);
  setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(text(), before);
  audit.append(entry(2));
  EXPECT_EQ(read_audit(file_).size(), 3U);
}

}  // namespace
}  // namespace takt::io
