// SPDX-License-Identifier: Apache-2.0
// The named numbers of the laws: what scenarios, learning and files call them.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

#include "core/number_text.hpp"
#include "takt/core/distribution.hpp"
#include "takt/core/error.hpp"

namespace takt {
namespace {

// The numbers of a law, in the order of its maker.
std::vector<std::string> own_names(Law law) {
  switch (law) {
    case Law::constant: return {"value"};
    case Law::exponential: return {"mean"};
    case Law::uniform: return {"low", "high"};
    case Law::triangular: return {"low", "mode", "high"};
    case Law::normal: return {"mean", "sd", "low", "high"};
    case Law::lognormal:
    case Law::gamma: return {"mean", "cv"};
    case Law::weibull: return {"scale", "shape"};
    case Law::beta: return {"alpha", "beta", "low", "high"};
    case Law::empirical:
    case Law::discrete:
    case Law::mixture: break;
  }
  return {};
}

Distribution remade(Law law, const std::array<double, 4>& n) {
  switch (law) {
    case Law::exponential: return Distribution::exponential(n[0]);
    case Law::uniform: return Distribution::uniform(n[0], n[1]);
    case Law::triangular: return Distribution::triangular(n[0], n[1], n[2]);
    case Law::normal: return Distribution::normal(n[0], n[1], n[2], n[3]);
    case Law::lognormal: return Distribution::lognormal(n[0], n[1]);
    case Law::gamma: return Distribution::gamma(n[0], n[1]);
    case Law::weibull: return Distribution::weibull(n[0], n[1]);
    case Law::beta: return Distribution::beta(n[0], n[1], n[2], n[3]);
    default: return Distribution::constant(n[0]);
  }
}

std::optional<std::size_t> place_of(const std::string& name, const std::vector<std::string>& names) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) return std::nullopt;
  return static_cast<std::size_t>(found - names.begin());
}

std::optional<std::size_t> index_in(std::string_view text, std::size_t size) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), index);
  if (error != std::errc() || end != text.data() + text.size() || index >= size) return std::nullopt;
  return index;
}

// "weight/2"
std::optional<std::size_t> weight_index(std::string_view name, std::size_t size) {
  constexpr std::string_view kPrefix = "weight/";
  if (!name.starts_with(kPrefix)) return std::nullopt;
  return index_in(name.substr(kPrefix.size()), size);
}

// "2/mean" is the number "mean" of part 2.
std::optional<std::pair<std::size_t, std::string>> part_number(std::string_view name, std::size_t size) {
  const std::size_t slash = name.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  const auto index = index_in(name.substr(0, slash), size);
  if (!index) return std::nullopt;
  return std::pair{*index, std::string(name.substr(slash + 1))};
}

[[noreturn]] void throw_unknown(const Distribution& d, const std::string& name) {
  const std::vector<std::string> known = d.number_names();
  std::string list;
  for (const std::string& one : known) list += (list.empty() ? "" : ", ") + one;
  throw InvalidInput(Fault{.path = name,
                           .value = name,
                           .expected = "a number of a law that is " + to_string(d.law()) + ": " + list,
                           .nearest = nearest_name(name, known)});
}

// Errors of a part's number name the number by its whole path.
template <class F>
auto in_part(std::size_t part, F&& f) {
  try {
    return f();
  } catch (const InvalidInput& error) {
    std::vector<Fault> faults = error.faults();
    for (Fault& fault : faults) fault.path = std::to_string(part) + "/" + fault.path;
    throw InvalidInput(std::move(faults));
  }
}

// One weight set, the others scaled so that the sum stays 1.
std::vector<double> with_weight(std::span<const double> weights, std::size_t index, double value) {
  std::vector<double> changed(weights.begin(), weights.end());
  const double others = 1.0 - weights[index];
  const bool alone = weights.size() == 1;
  if (!(value >= 0.0 && value <= 1.0) || (alone && value != 1.0)) {
    throw InvalidInput(Fault{.path = "weight/" + std::to_string(index),
                             .value = detail::number_text(value),
                             .expected = alone ? "1, as it is the only weight" : "a number from 0 to 1"});
  }
  const auto share = static_cast<double>(weights.size() - 1);
  for (double& weight : changed) weight = others > 0.0 ? weight * ((1.0 - value) / others) : (1.0 - value) / share;
  changed[index] = value;
  return changed;
}

}  // namespace

std::vector<std::string> Distribution::number_names() const {
  std::vector<std::string> names = own_names(law_);
  for (std::size_t i = 0; i < weights().size(); ++i) names.push_back("weight/" + std::to_string(i));
  for (std::size_t i = 0; i < parts().size(); ++i) {
    for (const std::string& name : parts()[i].number_names()) names.push_back(std::to_string(i) + "/" + name);
  }
  if (!place_of("mean", names)) names.emplace_back("mean");
  return names;
}

std::array<double, 4> Distribution::own_numbers() const {
  if (law_ == Law::lognormal || law_ == Law::gamma) return {c_, d_, 0.0, 0.0};
  return {a_, b_, c_, d_};
}

double Distribution::number(const std::string& name) const {
  if (const auto place = place_of(name, own_names(law_))) return own_numbers()[*place];
  if (name == "mean") return mean();
  if (const auto index = weight_index(name, weights().size())) return weights()[*index];
  if (const auto part = part_number(name, parts().size())) {
    return in_part(part->first, [&] { return parts()[part->first].number(part->second); });
  }
  throw_unknown(*this, name);
}

Distribution Distribution::with(const std::string& name, double value) const {
  const auto place = place_of(name, own_names(law_));
  if (place && (name != "mean" || law_ != Law::normal)) {
    std::array<double, 4> numbers = own_numbers();
    numbers[*place] = value;
    return remade(law_, numbers);
  }
  if (name == "mean") return with_mean(value);
  if (const auto index = weight_index(name, weights().size())) {
    std::vector<double> weights = with_weight(this->weights(), *index, value);
    return law_ == Law::mixture ? mixture({parts().begin(), parts().end()}, std::move(weights))
                                : discrete({values().begin(), values().end()}, std::move(weights));
  }
  if (const auto part = part_number(name, parts().size())) {
    std::vector<Distribution> parts(this->parts().begin(), this->parts().end());
    parts[part->first] = in_part(part->first, [&] { return parts[part->first].with(part->second, value); });
    return mixture(std::move(parts), {weights().begin(), weights().end()});
  }
  throw_unknown(*this, name);
}

Distribution Distribution::with_mean(double value) const {
  if (law_ == Law::constant) return remade(law_, {value, 0.0, 0.0, 0.0});
  const double now = mean();
  const bool scalable = value > 0.0 && now > 0.0 && std::isfinite(value / now);
  if (!scalable) {
    throw InvalidInput(Fault{.path = "mean",
                             .value = detail::number_text(value),
                             .expected = now > 0.0 ? "a finite number above 0" : "a law with a mean above 0"});
  }
  return scaled(value / now);
}

std::string to_string(Law law) {
  switch (law) {
    case Law::constant: return "constant";
    case Law::exponential: return "exponential";
    case Law::uniform: return "uniform";
    case Law::triangular: return "triangular";
    case Law::normal: return "normal";
    case Law::lognormal: return "lognormal";
    case Law::gamma: return "gamma";
    case Law::weibull: return "weibull";
    case Law::beta: return "beta";
    case Law::empirical: return "empirical";
    case Law::mixture: return "mixture";
    case Law::discrete: break;
  }
  return "discrete";
}

}  // namespace takt
