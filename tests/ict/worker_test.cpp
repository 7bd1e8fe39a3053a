// SPDX-License-Identifier: Apache-2.0
// Whatever the worker does, takt says what went wrong, and no process is left behind.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <string>
#include <thread>

#include "ict/small_plants.hpp"
#include "takt/ict/simulate.hpp"

namespace takt {
namespace {

namespace fs = std::filesystem;
using namespace test;
using testing::HasSubstr;

/// A folder for one test.
class Scratch {
 public:
  Scratch() {
    std::string name = (fs::temp_directory_path() / "takt_ict_XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
  }
  ~Scratch() { fs::remove_all(folder_); }
  fs::path operator/(const char* name) const { return folder_ / name; }

  /// A stand-in for the worker.
  fs::path script(const std::string& text) const {
    const fs::path file = folder_ / "worker";
    std::ofstream(file) << "#!/bin/sh\n" << text << "\n";
    fs::permissions(file, fs::perms::owner_all);
    return file;
  }

 private:
  fs::path folder_;
};

std::string error_of(const CyberOptions& options, const Cyber& cyber = one_link()) {
  try {
    simulate_cyber(plant_with(cyber), options);
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

/// Children of this process, dead or alive.
bool has_children() { return ::waitpid(-1, nullptr, WNOHANG) != -1; }

TEST(IctWorker, ThatIsMissingIsNamed) {
  EXPECT_THAT(error_of({.worker = "/nowhere/worker"}), HasSubstr("the ICT worker '/nowhere/worker' is missing"));
}

TEST(IctWorker, ThatCannotBeStartedSaysWhy) {
  const Scratch scratch;
  std::ofstream(scratch / "text") << "no program\n";
  EXPECT_THAT(error_of({.worker = scratch / "text"}), HasSubstr("cannot be started: Permission denied"));
  EXPECT_FALSE(has_children());
}

TEST(IctWorker, ThatHangsIsEnded) {
  const Scratch scratch;
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_THAT(error_of({.timeout = 300ms, .worker = scratch.script("sleep 600")}),
              HasSubstr("gave no answer within 0.3 s and was ended"));
  EXPECT_LT(std::chrono::steady_clock::now() - begin, 5s);
  EXPECT_FALSE(has_children());
}

TEST(IctWorker, ThatNeverReadsIsEnded) {
  const Scratch scratch;
  Cyber cyber = one_link();
  for (int i = 0; i < 20000; ++i) cyber.sensors.push_back(sensor("s" + std::to_string(i), "device", 1s));
  EXPECT_THAT(error_of({.timeout = 500ms, .worker = scratch.script("sleep 600")}, cyber), HasSubstr("gave no answer"));
  EXPECT_FALSE(has_children());
}

TEST(IctWorker, ThatIsKilledIsTold) {
  const Scratch scratch;
  EXPECT_THAT(error_of({.worker = scratch.script("kill -SEGV $$")}), HasSubstr("was ended by signal 11"));
  EXPECT_FALSE(has_children());
}

TEST(IctWorker, ThatFailsIsToldWithItsLastWords) {
  const Scratch scratch;
  EXPECT_THAT(error_of({.worker = scratch.script("read line; echo first >&2; echo no such platform >&2; exit 4")}),
              HasSubstr("ended with status 4 before it had answered: no such platform"));
}

TEST(IctWorker, ThatTalksGarbageIsRefused) {
  const Scratch scratch;
  for (const char* said :
       {"{}", "garbage", "[1, 2]", "null", R"({"format":"takt-ict/2"})", R"({"format":"takt-ict/1"})",
        R"({"format":"takt-ict/1","loops":[],"nodes":[],"links":[],"messages":0})",
        R"({"format":"takt-ict/1","loops":7,"nodes":[],"links":[],"messages":0})"})
    EXPECT_THAT(error_of({.worker = scratch.script("read line; echo '" + std::string(said) + "'")}),
                HasSubstr("the ICT worker's report"))
        << said;
  EXPECT_THAT(error_of({.timeout = 2s, .worker = scratch.script("exec cat /dev/zero")}), HasSubstr("the ICT worker"));
  EXPECT_FALSE(has_children());
}

TEST(IctWorker, IsEndedWhenAskedToStop) {
  const Scratch scratch;
  std::stop_source stop;
  CyberOptions options{.worker = scratch.script("sleep 600")};
  options.stop = stop.get_token();
  std::jthread later([&stop] {
    std::this_thread::sleep_for(200ms);
    stop.request_stop();
  });
  EXPECT_THAT(error_of(options), HasSubstr("was ended: interrupted"));
  EXPECT_FALSE(has_children());
}

TEST(IctWorker, RunsTwiceAtOnceWithTheSameAnswers) {
  Cyber cyber = one_link();
  cyber.links[0].jitter = Distribution::exponential(0.001);
  cyber.links[0].loss = 0.01;
  const Plant plant = plant_with(cyber);
  const CyberOptions options{.horizon = 100s};
  const auto run = [&] { return simulate_cyber(plant, options).loops[0].latency_s; };
  auto a = std::async(std::launch::async, run), b = std::async(std::launch::async, run);
  const std::vector<double> alone = run();
  EXPECT_EQ(a.get(), alone);
  EXPECT_EQ(b.get(), alone);
  EXPECT_FALSE(has_children());
}

/// Whether a process lives (one that is dead and not waited for does not).
bool lives(pid_t process) {
  std::ifstream in("/proc/" + std::to_string(process) + "/stat");
  const std::string text((std::istreambuf_iterator<char>(in)), {});
  const std::size_t end = text.rfind(')');
  return end != std::string::npos && text.size() > end + 2 && text[end + 2] != 'Z' && text[end + 2] != 'X';
}

TEST(IctWorker, DoesNotOutliveTheOneWhoAsked) {
  // A child of this process asks for a simulation that takes long, and is killed.
  const Scratch scratch;
  const fs::path note = scratch / "pid";
  Cyber cyber = one_link();
  cyber.sensors[0].period = 10us;
  const char* real = std::getenv("TAKT_ICT_WORKER");
  const std::string worker =
      real != nullptr ? real : (fs::read_symlink("/proc/self/exe").parent_path() / ".." / "takt-ict-worker").string();
  if (!fs::exists(worker)) GTEST_SKIP() << "no worker at " << worker;
  const pid_t child = ::fork();
  if (child == 0) {
    const fs::path script = scratch.script("echo $$ > " + note.string() + "; exec " + worker);
    try {
      simulate_cyber(plant_with(cyber), {.horizon = std::chrono::hours{10}, .worker = script});
    } catch (const std::exception&) {
    }
    ::_exit(0);
  }
  pid_t process = 0;
  for (int i = 0; i < 200 && process == 0; ++i) {
    std::this_thread::sleep_for(50ms);
    std::ifstream(note) >> process;
  }
  ASSERT_GT(process, 0);
  std::this_thread::sleep_for(300ms);
  EXPECT_TRUE(lives(process));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  for (int i = 0; i < 200 && lives(process); ++i) std::this_thread::sleep_for(50ms);
  EXPECT_FALSE(lives(process));
}

TEST(IctWorker, AnswersGarbageWithAnErrorAndNothingElse) {
  const fs::path worker = fs::read_symlink("/proc/self/exe").parent_path() / ".." / "takt-ict-worker";
  if (!fs::exists(worker)) GTEST_SKIP() << "no worker at " << worker;
  for (const char* request : {"", "garbage", "{}", R"({"format":"takt-ict/1"})", R"({"format":"takt-ict/2"})"}) {
    const std::string command =
        "printf '%s\\n' '" + std::string(request) + "' | '" + worker.string() + "' 2>/dev/null; exit $?";
    FILE* pipe = ::popen(command.c_str(), "r");
    ASSERT_NE(pipe, nullptr);
    std::string said;
    for (int c; (c = std::fgetc(pipe)) != EOF;) said += static_cast<char>(c);
    const int status = ::pclose(pipe);
    EXPECT_EQ(said, "") << request;
    EXPECT_EQ(WEXITSTATUS(status), 3) << request;
  }
}

TEST(IctAnswers, AreKeptByWhatWasAskedAndOnlyThen) {
  const Scratch scratch;
  const Plant plant = plant_with(one_link());
  const CyberOptions options{.horizon = 10s, .cache = scratch / "cache"};
  const CyberResult first = simulate_cyber(plant, options);
  EXPECT_FALSE(first.from_cache);
  CyberOptions broken = options;  // would fail if it were asked
  broken.worker = scratch.script("exit 4");
  const CyberResult second = simulate_cyber(plant, broken);
  EXPECT_TRUE(second.from_cache);
  EXPECT_EQ(second.loops[0].latency_s, first.loops[0].latency_s);
  broken.seed = 2;
  EXPECT_THROW(simulate_cyber(plant, broken), Error);
  for (const auto& file : fs::directory_iterator(scratch / "cache")) fs::resize_file(file, 100);
  EXPECT_FALSE(simulate_cyber(plant, options).from_cache);  // cut: asked again, and written anew
  EXPECT_TRUE(simulate_cyber(plant, broken = options).from_cache);
}

TEST(SimulateCyber, RefusesWhatCannotBeSimulated) {
  Plant plant = plant_with(one_link());
  plant.cyber.reset();
  EXPECT_THROW(simulate_cyber(plant), InvalidInput);
  EXPECT_THROW(simulate_cyber(plant_with(Cyber{})), InvalidInput);
  for (const CyberOptions& options : {CyberOptions{.horizon = 0s}, CyberOptions{.horizon = 1s, .warmup = 1s},
                                      CyberOptions{.timeout = 0s}, CyberOptions{.warmup = -1s}})
    EXPECT_THROW(simulate_cyber(plant_with(one_link()), options), InvalidInput);
}

}  // namespace
}  // namespace takt
