// SPDX-License-Identifier: Apache-2.0
// Finds the entities of a plant by name: one place for how references are resolved. Used by validate and compile.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "takt/core/thread_pool.hpp"
#include "takt/plant/plant.hpp"

namespace takt {

/// Where everything of a plant stands. Holds pointers into the plant, which must outlive it unchanged. The time to make
/// it is linear in the plant, but for sorting names within their level.
class PlantIndex {
 public:
  explicit PlantIndex(const Plant& plant);
  /// The same, the lines shared among the threads of a pool.
  PlantIndex(const Plant& plant, ThreadPool& pool);

  template <class Kind>
  static constexpr std::uint8_t kKind = std::is_same_v<Kind, Source>    ? 0
                                        : std::is_same_v<Kind, Machine> ? 1
                                        : std::is_same_v<Kind, Buffer>  ? 2
                                                                        : 3;
  static_assert(std::is_same_v<decltype(Equipment::is), std::variant<Source, Machine, Buffer, Sink>>);

  struct Place {
    const Enterprise* enterprise = nullptr;
    const Workshop* workshop = nullptr;
    const Line* line = nullptr;
    const Equipment* equipment = nullptr;
    // what is asked for most, so that the equipment itself is seldom looked at
    std::uint32_t line_number = 0;  ///< among the lines by path
    std::uint8_t kind = 0;          ///< index of the alternative of Equipment::is
    bool legal_name = true;         ///< of letters, digits, '_', '-' and '.'
    bool plain_way = false;         ///< one output, for all products, always taken
    std::uint8_t name_size = 0;     ///< 255 for all longer ones
    std::uint64_t name_head = 0;    ///< the first eight characters of the name, which order names that differ there
    std::uint64_t path_hash = 0;    ///< hash_path(path())

    template <class Kind>
    const Kind* as() const {
      return kind == kKind<Kind> ? std::get_if<Kind>(&equipment->is) : nullptr;
    }
    template <class Kind>
    bool is() const {
      return kind == kKind<Kind>;
    }
    std::string path() const;     ///< "/acme/filling/line_1/filler"
    std::string pointer() const;  ///< "/enterprises/acme/workshops/filling/lines/line_1/equipment/filler"
  };
  /// A line and its equipment, which stand together.
  struct LinePlace {
    const Enterprise* enterprise = nullptr;
    const Workshop* workshop = nullptr;
    const Line* line = nullptr;
    std::uint32_t first = 0, count = 0;

    std::string path() const;
  };
  struct CrewPlace {
    const Enterprise* enterprise = nullptr;
    const Workshop* workshop = nullptr;
    const Crew* crew = nullptr;

    std::string path() const;  ///< "/acme/filling/mechanics"
  };

  std::span<const Place> equipment() const { return equipment_; }  ///< sorted by path
  std::span<const LinePlace> lines() const { return lines_; }      ///< sorted by the paths of their equipment
  std::span<const CrewPlace> crews() const { return crews_; }      ///< sorted by path

  /// What the outputs of an equipment (an index into the list above) mean, in their order; kUnknown if nothing.
  std::span<const std::uint32_t> targets(std::size_t equipment) const {
    return std::span(targets_).subspan(first_target_[equipment],
                                       first_target_[equipment + 1] - first_target_[equipment]);
  }
  static constexpr std::uint32_t kUnknown = 0xffffffffU;

  /// What `validate` asks of each equipment by itself was seen while it was at hand: whether all of it is sound, and
  /// whether a machine may take no time.
  bool equipment_is_sound() const { return equipment_is_sound_; }
  bool has_instant_machine() const { return has_instant_machine_; }
  /// Whether every output leads to something.
  bool all_targets_known() const { return all_targets_known_; }

  /// The equipment or crew that `name` means when it is written at `from`; an index into the lists above. A place
  /// without a line stands for its workshop, as where a controller names what it owns.
  std::optional<std::size_t> find_equipment(std::string_view name, const Place& from) const;
  std::optional<std::size_t> find_crew(std::string_view name, const Place& from) const;

  /// The shortest names that would be understood at `from`; for the nearest valid name in messages.
  std::vector<std::string> equipment_names(const Place& from) const;
  std::vector<std::string> crew_names(const Place& from) const;

 private:
  struct Names {  ///< of a line or crew
    std::string_view enterprise, workshop, name;
  };
  static std::strong_ordering compare(const LinePlace& place, const Names& names);
  static std::strong_ordering compare(const CrewPlace& place, const Names& names);
  std::optional<std::size_t> find_in_line(const LinePlace& line, std::string_view name) const;
  std::optional<std::size_t> find_in(const Names& line, std::string_view name) const;
  void sort_levels(const Plant& plant);
  void add_line(const LinePlace& line);
  void resolve_within(const LinePlace& line, std::vector<std::uint32_t>& targets);
  void resolve_elsewhere();

  std::vector<LinePlace> lines_;
  std::vector<Place> equipment_;
  std::vector<CrewPlace> crews_;
  std::vector<std::uint32_t> first_target_, targets_;
  bool equipment_is_sound_ = true, has_instant_machine_ = false, all_targets_known_ = true;
};

/// Whether a name is one of letters, digits, '_', '-' and '.'.
bool is_legal_name(std::string_view name);

/// `validate` where there is an index of the plant already, its parts on the threads of a pool, and `beside` among
/// them.
std::vector<Fault> validate(const Plant& plant, const PlantIndex& index, ThreadPool& pool,
                            const std::function<void()>& beside = {});

}  // namespace takt
