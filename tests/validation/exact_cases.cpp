// SPDX-License-Identifier: Apache-2.0
// Holds takt against plants whose figures are known exactly.
//
//   exact_cases FILE [--seed S] [--threads N] [--json]    simulates each case and compares
//   exact_cases FILE --seeds N [--seed S] [--threads N]   as often as that: is the error as large as it claims to be?
//
// Exit status: 0 none failed, 1 a case failed, 2 wrong usage, 3 the file cannot be used.
#include <fmt/core.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "case_file.hpp"
#include "kinds.hpp"
#include "seed_test.hpp"

namespace takt::validation {
namespace {

constexpr std::string_view kUsage =
    "usage: exact_cases FILE [--seed S] [--seeds N] [--threads N] [--case ID] [--json]\n";

struct Options {
  std::string file;
  Settings settings;
  std::uint32_t seeds = 0;
  std::string only;  ///< the id of the one case to run
  bool json = false;
};

template <class T>
bool read_number(std::string_view text, T& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} && end == text.data() + text.size();
}

std::optional<Options> read_options(int count, char** arguments) {
  Options options;
  options.settings.threads = std::max(1U, std::thread::hardware_concurrency());
  for (int i = 1; i < count; ++i) {
    const std::string_view name = arguments[i];
    const std::string_view value = i + 1 < count ? arguments[i + 1] : "";
    bool read = true;
    if (name == "--json") {
      options.json = true;
      continue;
    }
    if (!name.starts_with("--")) {
      if (!options.file.empty()) return std::nullopt;
      options.file = name;
      continue;
    }
    if (name == "--seed")
      read = read_number(value, options.settings.seed);
    else if (name == "--seeds")
      read = read_number(value, options.seeds) && options.seeds >= 2;
    else if (name == "--threads")
      read = read_number(value, options.settings.threads) && options.settings.threads >= 1;
    else if (name == "--case")
      options.only = value;
    else
      read = false;
    if (!read) return std::nullopt;
    ++i;
  }
  if (options.file.empty() || (options.json && options.seeds > 0)) return std::nullopt;
  return options;
}

Json to_json(const CaseResult& result) {
  Json values = Json::array();
  for (const ValueResult& value : result.values)
    values.push_back({{"name", value.name},
                      {"expected", value.expected},
                      {"simulated", value.simulated},
                      {"half_width", value.half_width},
                      {"z", value.z}});
  Json json{{"id", result.id},
            {"kind", result.kind},
            {"status", to_text(result.status)},
            {"worst_z", result.worst_z},
            {"values", std::move(values)}};
  if (!result.note.empty()) json["note"] = result.note;
  return json;
}

void print_case(const CaseResult& result) {
  fmt::print("{:<16} {:<18} {:<12}", result.id, result.kind, to_text(result.status));
  if (result.status != CaseResult::Status::unsupported)
    fmt::print(" worst z {:5.2f} {:6.2f} s", result.worst_z, result.seconds);
  fmt::print("{}{}\n", result.note.empty() ? "" : "  ", result.note);
  if (result.status != CaseResult::Status::failed) return;
  for (const ValueResult& value : result.values)
    if (!value.passed)
      fmt::print("    {:<24} expected {:.10g}, simulated {:.10g} +- {:.2g}, z {:.2f}\n", value.name, value.expected,
                 value.simulated, value.half_width, value.z);
}

int compare(const std::vector<Case>& cases, const Options& options) {
  std::size_t passed = 0, failed = 0, unsupported = 0;
  double seconds = 0.0;
  Json list = Json::array();
  for (const Case& each : cases) {
    const CaseResult result = run_case(each, options.settings);
    passed += result.status == CaseResult::Status::passed ? 1 : 0;
    failed += result.status == CaseResult::Status::failed ? 1 : 0;
    unsupported += result.status == CaseResult::Status::unsupported ? 1 : 0;
    seconds += result.seconds;
    if (options.json)
      list.push_back(to_json(result));
    else
      print_case(result);
  }
  if (options.json)
    fmt::print("{}\n", Json{{"cases", std::move(list)}}.dump(2));
  else
    fmt::print("{} passed, {} failed, {} unsupported; {:.1f} s\n", passed, failed, unsupported, seconds);
  return failed == 0 ? 0 : 1;
}

int compare_seeds(const std::vector<Case>& cases, const Options& options) {
  bool passed = true;
  for (const Case& each : cases) {  // case by case, so that something is seen
    for (const Spread& spread : run_seeds({each}, options.seeds, options.settings)) {
      fmt::print("{:<16} {:<32} mean z {:6.2f}  sd {:5.2f}{}\n", spread.id, spread.name, spread.mean,
                 spread.standard_deviation, spread.passed ? "" : "  outside");
      passed = passed && spread.passed;
    }
    std::fflush(stdout);
  }
  fmt::print("{}\n", passed ? "passed" : "failed");
  return passed ? 0 : 1;
}

int run(const Options& options) {
  std::vector<Case> cases = read_cases(options.file);
  if (!options.only.empty()) std::erase_if(cases, [&](const Case& each) { return each.id != options.only; });
  if (!options.only.empty() && cases.empty()) throw Error(options.file + ": has no case " + options.only);
  return options.seeds > 0 ? compare_seeds(cases, options) : compare(cases, options);
}

}  // namespace
}  // namespace takt::validation

int main(int count, char** arguments) {
  using namespace takt::validation;
  const auto options = read_options(count, arguments);
  if (!options) {
    fmt::print(stderr, "{}", kUsage);
    return 2;
  }
  try {
    return run(*options);
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return 3;
  }
}
