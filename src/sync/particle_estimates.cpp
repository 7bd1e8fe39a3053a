// SPDX-License-Identifier: Apache-2.0
// What the members of a filter know together, and which sensor would tell most.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "takt/engine/detail/state_moves.hpp"
#include "takt/sync/particles.hpp"

namespace takt {
namespace {

/// A number of parts by the weights of its values.
CellEstimate of_parts(std::string path, std::string what, bool sensed, const std::map<std::uint64_t, double>& law) {
  CellEstimate cell{.path = std::move(path), .what = std::move(what), .sensed = sensed};
  double square = 0.0, below = 0.0;
  for (const auto& [parts, weight] : law) {
    const auto x = static_cast<double>(parts);
    cell.mean += weight * x;
    square += weight * x * x;
    const auto reaches = [&](double p) { return below < p && below + weight >= p; };
    if (reaches(0.05)) cell.q05 = x;
    if (reaches(0.5)) cell.q50 = x;
    if (reaches(0.95)) cell.q95 = x;
    below += weight;
  }
  cell.sd = std::sqrt(std::max(0.0, square - cell.mean * cell.mean));
  return cell;
}

CellEstimate of_chance(std::string path, std::string what, bool sensed, double chance) {
  return {std::move(path), std::move(what), sensed, chance, std::sqrt(std::max(0.0, chance * (1.0 - chance))),
          chance,          chance,          chance};
}

enum class Doing : std::uint8_t { working, idle, down };

Doing doing(const Model& model, const ConstStateView& view, std::uint32_t m) {
  const MachineSpec& spec = model.machines[m];
  if (view.machines[m].down != 0) return Doing::down;
  return std::ranges::any_of(view.servers.subspan(spec.first_server, spec.servers), detail::is_in_process)
             ? Doing::working
             : Doing::idle;
}

/// A variance that is known given one reading: the members in groups of equal readings.
class Levels {
 public:
  Levels(const Model& model, std::span<const State> members, std::span<const double> weights) : weights_(weights) {
    for (std::uint32_t b = 0; b < model.buffers.size(); ++b)
      if (!model.buffers[b].implicit) buffers_.push_back(b);
    levels_.reserve(members.size() * buffers_.size());
    for (const State& member : members) {
      const ConstStateView view(model, member);
      for (const std::uint32_t b : buffers_) levels_.push_back(view.buffers[b].level);
    }
  }
  bool empty() const { return buffers_.empty(); }

  /// The mean variance of a level in parts squared, expected once the readings are known. Groups are samples: their
  /// variances are corrected for their size, and a group of one tells nothing.
  double variance(const std::vector<std::uint64_t>& readings) const {
    std::vector<std::uint32_t> order(readings.size());
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::stable_sort(order, {}, [&](std::uint32_t i) { return readings[i]; });
    double sum = 0.0, lonely = 0.0;
    for (std::size_t first = 0; first < order.size();) {
      std::size_t last = first;
      while (last < order.size() && readings[order[last]] == readings[order[first]]) ++last;
      sum += within(std::span(order).subspan(first, last - first), lonely);
      first = last;
    }
    if (lonely > 0.0) {  // as uncertain as all
      double none = 0.0;
      std::vector<std::uint32_t> all(weights_.size());
      std::iota(all.begin(), all.end(), 0U);
      sum += lonely * within(all, none);
    }
    return sum / static_cast<double>(buffers_.size());
  }

 private:
  double within(std::span<const std::uint32_t> group, double& lonely) const {
    double weight = 0.0, squares = 0.0;
    for (const std::uint32_t i : group) {
      weight += weights_[i];
      squares += weights_[i] * weights_[i];
    }
    const double size = squares > 0.0 ? weight * weight / squares : 0.0;
    if (size < 1.5) {
      lonely += weight;
      return 0.0;
    }
    double sum = 0.0;
    for (std::size_t k = 0; k < buffers_.size(); ++k) {
      double mean = 0.0, square = 0.0;
      for (const std::uint32_t i : group) {
        const double x = levels_[i * buffers_.size() + k];
        mean += weights_[i] * x;
        square += weights_[i] * x * x;
      }
      sum += std::max(0.0, square - mean * mean / weight);
    }
    return sum * size / (size - 1.0);
  }

  std::span<const double> weights_;
  std::vector<std::uint32_t> buffers_;
  std::vector<std::uint32_t> levels_;  ///< (buffers of member 0, of member 1, ...)
};

}  // namespace

std::vector<CellEstimate> Particles::estimates(const Model& model) const {
  std::vector<CellEstimate> cells;
  if (size() == 0) return cells;
  for (const Entity& entity : model.entities) {
    const std::uint32_t k = entity.index;
    if (entity.kind == Entity::Kind::buffer) {
      std::map<std::uint64_t, double> law;
      for (std::size_t i = 0; i < size(); ++i) law[ConstStateView(model, members()[i]).buffers[k].level] += weights_[i];
      cells.push_back(of_parts(entity.path, "level", levels_.contains(k), law));
    } else if (entity.kind == Entity::Kind::machine) {
      std::map<std::uint64_t, double> parts;
      double chance[3] = {0.0, 0.0, 0.0};
      const MachineSpec& spec = model.machines[k];
      for (std::size_t i = 0; i < size(); ++i) {
        const ConstStateView view(model, members()[i]);
        chance[static_cast<std::size_t>(doing(model, view, k))] += weights_[i];
        const auto servers = view.servers.subspan(spec.first_server, spec.servers);
        parts[static_cast<std::uint64_t>(std::ranges::count_if(servers, detail::has_part))] += weights_[i];
      }
      const bool sensed = states_.contains(k);
      cells.push_back(of_parts(entity.path, "parts", false, parts));
      cells.push_back(of_chance(entity.path, "working", sensed, chance[0]));
      cells.push_back(of_chance(entity.path, "idle", sensed, chance[1]));
      cells.push_back(of_chance(entity.path, "down", sensed, chance[2]));
    }
  }
  return cells;
}

std::vector<SensorGain> Particles::observability(const Model& model) const {
  std::vector<SensorGain> gains;
  const Levels levels(model, members(), weights_);
  if (size() == 0 || levels.empty()) return gains;
  const double before = levels.variance(std::vector<std::uint64_t>(size(), 0));
  const auto add = [&](const std::string& path, const char* sensor, auto reading) {
    std::vector<std::uint64_t> readings(size());
    for (std::size_t i = 0; i < size(); ++i) readings[i] = reading(ConstStateView(model, members()[i]));
    const double after = std::min(before, levels.variance(readings));
    gains.push_back({path, sensor, std::sqrt(before), std::sqrt(after), before > 0.0 ? 1.0 - after / before : 0.0});
  };
  for (const Entity& entity : model.entities) {
    const std::uint32_t k = entity.index;
    if (entity.kind == Entity::Kind::buffer && !levels_.contains(k))
      add(entity.path, "level", [k](const ConstStateView& view) { return view.buffers[k].level; });
    if (entity.kind != Entity::Kind::machine) continue;
    if (!states_.contains(k))
      add(entity.path, "state",
          [&](const ConstStateView& view) { return static_cast<std::uint64_t>(doing(model, view, k)); });
    if (!counters_.contains(k))
      add(entity.path, "counters", [k](const ConstStateView& view) { return view.machines[k].completions; });
  }
  std::ranges::stable_sort(gains, std::ranges::greater{}, &SensorGain::share);
  return gains;
}

}  // namespace takt
