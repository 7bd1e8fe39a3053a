// SPDX-License-Identifier: Apache-2.0
// One future of a study run again: its timeline, its end put aside, or why a machine stood still.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "takt/study/study.hpp"
#include "takt/sync/run_log.hpp"

namespace takt::cli {

/// Names one future: "as is:17".
struct FutureKey {
  std::string scenario = "as is";
  std::uint32_t replication = 0;
};
/// Throws InvalidInput.
FutureKey read_future(const std::string& text);

/// A machine at a time of a future: "/acme/filling/line_1/filler@2 h".
struct Question {
  std::string machine;
  Duration at{};
};
/// Throws InvalidInput.
Question read_question(const std::string& text);

/// Leaves something out of a log by its name: "starts", "setups", .... Throws InvalidInput.
void leave_out(RunLogOptions& logged, const std::string& what);

/// What was asked about one future.
struct FutureWishes {
  FutureKey future;
  std::optional<std::filesystem::path> trace, checkpoint, log;
  RunLogOptions logged{};  ///< what the log tells
  std::optional<Question> question;
};

/// Writes the files asked for and gives the answer, empty if nothing was asked. Throws FileError, InvalidInput,
/// Interrupted.
std::string follow(const Study& study, const FutureWishes& wishes);

/// Writes the event log of the future asked for. The models of `study` have part identity. Throws as `follow`.
void write_log(const Study& study, const FutureWishes& wishes);

}  // namespace takt::cli
