// SPDX-License-Identifier: Apache-2.0
#include "cli/stream_replay.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <optional>

#include "cli/messages.hpp"
#include "cli/progress.hpp"
#include "cli/stream_snapshots.hpp"
#include "takt/io/live/stream.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/study/study.hpp"

namespace takt::cli {
namespace {

using Mappings = std::map<std::string, io::StreamMapping>;

/// "Hurco02" speaks of Hurco02.txt, Hurco02_stream.txt.gz and the like.
bool is_named_after(const std::string& file, const std::string& stream) {
  return file.starts_with(stream) &&
         (file.size() == stream.size() || std::string_view("._-").find(file[stream.size()]) != std::string_view::npos);
}

const io::StreamMapping& mapping_for(const Mappings& mappings, const std::filesystem::path& file,
                                     const std::filesystem::path& stream) {
  const std::string stream_file = stream.filename().string();
  std::vector<std::string> names;
  for (const auto& [name, mapping] : mappings)
    if (is_named_after(stream_file, name)) names.push_back(name);
  if (!names.empty()) return mappings.at(*std::ranges::max_element(names, {}, &std::string::size));
  if (mappings.size() == 1) return mappings.begin()->second;

  for (const auto& [name, mapping] : mappings) names.push_back(name);
  const std::string wanted = stream_file.substr(0, stream_file.find('.'));
  throw InvalidInput(Fault{.path = "/streams",
                           .value = "no stream \"" + wanted + '"',
                           .expected = "a stream named as the file, or as it begins",
                           .nearest = nearest_name(wanted, names),
                           .file = file.string()});
}

void check_equipment(const Model& model, const std::string& path, const std::filesystem::path& mapping_file) {
  try {
    model.machine(path);
  } catch (const InvalidInput& error) {
    Fault fault = error.faults().front();
    fault.value.clear();  // the path says it
    fault.file = mapping_file.string();
    throw InvalidInput(std::move(fault));
  }
}

void report_stream(const io::StreamReader& reader, const StreamSnapshots& snapshots, std::uint64_t observations,
                   std::chrono::steady_clock::time_point began) {
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  say(fmt::format("{} observations in {:.2f} s, {:.0f} a second", observations, seconds,
                  static_cast<double>(observations) / seconds));
  for (const auto& [value, count] : snapshots.unknown())
    say(fmt::format("value \"{}\" came {} times; the mapping does not know it", value, count));
  for (const Fault& fault : reader.faults()) say(to_text(fault));
  if (reader.bad_lines() > 0)
    say(fmt::format("{} of {} lines cannot be read and were left out", reader.bad_lines(), reader.lines()));
}

/// Whether the stream was read to its end. Where it was not, one fault is about that; the others are of bad lines.
bool is_whole(const io::StreamReader& reader) {
  constexpr std::uint64_t kKeptOfLines = 20;
  return reader.faults().size() == std::min(reader.bad_lines(), kKeptOfLines);
}

}  // namespace

Replayed replay_stream(const TwinToBe& wanted, const std::filesystem::path& mapping_file,
                       const std::filesystem::path& stream_file, const std::stop_token& stop) {
  constexpr std::uint64_t kBetweenLooks = 4096;
  const Mappings mappings = io::load_mapping(mapping_file);
  const io::StreamMapping& mapping = mapping_for(mappings, mapping_file, stream_file);
  io::StreamReader reader(stream_file);
  StreamSnapshots snapshots(mapping, stream_file.stem().string());
  std::optional<Replayed> replayed;  // made with the first snapshot, whose time may be the beginning of the plant
  const auto apply = [&] {
    const std::optional<Snapshot> snapshot = snapshots.take();
    if (!snapshot) return;
    if (!replayed) {
      Twin twin = make_twin(wanted, snapshot->ts);
      check_equipment(twin.model(), mapping.equipment, mapping_file);
      replayed.emplace(Replayed{std::move(twin), {}});
    }
    cli::apply(*replayed, *snapshot, stop);
  };

  const auto began = std::chrono::steady_clock::now();
  std::uint64_t observations = 0;
  {
    Progress progress("observations", 0);
    for (io::Observation observation; reader.next(observation);) {
      ++observations;
      if (reader.lines() % kBetweenLooks == 0) {
        if (stop.stop_requested()) throw Interrupted("interrupted");
        progress.at(reader.lines());
      }
      if (!snapshots.add(observation, reader.items())) continue;
      apply();
      snapshots.add(observation, reader.items());
    }
    apply();
  }
  report_stream(reader, snapshots, observations, began);
  if (!replayed) {
    throw InvalidInput(Fault{.value = "no state and no count of parts",
                             .expected = "one item at least that the mapping gives such a role",
                             .file = stream_file.string()});
  }
  replayed->whole = is_whole(reader);
  say_if_none_fits(*replayed);
  return std::move(*replayed);
}

}  // namespace takt::cli
