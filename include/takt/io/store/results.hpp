// SPDX-License-Identifier: Apache-2.0
// The results of a study as HDF5 that pandas, xarray and every other reader of HDF5 open without takt. takt-store/1,
// field by field in docs/store.md.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "takt/report/results.hpp"
#include "takt/study/study.hpp"

namespace takt::io {

/// Results with what they came from.
struct StoredResults {
  StudyResult result;
  report::Provenance provenance;
  std::string plant;  ///< takt-plant/1
};

/// Writes `file` whole or not at all (write_whole); `plant` is that of the present. Throws WriteError.
void save_results(const std::filesystem::path& file, const StudyResult& result, const report::Provenance& provenance,
                  const std::string& plant);

/// Throws FileError if the file is not there, not whole or holds no results.
StoredResults load_results(const std::filesystem::path& file);

/// The bytes of that file, for those who keep them elsewhere.
std::string results_bytes(const StudyResult& result, const report::Provenance& provenance, const std::string& plant);
/// Reads them back, as load_results does.
StoredResults results_of(std::string_view bytes);

}  // namespace takt::io
