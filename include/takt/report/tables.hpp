// SPDX-License-Identifier: Apache-2.0
// Tables for people: plain text in UTF-8, every line ended by a newline. What the figures mean stands in docs/kpis.md.
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

#include "takt/engine/state.hpp"
#include "takt/study/study.hpp"
#include "takt/sync/discovery.hpp"
#include "takt/sync/learn.hpp"

namespace takt::report {

/// One scenario of a study: the whole plant and each line with throughput, OEE, work in process and flow time; each
/// machine with its shares of time; and which machine limits the plant. The machine that limits is the one that waits
/// least, starved and blocked together, while on shift: the turning point of Li, Chang & Ni 2009,
/// doi 10.1080/00207540701881860. Throws InvalidInput for a scenario that the study does not have.
std::string scenario_table(const StudyResult& result, const Model& model, std::string_view scenario);

/// The whole plant in every scenario of a study, a row each: throughput and its bound, work in process, flow time.
std::string scenarios_table(const StudyResult& result);

/// Every other scenario against `base`, figure by figure: the paired difference with its 95 % interval, and whether it
/// is clear, that is, whether the interval leaves out zero. The figures are those of the whole plant, and each line's
/// OEE. Throws InvalidInput for a base that the study does not have.
std::string comparison_table(const StudyResult& result, const Model& model, std::string_view base);

/// Whether a twin can be trusted, since when, and what speaks against it: a line, and one for each of the first doubts.
std::string verdict_text(const Verdict& verdict);

/// What was learnt, law by law: the plant's own mean, the learnt one with its 90 % interval, and from how many
/// observations.
std::string learnt_table(const Learnt& learnt, const Model& model);

/// What each machine does at the state's time, and what lies in each buffer.
std::string state_table(const Model& model, const State& state);

/// What was found in an event log, element by element with its confidence, and what the log did not tell; with the
/// evidence of each element too.
std::string discovery_table(const Discovered& found, bool with_reasons = false);

}  // namespace takt::report

namespace takt {

/// The differences of the whole plant's figures as a table: `std::cout << result.compared_with("as is")`.
std::ostream& operator<<(std::ostream& out, const std::vector<Difference>& differences);

}  // namespace takt
