// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/learn.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "takt/core/error.hpp"
#include "takt/core/statistics.hpp"

namespace takt {
namespace {

LawChoiceOptions choice_options(const LearnOptions& options) {
  return {
      .half_life = options.half_life, .kept = options.kept_times, .least = options.least_times, .odds = options.odds};
}

/// Whether a family other than the log-normal has won: the normal-gamma law tells the log-normal better than a fit.
bool is_other(const LearntValue& value) { return value.choice.law() && value.choice.in_force() != Law::lognormal; }

/// Of a family that has won: its shape is that of the last times, its mean that of all.
Distribution other_time(const LearntValue& value) {
  return value.choice.law()->distribution().with("mean", value.choice.mean_s());
}

Distribution mean_time(const LearntValue& value) { return is_other(value) ? other_time(value) : value.time.mean_law(); }

Distribution draw_time(const LearntValue& value, Draw& draw) {
  if (!is_other(value)) return value.time.draw_law(draw);
  // The mean of n times is normal with the law's cv over the root of n, on the logarithm so that it stays above 0.
  const Distribution fit = other_time(value);
  const double sd = std::sqrt(std::log1p(fit.variance() / (fit.mean() * fit.mean() * value.choice.weight())));
  return fit.with("mean", fit.mean() * std::exp(sd * Distribution::standard_normal(draw) - sd * sd / 2));
}

/// The family that has won, or the plant's own law, with this mean.
Distribution rate_law(const LearntValue& value, const Distribution& plant, double mean) {
  return (value.choice.law() ? value.choice.law()->distribution() : plant).with("mean", mean);
}

/// Shares in their places among the probabilities.
void set_shares(const Model& model, Parameters& parameters, const std::string& path, std::span<const double> shares) {
  const std::optional<ParameterSlot> slot = find_slot(model, path);
  if (!slot) return;
  if (slot->kind == ParameterSlot::Kind::route) {
    for (std::uint32_t i = 0; i < slot->count && i < shares.size(); ++i)
      parameters.probabilities[slot->first + i] = shares[i];
  } else {
    parameters.probabilities[slot->index] = shares[0];
  }
}

Draw draw_of(const std::string& path, std::uint64_t seed, std::uint32_t replication) {
  return {stream_key(seed, replication, hash_path(path), Purpose::learn), 0};
}

constexpr std::uint32_t kDraws = 400;  // for intervals only

}  // namespace

LearntValue& Learnt::changing(const std::string& path, const Origin& origin, const std::function<LearntValue()>& make) {
  remember(path);
  auto it = values_.find(path);
  if (it == values_.end()) {
    it = values_.emplace(path, make()).first;
    it->second.provenance.from = origin.at;
    it->second.provenance.to = origin.at;
  }
  Provenance& provenance = it->second.provenance;
  provenance.version = version_;
  provenance.from = std::min(provenance.from, origin.at);
  provenance.to = std::max(provenance.to, origin.at);
  if (!origin.source.empty()) provenance.sources.insert(origin.source);
  return it->second;
}

/// A law of which nothing is learnt yet.
LearntValue Learnt::fresh(LearntValue::Kind kind, const Distribution& prior) const {
  LearntValue made;
  made.kind = kind;
  made.provenance.version = version_;
  if (kind == LearntValue::Kind::time) {
    made.time = LogNormalLearner(prior, options_);
    made.choice = LawChoice(Law::lognormal, choice_options(options_));
  } else {
    made.rate = RateLearner(prior, options_);
    made.choice = LawChoice(prior.law(), choice_options(options_));
  }
  return made;
}

void Learnt::restart(const std::string& path, const Distribution& prior) {
  const bool is_rate = path.ends_with("/time_to_failure") || path.ends_with("/time_to_repair");
  set(path, {true, fresh(is_rate ? LearntValue::Kind::rate : LearntValue::Kind::time, prior)});
}

void Learnt::observe_time(const Model& model, const std::string& path, double seconds, const Origin& origin) {
  LearntValue& value =
      changing(path, origin, [&] { return fresh(LearntValue::Kind::time, get_law(model, model.defaults, path)); });
  value.time.observe(seconds);
  value.choice.observe(seconds);
  value.provenance.observations = value.time.observations();
}

void Learnt::observe_exposure(const Model& model, const std::string& path, double seconds, bool event,
                              const Origin& origin) {
  LearntValue& value =
      changing(path, origin, [&] { return fresh(LearntValue::Kind::rate, get_law(model, model.defaults, path)); });
  value.rate.observe_exposure(seconds);
  if (seconds > 0.0 && std::isfinite(seconds)) value.age_s += seconds;
  // An interval whose beginning was not seen tells the rate, but not how long intervals are.
  if (!event) {
    if (value.has_begun) value.choice.running(value.age_s);
  } else {
    value.rate.observe_event();
    if (value.has_begun) value.choice.observe(value.age_s);
    value.age_s = 0.0;
    value.has_begun = true;
  }
  value.provenance.observations = value.rate.observations();
}

void Learnt::observe_scrap(const Model& model, const std::string& path, double scrap, double good,
                           const Origin& origin) {
  LearntValue& value = changing(path, origin, [&] {
    const double plant = get_number(model, model.defaults, path);
    LearntValue made;
    made.kind = LearntValue::Kind::share;
    made.share = ShareLearner(std::array{plant, 1.0 - plant}, options_);
    return made;
  });
  value.share.observe(std::array{scrap, good});
  value.provenance.observations = value.share.observations();
}

void Learnt::observe_ways(const Model& model, const std::string& path, std::span<const double> counts,
                          const Origin& origin) {
  const std::optional<ParameterSlot> slot = find_slot(model, path);
  if (!slot || slot->kind != ParameterSlot::Kind::route || slot->count != counts.size()) {
    throw InvalidInput(Fault{.path = path,
                             .value = std::to_string(counts.size()) + " counts",
                             .expected = "the path of a way, and a count for each way of its choice"});
  }
  LearntValue& value = changing(path, origin, [&] {
    LearntValue made;
    made.kind = LearntValue::Kind::share;
    const std::span<const double> plant(model.defaults.probabilities.data() + slot->first, slot->count);
    made.share = ShareLearner(plant, options_);
    return made;
  });
  value.share.observe(counts);
  value.provenance.observations = value.share.observations();
}

Parameters Learnt::mean(const Model& model, Parameters parameters) const {
  for (const auto& [path, value] : values_) {
    switch (value.kind) {
      case LearntValue::Kind::time: set_law(model, parameters, path, mean_time(value)); break;
      case LearntValue::Kind::rate:
        set_law(model, parameters, path, rate_law(value, get_law(model, parameters, path), value.rate.mean()));
        break;
      case LearntValue::Kind::share: set_shares(model, parameters, path, value.share.means()); break;
    }
  }
  return parameters;
}

Parameters Learnt::draw(const Model& model, Parameters parameters, std::uint64_t seed,
                        std::uint32_t replication) const {
  for (const auto& [path, value] : values_) {
    Draw draw = draw_of(path, seed, replication);
    switch (value.kind) {
      case LearntValue::Kind::time: set_law(model, parameters, path, draw_time(value, draw)); break;
      case LearntValue::Kind::rate: {
        const double mean = value.rate.draw_mean(draw);
        set_law(model, parameters, path, rate_law(value, get_law(model, parameters, path), mean));
        break;
      }
      case LearntValue::Kind::share: set_shares(model, parameters, path, value.share.draw_shares(draw)); break;
    }
  }
  return parameters;
}

std::vector<Learnt::Row> Learnt::rows() const {
  std::vector<Row> rows;
  for (const auto& [path, value] : values_) {
    if (value.kind == LearntValue::Kind::share) continue;
    const bool is_time = value.kind == LearntValue::Kind::time;
    std::vector<double> means;
    for (std::uint32_t i = 0; i < kDraws; ++i) {
      Draw draw = draw_of(path, 0, i);
      means.push_back(is_time ? draw_time(value, draw).mean() : value.rate.draw_mean(draw));
    }
    std::ranges::sort(means);
    Row row{.path = path,
            .observations = value.provenance.observations,
            .mean_s = is_time ? mean_time(value).mean() : value.rate.mean(),
            .low_s = quantile(means, 0.05),
            .high_s = quantile(means, 0.95),
            .family = {},
            .provenance = value.provenance};
    if (is_time || value.choice.law()) row.family = to_string(value.choice.in_force());
    rows.push_back(std::move(row));
  }
  return rows;
}

std::vector<Learnt::ShareRow> Learnt::shares(const Model& model) const {
  std::vector<ShareRow> rows;
  for (const auto& [path, value] : values_) {
    const std::optional<ParameterSlot> slot = find_slot(model, path);
    if (value.kind != LearntValue::Kind::share || !slot) continue;
    const bool is_choice = slot->kind == ParameterSlot::Kind::route;
    const std::vector<ParameterSlot> siblings = slots_of(model, slot->entity);
    std::vector<std::vector<double>> drawn;
    for (std::uint32_t i = 0; i < kDraws; ++i) {
      Draw draw = draw_of(path, 0, i);
      drawn.push_back(value.share.draw_shares(draw));
    }
    const std::vector<double> means = value.share.means();
    for (std::uint32_t way = 0; way < (is_choice ? slot->count : 1U); ++way) {
      std::vector<double> shares;
      for (const std::vector<double>& each : drawn) shares.push_back(each[way]);
      std::ranges::sort(shares);
      const auto of_way = std::ranges::find_if(siblings, [&](const ParameterSlot& other) {
        return other.kind == ParameterSlot::Kind::route && other.index == slot->first + way;
      });
      rows.push_back({.path = is_choice ? slot_path(model, *of_way) : path,
                      .observations = value.provenance.observations,
                      .mean = means[way],
                      .low = quantile(shares, 0.05),
                      .high = quantile(shares, 0.95),
                      .provenance = value.provenance});
    }
  }
  return rows;
}

std::vector<std::string> Learnt::paths() const {
  std::vector<std::string> paths;
  for (const auto& [path, value] : values_) paths.push_back(path);
  return paths;
}

const LearntValue* Learnt::find(const std::string& path) const {
  const auto it = values_.find(path);
  return it == values_.end() ? nullptr : &it->second;
}

// Keeps the value at a path as it was before the present version, once.
void Learnt::remember(const std::string& path) {
  if (open_.before.contains(path)) return;
  const LearntValue* const value = find(path);
  open_.before.emplace(path, value == nullptr ? Before{} : Before{true, *value});
}

void Learnt::set(const std::string& path, const Before& before) {
  remember(path);
  if (before.was) {
    values_.insert_or_assign(path, before.value);
  } else {
    values_.erase(path);
  }
}

std::uint64_t Learnt::keep(WallClock::Instant at, std::string why) {
  if (!has_changed()) return version_ - 1;
  open_.at = at;
  open_.why = std::move(why);
  closed_.emplace(version_, std::exchange(open_, {}));
  if (closed_.size() > options_.kept_versions) closed_.erase(closed_.begin());
  return version_++;
}

std::vector<Learnt::Version> Learnt::versions() const {
  std::vector<Version> all;
  for (const auto& [number, changes] : closed_) {
    Version version{.number = number, .at = changes.at, .why = changes.why, .changed = {}};
    for (const auto& [path, before] : changes.before) version.changed.push_back(path);
    all.push_back(std::move(version));
  }
  return all;
}

void Learnt::put_back(std::uint64_t version) {
  // What a version changed tells the one before it.
  const std::uint64_t oldest = closed_.empty() ? version_ - 1 : closed_.begin()->first - 1;
  if (version >= version_ || version < oldest) {
    throw InvalidInput(
        Fault{.path = "version",
              .value = std::to_string(version),
              .expected = "a version from " + std::to_string(oldest) + " to " + std::to_string(version_ - 1)});
  }
  std::map<std::string, Before> back = open_.before;
  for (auto changes = closed_.rbegin(); changes != closed_.rend() && changes->first > version; ++changes) {
    for (const auto& [path, before] : changes->second.before) back.insert_or_assign(path, before);
  }
  for (const auto& [path, before] : back) set(path, before);
}

bool Learnt::reset(const std::string& path) {
  if (find(path) == nullptr) return false;
  set(path, {});
  return true;
}

std::vector<std::string> Learnt::forget_unless(const std::function<bool(const std::string&)>& keep) {
  std::vector<std::string> forgotten;
  const auto is_over = [&](const auto& value) { return !keep(value.first); };
  for (const auto& value : values_) {
    if (is_over(value)) forgotten.push_back(value.first);
  }
  std::erase_if(values_, is_over);
  const auto forget_in = [&](Changes& changes) { std::erase_if(changes.before, is_over); };
  forget_in(open_);
  for (auto& [number, changes] : closed_) forget_in(changes);
  return forgotten;
}

}  // namespace takt
