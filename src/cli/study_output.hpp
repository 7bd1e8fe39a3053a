// SPDX-License-Identifier: Apache-2.0
// What the verbs that run futures have in common.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/arguments.hpp"
#include "takt/io/store/study_plan.hpp"
#include "takt/study/study.hpp"

namespace takt::cli {

/// Reads "PATH=VALUE"; Throws InvalidInput.
std::pair<std::string, std::string> read_number(const std::string& text);

/// Says which futures did not reach their end; kDone or kRunFailed.
int report_unfinished(const StudyResult& result);

/// A study in words: where its futures begin, the whole plant in each scenario, the differences from the first.
std::string study_text(const io::PreparedPlan& plan, const StudyResult& result);

/// What is written of results wherever they come from: `out` as takt-store/1, `report` as a page.
struct ResultFiles {
  std::optional<std::filesystem::path> out, report;
  std::vector<std::string> maximise, minimise;  ///< two goals of the page, or none
};
/// Declares --maximise and --minimise, of the page.
void declare_goals(Arguments& arguments, const std::shared_ptr<ResultFiles>& files);
/// Throws InvalidInput for goals that figures of these names do not have, WrongUsage for goals without a page.
void check_goals(const ResultFiles& files, const std::vector<KpiName>& kpis);
void write_files(const ResultFiles& files, const io::StoredResults& stored,
                 const std::optional<std::filesystem::path>& trace = {});

/// The page of results, with the timeline of one future that --trace wrote: `files.report`. Throws FileError,
/// InvalidInput, WriteError.
void write_page(const ResultFiles& files, const io::StoredResults& stored,
                const std::optional<std::filesystem::path>& trace = {});

}  // namespace takt::cli
