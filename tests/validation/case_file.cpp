// SPDX-License-Identifier: Apache-2.0
#include "case_file.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <fstream>

namespace takt::validation {
namespace {

/// The digits of a number as it is printed, trailing zeros left out.
void count_digits(const Json& number, Expected& expected) {
  const std::string text = number.dump();
  const std::size_t exponent_at = std::min(text.find('e'), text.size());
  const int exponent = exponent_at < text.size() ? std::stoi(text.substr(exponent_at + 1)) : 0;
  bool behind_point = false;
  for (const char c : text.substr(0, exponent_at)) {
    if (c == '.') behind_point = true;
    if (c < '0' || c > '9') continue;
    expected.decimals += behind_point ? 1 : 0;
    expected.significant += expected.significant > 0 || c != '0' ? 1 : 0;
  }
  if (text.ends_with(".0")) expected.decimals = 0;
  expected.decimals = std::max(0, expected.decimals - exponent);
}

void lay_flat(const Json& value, const std::string& name, const std::string& family, const std::string& pointer,
              std::vector<Expected>& into, std::vector<Fault>& faults) {
  if (value.is_null()) return;  // not known
  if (value.is_number()) {
    Expected expected{name, family, value.get<double>()};
    count_digits(value, expected);
    into.push_back(expected);
  } else if (value.is_array()) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      const std::string index = std::to_string(i);
      lay_flat(value[i], name + "[" + index + "]", family, pointer + "/" + index, into, faults);
    }
  } else if (value.is_object()) {
    for (const auto& [key, below] : value.items())
      lay_flat(below, name.empty() ? key : name + "." + key, key, pointer + "/" + key, into, faults);
  } else {
    faults.push_back({pointer, value.dump(), "a number, or an array or object of numbers"});
  }
}

std::string text_at(const Json& object, const char* key, const std::string& pointer, std::vector<Fault>& faults) {
  if (object.contains(key) && object[key].is_string()) return object[key].get<std::string>();
  faults.push_back({pointer + "/" + key, object.contains(key) ? object[key].dump() : "nothing", "a text"});
  return {};
}

Case read_case(const Json& from, const std::string& pointer, std::vector<Fault>& faults) {
  Case read;
  if (!from.is_object()) {
    faults.push_back({pointer, from.dump(), "an object"});
    return read;
  }
  read.id = text_at(from, "id", pointer, faults);
  read.kind = text_at(from, "kind", pointer, faults);
  read.parameters = from.value("parameters", Json::object());
  if (!read.parameters.is_object()) faults.push_back({pointer + "/parameters", read.parameters.dump(), "an object"});
  // What is expected of kinds that are not supported may be anything: it is looked at when it is used.
  std::vector<Fault> about_values;
  lay_flat(from.value("expected", Json::object()), "", "", pointer + "/expected", read.expected, about_values);
  if (!about_values.empty()) read.expected.clear();
  if (from.contains("tolerance")) {
    if (from["tolerance"].is_number())
      read.tolerance = from["tolerance"].get<double>();
    else
      faults.push_back({pointer + "/tolerance", from["tolerance"].dump(), "a number"});
  }
  return read;
}

}  // namespace

bool Expected::is_share() const {
  static constexpr std::array kShares{"utilisation", "availability", "working", "blocked", "starved",      "down",
                                      "setup",       "loss",         "empty",   "full",    "distribution", "up"};
  return std::ranges::find(kShares, family) != kShares.end();
}

std::vector<Case> read_cases(const std::filesystem::path& file) {
  std::ifstream in(file);
  if (!in) throw FileError(file.string() + ": cannot be opened: " + std::strerror(errno));
  Json document;
  try {
    document = Json::parse(in);
  } catch (const Json::exception& error) {
    throw InvalidInput(Fault{"", error.what(), "a JSON document", "", file.string()});
  }
  std::vector<Fault> faults;
  std::vector<Case> cases;
  if (!document.is_object() || document.value("format", Json()) != "takt-exact-cases/1") {
    faults.push_back({"/format", "another format", "\"takt-exact-cases/1\""});
  } else if (!document.contains("cases") || !document["cases"].is_array()) {
    faults.push_back({"/cases", "nothing", "an array"});
  } else {
    const Json& list = document["cases"];
    for (std::size_t i = 0; i < list.size(); ++i)
      cases.push_back(read_case(list[i], "/cases/" + std::to_string(i), faults));
  }
  for (Fault& fault : faults) fault.file = file.string();
  if (!faults.empty()) throw InvalidInput(std::move(faults));
  return cases;
}

bool ParameterReader::has(const std::string& name) const {
  return parameters_.contains(name) && !parameters_[name].is_null();
}

const Json& ParameterReader::value(const std::string& name) {
  if (!has(name)) throw Error("parameter " + name + " is missing");
  read_.insert(name);
  return parameters_[name];
}

namespace {

double as_number(const Json& value, const std::string& name) {
  if (!value.is_number()) throw Error("parameter " + name + " is " + value.dump() + ", not a number");
  return value.get<double>();
}

std::uint32_t as_count(double number, const std::string& name, std::uint32_t least) {
  if (!(number >= least) || number > 1e9 || number != std::floor(number))
    throw Error("parameter " + name + " is " + Json(number).dump() + ", not a whole number from " +
                std::to_string(least));
  return static_cast<std::uint32_t>(number);
}

}  // namespace

double ParameterReader::number(const std::string& name) { return as_number(value(name), name); }

std::uint32_t ParameterReader::count(const std::string& name, std::uint32_t least) {
  return as_count(number(name), name, least);
}

bool ParameterReader::flag(const std::string& name, bool otherwise) {
  if (!has(name)) return skip(name, otherwise);
  if (!value(name).is_boolean()) throw Error("parameter " + name + " is neither true nor false");
  return value(name).get<bool>();
}

std::string ParameterReader::text(const std::string& name, const std::string& otherwise) {
  if (!has(name)) return skip(name, otherwise);
  if (!value(name).is_string()) throw Error("parameter " + name + " is no text");
  return value(name).get<std::string>();
}

std::vector<double> ParameterReader::numbers(const std::string& name) {
  const Json& list = value(name);
  if (!list.is_array()) throw Error("parameter " + name + " is no array");
  std::vector<double> numbers;
  for (const Json& each : list) numbers.push_back(as_number(each, name));
  return numbers;
}

std::vector<double> ParameterReader::numbers(const std::string& name, std::size_t size,
                                             std::optional<double> otherwise) {
  if (!has(name) && otherwise) return std::vector<double>(size, skip(name, *otherwise));
  if (value(name).is_number()) return std::vector<double>(size, number(name));
  std::vector<double> list = numbers(name);
  if (list.size() != size)
    throw Error("parameter " + name + " has " + std::to_string(list.size()) + " entries, not " + std::to_string(size));
  return list;
}

std::vector<std::uint32_t> ParameterReader::counts(const std::string& name, std::size_t size, std::uint32_t least,
                                                   std::optional<std::uint32_t> otherwise) {
  std::vector<std::uint32_t> counts;
  for (const double each : numbers(name, size, otherwise)) counts.push_back(as_count(each, name, least));
  return counts;
}

std::vector<std::vector<double>> ParameterReader::matrix(const std::string& name, std::size_t size) {
  std::vector<std::vector<double>> rows;
  for (const Json& row : value(name)) {
    std::vector<double>& numbers = rows.emplace_back();
    for (const Json& each : row) numbers.push_back(as_number(each, name));
  }
  const auto fits = [size](const std::vector<double>& row) { return row.size() == size; };
  if (rows.size() != size || !std::ranges::all_of(rows, fits))
    throw Error("parameter " + name + " is no matrix of " + std::to_string(size) + " rows and columns");
  return rows;
}

void ParameterReader::expect_all_read() const {
  for (const auto& [name, unused] : parameters_.items())
    if (!read_.contains(name)) throw Unsupported("parameter " + name + " is not known for this kind");
}

}  // namespace takt::validation
