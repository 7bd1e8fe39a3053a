// SPDX-License-Identifier: Apache-2.0
#include "takt/engine/value_bytes.hpp"

#include <array>
#include <string>

#include "takt/core/error.hpp"

namespace takt {
namespace {

/// The numbers that the maker of a law takes, by name.
std::vector<std::string> maker_numbers(Law law) {
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
    case Law::mixture:
    case Law::discrete: break;
  }
  return {};
}

Distribution made(Law law, const std::vector<double>& n) {
  switch (law) {
    case Law::constant: return Distribution::constant(n[0]);
    case Law::exponential: return Distribution::exponential(n[0]);
    case Law::uniform: return Distribution::uniform(n[0], n[1]);
    case Law::triangular: return Distribution::triangular(n[0], n[1], n[2]);
    case Law::normal: return Distribution::normal(n[0], n[1], n[2], n[3]);
    case Law::lognormal: return Distribution::lognormal(n[0], n[1]);
    case Law::gamma: return Distribution::gamma(n[0], n[1]);
    case Law::weibull: return Distribution::weibull(n[0], n[1]);
    default: return Distribution::beta(n[0], n[1], n[2], n[3]);
  }
}

template <class T>
std::vector<T> listed(std::span<const T> values) {
  return {values.begin(), values.end()};
}

[[noreturn]] void refuse(std::string value, const char* expected) {
  throw InvalidInput(Fault{.path = "bytes", .value = std::move(value), .expected = expected});
}

}  // namespace

void fields(ByteWriter& bytes, Distribution& law) {
  bytes(law.law());
  for (const std::string& name : maker_numbers(law.law())) bytes(law.number(name));
  if (law.law() == Law::empirical || law.law() == Law::discrete) bytes(listed(law.values()));
  if (law.law() == Law::discrete || law.law() == Law::mixture) bytes(listed(law.weights()));
  if (law.law() == Law::mixture) bytes(listed(law.parts()));
}

void fields(ByteReader& bytes, Distribution& law) {
  Law kind = Law::constant;
  bytes(kind);
  if (kind > Law::discrete) refuse("law " + std::to_string(static_cast<int>(kind)), "the number of a law");
  std::vector<double> numbers(maker_numbers(kind).size()), values, weights;
  for (double& number : numbers) bytes(number);
  if (kind == Law::empirical || kind == Law::discrete) bytes(values);
  if (kind == Law::discrete || kind == Law::mixture) bytes(weights);
  if (kind == Law::empirical) {
    law = Distribution::empirical(std::move(values));
  } else if (kind == Law::discrete) {
    if (values.size() != weights.size()) refuse("values and weights of different number", "as many weights as values");
    law = Distribution::discrete(std::move(values), std::move(weights));
  } else if (kind == Law::mixture) {
    std::vector<Distribution> parts;
    bytes(parts);
    law = Distribution::mixture(std::move(parts), std::move(weights));
  } else {
    law = made(kind, numbers);
  }
}

void fields(ByteLayout& layout, Distribution&) { layout.name("law 1"); }

// Laws that are one are written once, and as if they had just been put together: whatever they went through, equal
// parameters give equal bytes.
void fields(ByteWriter& bytes, Parameters& written) {
  Parameters parameters;
  parameters.probabilities = written.probabilities;
  for (std::uint32_t i = 0; i < written.laws(); ++i) parameters.add_law(written.law(i));
  std::vector<const Distribution*> different;
  std::map<const Distribution*, std::uint32_t> number;
  std::vector<std::uint32_t> which;
  for (std::uint32_t i = 0; i < parameters.laws(); ++i) {
    const Distribution* const law = &parameters.law(i);
    const auto [it, is_new] = number.try_emplace(law, static_cast<std::uint32_t>(different.size()));
    if (is_new) different.push_back(law);
    which.push_back(it->second);
  }
  bytes(static_cast<std::uint64_t>(different.size()));
  for (const Distribution* law : different) bytes(*law);
  bytes(which, parameters.probabilities);
}

void fields(ByteReader& bytes, Parameters& parameters) {
  std::vector<Distribution> different;
  std::vector<std::uint32_t> which;
  parameters = {};
  bytes(different, which, parameters.probabilities);
  for (const std::uint32_t number : which) {
    if (number >= different.size()) refuse("law " + std::to_string(number), "the number of a law that is there");
    parameters.add_law(different[number]);
  }
}

void fields(ByteLayout& layout, Parameters&) { layout.name("parameters 1"); }

}  // namespace takt
