// SPDX-License-Identifier: Apache-2.0
#include "takt/plant/index.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "plant/checks.hpp"
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

/// The heads of names and whose they are, in the order of names; of equal names the first written goes first.
std::vector<std::pair<std::uint64_t, std::uint32_t>> by_name(const std::vector<Equipment>& equipment) {
  std::vector<std::pair<std::uint64_t, std::uint32_t>> order;
  order.reserve(equipment.size());
  for (std::uint32_t i = 0; i < equipment.size(); ++i) order.emplace_back(head_of(equipment[i].name), i);
  std::ranges::sort(order, [&equipment](const auto& a, const auto& b) {
    if (a.first != b.first) return a.first < b.first;
    const int names = equipment[a.second].name.compare(equipment[b.second].name);
    return names != 0 ? names < 0 : a.second < b.second;
  });
  return order;
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

PlantIndex::PlantIndex(const Plant& plant) {
  ThreadPool alone(1);
  *this = PlantIndex(plant, alone);
}

// A line is read once, and checked while it is at hand: large plants do not fit the caches.
PlantIndex::PlantIndex(const Plant& plant, ThreadPool& pool) {
  sort_levels(plant);
  constexpr std::size_t kLines = 64;  // a piece of work: whatever the number of threads, the pieces are the same
  struct Piece {
    std::vector<std::uint32_t> targets;
    bool is_sound = true, has_instant_machine = false;
  };
  std::vector<Piece> pieces((lines_.size() + kLines - 1) / kLines);
  pool.run(pieces.size(), [&](std::size_t p) {
    Piece& piece = pieces[p];
    detail::Checks checks(plant, *this);
    for (const LinePlace& line : std::span(lines_).subspan(p * kLines, std::min(kLines, lines_.size() - p * kLines))) {
      add_line(line);
      resolve_within(line, piece.targets);
      detail::check_equipment(checks, std::span(equipment_).subspan(line.first, line.count));
    }
    piece.is_sound = checks.faults.empty();
    piece.has_instant_machine = checks.has_instant_machine;
  });
  std::size_t targets = 0;
  for (const Piece& piece : pieces) targets += piece.targets.size();
  targets_.reserve(targets);
  for (std::size_t p = 0; p < pieces.size(); ++p) {
    const LinePlace& last = lines_[std::min((p + 1) * kLines, lines_.size()) - 1];
    const auto before = static_cast<std::uint32_t>(targets_.size());
    for (std::uint32_t e = lines_[p * kLines].first; e < last.first + last.count; ++e) first_target_[e] += before;
    targets_.insert(targets_.end(), pieces[p].targets.begin(), pieces[p].targets.end());
    equipment_is_sound_ = equipment_is_sound_ && pieces[p].is_sound;
    has_instant_machine_ = has_instant_machine_ || pieces[p].has_instant_machine;
  }
  first_target_.back() = static_cast<std::uint32_t>(targets_.size());
  resolve_elsewhere();
}

// Of two things with one path, which validate reports, the first written is found by it.
void PlantIndex::sort_levels(const Plant& plant) {
  for (const Enterprise& enterprise : plant.enterprises)
    for (const Workshop& workshop : enterprise.workshops) {
      for (const Crew& crew : workshop.crews) crews_.push_back({&enterprise, &workshop, &crew});
      for (const Line& line : workshop.lines) lines_.push_back({&enterprise, &workshop, &line});
    }
  std::ranges::stable_sort(lines_, [](const LinePlace& a, const LinePlace& b) {
    if (a.workshop == b.workshop) return compare_levels(a.line->name, b.line->name) < 0;
    return compare(a, {b.enterprise->name, b.workshop->name, b.line->name}) < 0;
  });
  std::ranges::stable_sort(crews_, [](const CrewPlace& a, const CrewPlace& b) {
    return compare(a, {b.enterprise->name, b.workshop->name, b.crew->name}) < 0;
  });
  std::uint32_t equipment = 0;
  for (LinePlace& line : lines_) {
    line.first = equipment;
    line.count = static_cast<std::uint32_t>(line.line->equipment.size());
    equipment += line.count;
  }
  equipment_.resize(equipment);
  first_target_.resize(equipment + std::size_t{1});
}

/// Most outputs lead to a neighbour: those are resolved while the line is at hand.
void PlantIndex::resolve_within(const LinePlace& line, std::vector<std::uint32_t>& targets) {
  for (std::uint32_t e = line.first; e < line.first + line.count; ++e) {
    first_target_[e] = static_cast<std::uint32_t>(targets.size());
    for (const Output& output : equipment_[e].equipment->to) {
      const auto target = find_in_line(line, output.to);
      targets.push_back(target ? static_cast<std::uint32_t>(*target) : kUnknown);
    }
  }
}

void PlantIndex::resolve_elsewhere() {
  for (std::size_t e = 0; e < equipment_.size(); ++e)
    for (std::uint32_t i = first_target_[e]; i < first_target_[e + 1]; ++i)
      if (targets_[i] == kUnknown) {
        const auto target = find_equipment(equipment_[e].equipment->to[i - first_target_[e]].to, equipment_[e]);
        if (target)
          targets_[i] = static_cast<std::uint32_t>(*target);
        else
          all_targets_known_ = false;
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
  const std::vector<Equipment>& all = line.line->equipment;
  Place* place = equipment_.data() + line.first;
  for (const auto& [head, i] : by_name(all)) {
    const Equipment& equipment = all[i];
    const std::vector<Output>& to = equipment.to;
    *place++ = {.enterprise = line.enterprise,
                .workshop = line.workshop,
                .line = line.line,
                .equipment = &equipment,
                .line_number = number,
                .kind = static_cast<std::uint8_t>(equipment.is.index()),
                .legal_name = is_legal_name(equipment.name),
                .plain_way = to.size() == 1 && to[0].probability == 1.0 && to[0].product.empty(),
                .name_size = static_cast<std::uint8_t>(std::min<std::size_t>(equipment.name.size(), 255)),
                .name_head = head,
                .path_hash = PathHash(here).add(equipment.name).value()};
  }
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
