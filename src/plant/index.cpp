// SPDX-License-Identifier: Apache-2.0
#include "takt/plant/index.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "plant/text.hpp"
#include "takt/core/random.hpp"

namespace takt {
namespace {

// Orders paths by one of their names: what follows it is the '/' before the next one.
std::strong_ordering compare_levels(std::string_view a, std::string_view b) {
  const std::size_t common = std::min(a.size(), b.size());
  if (const int order = a.compare(0, common, b, 0, common); order != 0) return order <=> 0;
  const auto next = [common](std::string_view name) { return common < name.size() ? name[common] : '/'; };
  if (a.size() == b.size()) return std::strong_ordering::equal;
  return static_cast<unsigned char>(next(a)) <=> static_cast<unsigned char>(next(b));
}

bool is_legal(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

/// The first eight characters as a number that orders names as they do.
std::uint64_t head_of(std::string_view name) {
  std::uint64_t head = 0;
  for (std::size_t i = 0; i < sizeof head; ++i)
    head = head << 8 | (i < name.size() ? static_cast<unsigned char>(name[i]) : 0U);
  return head;
}

bool comes_before(const PlantIndex::Place& a, std::uint64_t head, std::string_view name) {
  return a.name_head != head ? a.name_head < head : std::string_view(a.equipment->name) < name;
}

bool has_name(const PlantIndex::Place& place, std::uint64_t head, std::string_view name) {
  constexpr std::size_t kInHead = sizeof head;
  return place.name_head == head && place.name_size == std::min<std::size_t>(name.size(), 255) &&
         ((name.size() <= kInHead && place.legal_name) || place.equipment->name == name);
}

std::string workshop_path(const Enterprise& enterprise, const Workshop& workshop) {
  return "/" + enterprise.name + "/" + workshop.name;
}

/// The names between slashes, if there are as many.
template <std::size_t N>
std::optional<std::array<std::string_view, N>> names_of(std::string_view path) {
  std::array<std::string_view, N> names;
  for (std::size_t i = 0; i + 1 < N; ++i) {
    const std::size_t slash = path.find('/');
    if (slash == std::string_view::npos) return std::nullopt;
    names[i] = path.substr(0, slash);
    path.remove_prefix(slash + 1);
  }
  names.back() = path;
  return path.find('/') == std::string_view::npos ? std::optional(names) : std::nullopt;
}

}  // namespace

bool is_legal_name(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) { return is_legal(c); });
}

std::string PlantIndex::Place::path() const {
  return workshop_path(*enterprise, *workshop) + "/" + line->name + "/" + equipment->name;
}

std::string PlantIndex::Place::pointer() const { return pointer_of(*enterprise, *workshop, *line, *equipment); }

std::string PlantIndex::LinePlace::path() const { return workshop_path(*enterprise, *workshop) + "/" + line->name; }

std::string PlantIndex::CrewPlace::path() const { return workshop_path(*enterprise, *workshop) + "/" + crew->name; }

// Of two things with one path, which validate reports, the first written is found by it.
PlantIndex::PlantIndex(const Plant& plant) {
  std::size_t equipment = 0;
  for (const Enterprise& enterprise : plant.enterprises)
    for (const Workshop& workshop : enterprise.workshops) {
      for (const Crew& crew : workshop.crews) crews_.push_back({&enterprise, &workshop, &crew});
      for (const Line& line : workshop.lines) {
        lines_.push_back({&enterprise, &workshop, &line});
        equipment += line.equipment.size();
      }
    }
  std::ranges::stable_sort(lines_, [](const LinePlace& a, const LinePlace& b) {
    return compare(a, {b.enterprise->name, b.workshop->name, b.line->name}) < 0;
  });
  std::ranges::stable_sort(crews_, [](const CrewPlace& a, const CrewPlace& b) {
    return compare(a, {b.enterprise->name, b.workshop->name, b.crew->name}) < 0;
  });
  equipment_.reserve(equipment);
  first_target_.reserve(equipment + 1);
  targets_.reserve(equipment);
  for (LinePlace& line : lines_) {
    line.first = static_cast<std::uint32_t>(equipment_.size());
    line.count = static_cast<std::uint32_t>(line.line->equipment.size());
    add_line(line);
    resolve_within(line);
  }
  first_target_.push_back(static_cast<std::uint32_t>(targets_.size()));
  for (std::size_t e = 0; e < equipment_.size(); ++e)
    for (std::uint32_t i = first_target_[e]; i < first_target_[e + 1]; ++i)
      if (targets_[i] == kUnknown) {
        const auto target = find_equipment(equipment_[e].equipment->to[i - first_target_[e]].to, equipment_[e]);
        if (target) targets_[i] = static_cast<std::uint32_t>(*target);
      }
}

/// Most outputs lead to a neighbour: those are resolved while the line is at hand.
void PlantIndex::resolve_within(const LinePlace& line) {
  for (const Place& place : std::span(equipment_).subspan(line.first, line.count)) {
    first_target_.push_back(static_cast<std::uint32_t>(targets_.size()));
    for (const Output& output : place.equipment->to) {
      const auto target = find_in_line(line, output.to);
      targets_.push_back(target ? static_cast<std::uint32_t>(*target) : kUnknown);
    }
  }
}

void PlantIndex::add_line(const LinePlace& line) {
  const PathHash here = PathHash()
                            .add('/')
                            .add(line.enterprise->name)
                            .add('/')
                            .add(line.workshop->name)
                            .add('/')
                            .add(line.line->name)
                            .add('/');
  const auto number = static_cast<std::uint32_t>(&line - lines_.data());
  for (const Equipment& equipment : line.line->equipment) {
    const std::vector<Output>& to = equipment.to;
    equipment_.push_back({.enterprise = line.enterprise,
                          .workshop = line.workshop,
                          .line = line.line,
                          .equipment = &equipment,
                          .line_number = number,
                          .kind = static_cast<std::uint8_t>(equipment.is.index()),
                          .legal_name = is_legal_name(equipment.name),
                          .plain_way = to.size() == 1 && to[0].probability == 1.0 && to[0].product.empty(),
                          .name_size = static_cast<std::uint8_t>(std::min<std::size_t>(equipment.name.size(), 255)),
                          .name_head = head_of(equipment.name),
                          .path_hash = PathHash(here).add(equipment.name).value()});
  }
  std::ranges::stable_sort(std::span(equipment_).subspan(line.first), [](const Place& a, const Place& b) {
    return comes_before(a, b.name_head, b.equipment->name);
  });
}

std::strong_ordering PlantIndex::compare(const LinePlace& place, const Names& names) {
  if (const auto order = compare_levels(place.enterprise->name, names.enterprise); order != 0) return order;
  if (const auto order = compare_levels(place.workshop->name, names.workshop); order != 0) return order;
  return compare_levels(place.line->name, names.name);
}

std::strong_ordering PlantIndex::compare(const CrewPlace& place, const Names& names) {
  if (const auto order = compare_levels(place.enterprise->name, names.enterprise); order != 0) return order;
  if (const auto order = compare_levels(place.workshop->name, names.workshop); order != 0) return order;
  return std::string_view(place.crew->name) <=> names.name;
}

std::optional<std::size_t> PlantIndex::find_in_line(const LinePlace& line, std::string_view name) const {
  const auto all = std::span(equipment_).subspan(line.first, line.count);
  const std::uint64_t head = head_of(name);
  const auto found =
      std::ranges::partition_point(all, [&](const Place& place) { return comes_before(place, head, name); });
  if (found == all.end() || !has_name(*found, head, name)) return std::nullopt;
  return line.first + static_cast<std::size_t>(found - all.begin());
}

std::optional<std::size_t> PlantIndex::find_in(const Names& line, std::string_view name) const {
  auto at = std::ranges::partition_point(lines_, [&](const LinePlace& place) { return compare(place, line) < 0; });
  for (; at != lines_.end() && compare(*at, line) == 0; ++at)
    if (const auto found = find_in_line(*at, name)) return found;
  return std::nullopt;
}

std::optional<std::size_t> PlantIndex::find_equipment(std::string_view name, const Place& from) const {
  if (name.starts_with('/')) {
    const auto names = names_of<4>(name.substr(1));
    return names ? find_in({(*names)[0], (*names)[1], (*names)[2]}, (*names)[3]) : std::nullopt;
  }
  if (const auto names = names_of<2>(name))
    return find_in({from.enterprise->name, from.workshop->name, (*names)[0]}, (*names)[1]);
  if (from.line == nullptr) return std::nullopt;
  if (const auto beside = find_in_line(lines_[from.line_number], name)) return beside;
  return find_in({from.enterprise->name, from.workshop->name, from.line->name}, name);
}

std::optional<std::size_t> PlantIndex::find_crew(std::string_view name, const Place& from) const {
  Names names{from.enterprise->name, from.workshop->name, name};
  if (name.starts_with('/')) {
    const auto written = names_of<3>(name.substr(1));
    if (!written) return std::nullopt;
    names = {(*written)[0], (*written)[1], (*written)[2]};
  }
  const auto at =
      std::ranges::partition_point(crews_, [&](const CrewPlace& place) { return compare(place, names) < 0; });
  if (at == crews_.end() || compare(*at, names) != 0) return std::nullopt;
  return static_cast<std::size_t>(at - crews_.begin());
}

std::vector<std::string> PlantIndex::equipment_names(const Place& from) const {
  std::vector<std::string> names;
  names.reserve(equipment_.size());
  for (const Place& place : equipment_) {
    if (place.workshop != from.workshop) {
      names.push_back(place.path());
    } else if (place.line != from.line) {
      names.push_back(place.line->name + "/" + place.equipment->name);
    } else {
      names.push_back(place.equipment->name);
    }
  }
  return names;
}

std::vector<std::string> PlantIndex::crew_names(const Place& from) const {
  std::vector<std::string> names;
  names.reserve(crews_.size());
  for (const CrewPlace& place : crews_)
    names.push_back(place.workshop == from.workshop ? place.crew->name : place.path());
  return names;
}

}  // namespace takt
