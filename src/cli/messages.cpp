// SPDX-License-Identifier: Apache-2.0
#include "cli/messages.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <new>
#include <system_error>

#include "cli/exit_status.hpp"
#include "takt/study/study.hpp"

namespace takt::cli {

void say(std::string_view text) { fmt::print(stderr, "{}\n", text); }

void say_faults(const std::vector<Fault>& faults) {
  std::vector<std::string> lines;  // a number set for all scenarios is wrong in each, and told once
  for (const Fault& fault : faults)
    if (std::string line = to_text(fault); std::ranges::find(lines, line) == lines.end())
      lines.push_back(std::move(line));
  fmt::print(stderr, "{}\n{} {}\n", fmt::join(lines, "\n"), lines.size(), lines.size() == 1 ? "fault" : "faults");
}

InvalidInput of_plant(const InvalidInput& error, const std::filesystem::path& plant) {
  std::vector<Fault> faults = error.faults();
  for (Fault& fault : faults) {
    const bool is_of_plant = fault.path == "kpi" || fault.path.starts_with('/') || fault.path.starts_with('"');
    if (is_of_plant && fault.file.empty()) fault.file = plant.string();
  }
  return InvalidInput(std::move(faults));
}

void print_data(std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (!written || std::fflush(stdout) != 0) {
    throw Error("standard output cannot be written: " + std::generic_category().message(errno));
  }
}

int guarded(const std::function<int()>& work) {
  try {
    return work();
  } catch (const InvalidInput& error) {
    say_faults(error.faults());
    return kInvalidInput;
  } catch (const WriteError& error) {
    say(error.what());
    return kRunFailed;
  } catch (const FileError& error) {
    say(error.what());
    return kInvalidInput;
  } catch (const Interrupted&) {
    say("interrupted");
    return kInterrupted;
  } catch (const std::bad_alloc&) {
    say("not enough memory");
    return kRunFailed;
  } catch (const std::exception& error) {
    say(error.what());
    return kRunFailed;
  }
}

}  // namespace takt::cli
