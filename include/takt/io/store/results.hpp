// SPDX-License-Identifier: Apache-2.0
// The results of a study as HDF5 that pandas, xarray and every other reader of HDF5 open without takt. takt-store/1,
// field by field in docs/store.md.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "takt/engine/present.hpp"
#include "takt/study/study.hpp"

namespace takt::io {

/// Where results come from.
struct Provenance {
  std::string plant_name;
  std::string plant;       ///< takt-plant/1
  std::string model_hash;  ///< 16 hexadecimal digits
  std::string takt_version;
  std::uint64_t seed = 1;
  double horizon_s = 0.0, warmup_s = 0.0;
  std::string semantics;  ///< JSON: the choices that change results (report::semantics_json)
  friend bool operator==(const Provenance&, const Provenance&) = default;
};

/// Results with what they came from.
struct StoredResults {
  StudyResult result;
  Provenance provenance;
};

/// Writes `file` whole or not at all (write_whole). Throws WriteError.
void save_results(const std::filesystem::path& file, const StudyResult& result, const Present& present,
                  const StudyOptions& options);

/// Throws FileError if the file is not there, not whole or holds no results.
StoredResults load_results(const std::filesystem::path& file);

/// The bytes of that file, for those who keep them elsewhere.
std::string results_bytes(const StudyResult& result, const Present& present, const StudyOptions& options);
/// Reads them back, as load_results does.
StoredResults results_of(std::string_view bytes);

}  // namespace takt::io
