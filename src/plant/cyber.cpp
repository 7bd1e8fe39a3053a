// SPDX-License-Identifier: Apache-2.0
#include "takt/plant/cyber.hpp"

#include "takt/core/error.hpp"
#include "takt/core/quantity.hpp"

namespace takt {
namespace {

[[noreturn]] void throw_no_requirement(std::string_view text) {
  throw InvalidInput(Fault{
      .value = '"' + std::string(text) + '"',
      .expected =
          R"(a requirement such as "p99 <= 50 ms", "mean <= 5 ms", "max <= 1 s", "loss <= 0.1 %" or "late <= 1 %")"});
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ')) text.remove_prefix(1);
  while (text.ends_with(' ')) text.remove_suffix(1);
  return text;
}

}  // namespace

Requirement parse_requirement(std::string_view text) {
  const std::size_t sign = text.find("<=");
  if (sign == std::string_view::npos) throw_no_requirement(text);
  const std::string_view of = trimmed(text.substr(0, sign)), bound = trimmed(text.substr(sign + 2));
  Requirement requirement;
  if (of == "mean") {
    requirement.of = Requirement::Of::mean;
  } else if (of == "max") {
    requirement.of = Requirement::Of::max;
  } else if (of == "loss") {
    requirement.of = Requirement::Of::loss;
  } else if (of == "late") {
    requirement.of = Requirement::Of::late;
  } else {
    const auto share = of.starts_with('p') ? parse_quantity(std::string(of.substr(1)) + " %") : std::nullopt;
    if (!share || !(share->value > 0.0 && share->value < 1.0)) throw_no_requirement(text);
    requirement.probability = share->value;
  }
  const bool is_share = requirement.of == Requirement::Of::loss || requirement.of == Requirement::Of::late;
  requirement.bound = parse_quantity(bound, is_share ? Dimension::ratio : Dimension::time);
  if (requirement.bound < 0.0) throw_no_requirement(text);
  return requirement;
}

std::string to_text(const Requirement& requirement) {
  const std::string time = to_text(Quantity{requirement.bound, Dimension::time});
  const std::string share = to_text(Quantity{requirement.bound, Dimension::ratio});
  switch (requirement.of) {
    case Requirement::Of::mean: return "mean <= " + time;
    case Requirement::Of::max: return "max <= " + time;
    case Requirement::Of::loss: return "loss <= " + share;
    case Requirement::Of::late: return "late <= " + share;
    case Requirement::Of::quantile: break;
  }
  std::string percent = to_text(Quantity{requirement.probability, Dimension::ratio});
  if (percent.ends_with(" %")) percent.resize(percent.size() - 2);
  return "p" + percent + " <= " + time;
}

}  // namespace takt
