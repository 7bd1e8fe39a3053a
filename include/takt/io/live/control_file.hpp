// SPDX-License-Identifier: Apache-2.0
// What a live twin may do about its plant, as a person writes it: takt-control/1 (JSON). Field by field in
// docs/control.md.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "takt/sync/control/alerts.hpp"
#include "takt/sync/control/commands.hpp"

namespace takt::io {

/// Work that is written for people when an alert is raised.
struct WorkPlan {
  std::string task{};
  std::string about{};  ///< empty: what the alert is about
  std::string owner{};
  Duration due_in = std::chrono::hours{24};
};

/// A future that is tried, and the command that leads to it.
struct RemedyPlan {
  std::string name{};
  std::vector<std::pair<std::string, std::string>> set{};  ///< path, value with unit: as Scenario::numbers
  std::vector<std::pair<std::string, double>> times{};     ///< path, factor on the number as the twin knows it then
  std::string path{}, item{};                              ///< of the command
  double value = 0.0;
};

/// The question that is put to the futures when an alert is raised: of the remedies, in their order, the first that
/// reaches the aim in the mean is asked for; none where the plant reaches it as it is, or no remedy does.
struct WhatIfPlan {
  Duration horizon = std::chrono::hours{4}, warmup{0};
  std::uint32_t replications = 200;
  std::uint32_t threads = 1;
  std::string kpi{}, of = "/";  ///< a key figure, and of which entity
  std::optional<double> at_least{}, at_most{};
  std::vector<RemedyPlan> remedies{};
};

/// What is done when an alert of a rule is raised.
struct ResponsePlan {
  std::string rule{};
  std::optional<WorkPlan> work{};
  std::optional<WhatIfPlan> what_if{};
};

struct ControlPlan {
  std::vector<AlertRule> alerts{};
  std::vector<ResponsePlan> responses{};  ///< of rules that have one
  std::vector<CommandLimit> commands{};   ///< what may be commanded
  std::filesystem::path record{};         ///< the audit record
  Duration armed_for = std::chrono::hours{8};
  Duration every = std::chrono::seconds{1};        ///< signals are looked at
  Duration window = std::chrono::hours{1};         ///< of the throughput
  Duration oldest = std::chrono::minutes{1};       ///< a twin that lags further behind commands nothing
  Duration answer_within = std::chrono::hours{1};  ///< a question waits so long for a twin that is Valid
  bool from_anywhere = false;                      ///< whether others than the same machine may confirm over HTTP
};

/// Who asks for the commands of a live twin.
inline constexpr std::string_view kController = "takt";

/// Reads a takt-control/1 file for a plant; the record's path is seen from its folder. Throws InvalidInput with every
/// fault (signals, paths, key figures and commands that are not there name the nearest), or FileError.
ControlPlan load_control(const std::filesystem::path& file, const Model& model);
ControlPlan parse_control(std::string_view text, const Model& model, const std::string& name = "control",
                          const std::filesystem::path& folder = {});

/// The numbers of a remedy for a twin whose numbers are these: `set`, then `times`, as texts with units.
std::vector<std::pair<std::string, std::string>> numbers_of(const RemedyPlan& remedy, const Model& model,
                                                            const Parameters& parameters);

}  // namespace takt::io
