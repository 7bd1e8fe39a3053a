// SPDX-License-Identifier: Apache-2.0
#include "cell.hpp"

#include <algorithm>
#include <utility>

#include "futures.hpp"
#include "takt/core/error.hpp"
#include "takt/io/plant/plant_file.hpp"

namespace cnc {

std::size_t Cell::machine(const std::string& stream) const {
  std::vector<std::string> known;
  for (const CellMachine& each : machines) known.push_back(each.stream);
  const auto found = std::ranges::find(known, stream);
  if (found == known.end()) {
    throw takt::InvalidInput(takt::Fault{
        .value = stream, .expected = "a stream of mapping.json", .nearest = takt::nearest_name(stream, known)});
  }
  return static_cast<std::size_t>(found - known.begin());
}

std::vector<takt::Duration> Cell::silences() const {
  std::vector<takt::Duration> all;
  for (const CellMachine& each : machines) all.push_back(each.mapping.silence);
  return all;
}

Cell load_cell(const std::filesystem::path& folder) {
  const takt::Plant plant = takt::io::load_plant(folder / "cell.json");
  Cell cell;
  for (auto& [stream, mapping] : takt::io::load_mapping(folder / "mapping.json")) {
    cell.machines.push_back({stream, mapping, model_of_line(plant, mapping.equipment)});
  }
  return cell;
}

Record open_record(const Cell& cell, const std::vector<std::filesystem::path>& folders) {
  Record record;
  for (std::size_t machine = 0; machine < cell.machines.size(); ++machine) {
    const CellMachine& each = cell.machines[machine];
    const std::vector<std::filesystem::path> files = files_of(each.stream, folders);
    if (files.empty()) {
      throw takt::FileError("no file " + each.stream + "*.gz or .txt in '" + folders.front().string() + "'");
    }
    for (const std::filesystem::path& file : files) record.add(takt::io::StreamReader(file), each.mapping, machine);
  }
  return record;
}

}  // namespace cnc
