// SPDX-License-Identifier: Apache-2.0
#include "io/plant/law_json.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <span>
#include <string_view>

namespace takt::io::detail {
namespace {

using Kind = JsonValue::Kind;
using Layout = JsonWriter::Layout;

constexpr const char* kLawExpected = R"(a law of time: "12 s" or {"law": ...})";
constexpr double kInfinity = std::numeric_limits<double>::infinity();
constexpr std::size_t kMostNumbers = 4;
using Numbers = std::array<double, kMostNumbers>;

enum class Unit { time, rate, ratio, bare, count };

// One number of a law: its key, and what it is where the key is missing, if it may be.
struct Number {
  std::string_view key;
  Unit unit = Unit::time;
  std::optional<double> otherwise = std::nullopt;
};

// One way to write a law of a few numbers. The first way of a law is the one `write_law` takes.
struct Form {
  std::string_view name;
  Law law;
  std::size_t count;
  std::array<Number, kMostNumbers> numbers;
  Distribution (*make)(const Numbers&);
};

const std::array kForms{
    Form{"exponential",
         Law::exponential,
         1,
         {{{"mean"}}},
         [](const Numbers& n) { return Distribution::exponential(n[0]); }},
    Form{"exponential",
         Law::exponential,
         1,
         {{{"rate", Unit::rate}}},
         [](const Numbers& n) { return Distribution::exponential(1.0 / n[0]); }},
    Form{"uniform",
         Law::uniform,
         2,
         {{{"low"}, {"high"}}},
         [](const Numbers& n) { return Distribution::uniform(n[0], n[1]); }},
    Form{"triangular",
         Law::triangular,
         3,
         {{{"low"}, {"mode"}, {"high"}}},
         [](const Numbers& n) { return Distribution::triangular(n[0], n[1], n[2]); }},
    Form{"normal",
         Law::normal,
         4,
         {{{"mean"}, {"sd"}, {"low", Unit::time, 0.0}, {"high", Unit::time, kInfinity}}},
         [](const Numbers& n) { return Distribution::normal(n[0], n[1], n[2], n[3]); }},
    Form{"lognormal",
         Law::lognormal,
         2,
         {{{"mean"}, {"cv", Unit::ratio}}},
         [](const Numbers& n) { return Distribution::lognormal(n[0], n[1]); }},
    Form{"gamma",
         Law::gamma,
         2,
         {{{"mean"}, {"cv", Unit::ratio}}},
         [](const Numbers& n) { return Distribution::gamma(n[0], n[1]); }},
    Form{"erlang",
         Law::gamma,
         2,
         {{{"mean"}, {"k", Unit::count}}},
         [](const Numbers& n) { return Distribution::gamma(n[0], 1.0 / std::sqrt(n[1])); }},
    Form{"weibull",
         Law::weibull,
         2,
         {{{"scale"}, {"shape", Unit::bare}}},
         [](const Numbers& n) { return Distribution::weibull(n[0], n[1]); }},
    Form{"weibull",
         Law::weibull,
         2,
         {{{"mean"}, {"shape", Unit::bare}}},
         [](const Numbers& n) { return Distribution::weibull(1.0, n[1]).with("mean", n[0]); }},
    Form{"beta",
         Law::beta,
         4,
         {{{"alpha", Unit::bare}, {"beta", Unit::bare}, {"low"}, {"high"}}},
         [](const Numbers& n) { return Distribution::beta(n[0], n[1], n[2], n[3]); }},
};
constexpr std::array<std::string_view, 12> kLawNames{"exponential", "uniform",   "triangular", "normal",
                                                     "lognormal",   "gamma",     "erlang",     "weibull",
                                                     "beta",        "empirical", "discrete",   "mixture"};

std::string expected_number(Unit unit) {
  switch (unit) {
    case Unit::time: return "a time such as \"12 s\"";
    case Unit::rate: return "a rate such as \"5 /h\"";
    case Unit::ratio: return "a ratio such as \"30 %\"";
    case Unit::bare: return "a number without unit and quotes";
    case Unit::count: return "a whole number, 1 or more";
  }
  return {};
}

std::optional<double> read_number(JsonReader& reader, JsonValue value, Unit unit) {
  switch (unit) {
    case Unit::time: return reader.quantity(value, Dimension::time);
    case Unit::ratio: return reader.quantity(value, Dimension::ratio);
    case Unit::bare: return reader.number(value, expected_number(unit));
    case Unit::rate: {
      const auto rate = reader.quantity(value, Dimension::rate);
      if (!rate || *rate > 0.0) return rate;
      reader.fault(value, "a rate above 0");
      return std::nullopt;
    }
    case Unit::count: {
      const auto count = reader.count(value, 1000000);
      if (!count) return std::nullopt;
      if (*count > 0) return static_cast<double>(*count);
      reader.fault(value, expected_number(unit));
      return std::nullopt;
    }
  }
  return std::nullopt;
}

std::optional<Distribution> read_form(JsonReader& reader, JsonValue value, const Form& form) {
  std::array<std::string_view, kMostNumbers + 1> keys{"law"};
  for (std::size_t i = 0; i < form.count; ++i) keys[i + 1] = form.numbers[i].key;
  const JsonRecord record(reader, value, "a law", std::span(keys).first(form.count + 1));
  Numbers numbers{};
  bool complete = true;
  for (std::size_t i = 0; i < form.count; ++i) {
    const Number& number = form.numbers[i];
    const JsonValue found =
        number.otherwise ? record.get(number.key) : record.need(number.key, expected_number(number.unit));
    const auto read = found ? read_number(reader, found, number.unit) : number.otherwise;
    complete = complete && read;
    numbers[i] = read.value_or(0.0);
  }
  if (!complete) return std::nullopt;
  return reader.made(value, [&] { return form.make(numbers); });
}

// The times or weights of a list; nothing if one of them is wrong.
std::optional<std::vector<double>> read_list(JsonReader& reader, const JsonRecord& record, std::string_view key,
                                             Unit unit) {
  const std::string expected = "a list, each " + expected_number(unit);
  const JsonValue list = record.need(key, expected);
  std::vector<double> values;
  bool complete = list && list.kind() == Kind::array;
  for (JsonValue value = reader.elements(list, expected); value; value = value.next()) {
    const auto read = read_number(reader, value, unit);
    if (read && *read < 0.0) reader.fault(value, expected_number(unit) + ", not below 0");
    complete = complete && read && *read >= 0.0;
    values.push_back(read.value_or(0.0));
  }
  if (!complete) return std::nullopt;
  return values;
}

std::optional<Distribution> read_empirical(JsonReader& reader, JsonValue value) {
  const JsonRecord record(reader, value, "a law", {"law", "values"});
  auto values = read_list(reader, record, "values", Unit::time);
  if (!values) return std::nullopt;
  return reader.made(value, [&] { return Distribution::empirical(std::move(*values)); });
}

std::optional<Distribution> read_discrete(JsonReader& reader, JsonValue value) {
  const JsonRecord record(reader, value, "a law", {"law", "values", "weights"});
  auto values = read_list(reader, record, "values", Unit::time);
  auto weights = read_list(reader, record, "weights", Unit::bare);
  if (!values || !weights) return std::nullopt;
  return reader.made(value, [&] { return Distribution::discrete(std::move(*values), std::move(*weights)); });
}

std::optional<Distribution> read_mixture(JsonReader& reader, JsonValue value) {
  const JsonRecord record(reader, value, "a law", {"law", "parts"});
  const std::string expected = R"(a list of {"weight": 0.3, "law": ...})";
  const JsonValue list = record.need("parts", expected);
  if (!list) return std::nullopt;
  std::vector<Distribution> parts;
  std::vector<double> weights;
  bool complete = list.kind() == Kind::array;
  for (JsonValue part = reader.elements(list, expected); part; part = part.next()) {
    const JsonRecord fields(reader, part, "a part of a mixture", {"weight", "law"});
    const std::string weight_expected = expected_number(Unit::bare);
    const auto weight = reader.number(fields.need("weight", weight_expected), weight_expected);
    auto law = read_law(reader, fields.need("law", kLawExpected));
    if (weight && law) {
      weights.push_back(*weight);
      parts.push_back(std::move(*law));
    } else {
      complete = false;
    }
  }
  if (!complete) return std::nullopt;
  return reader.made(value, [&] { return Distribution::mixture(std::move(parts), std::move(weights)); });
}

std::string time_text(double seconds) { return to_text(Quantity{seconds, Dimension::time}); }

void write_form(JsonWriter& writer, const Distribution& law) {
  const auto form = std::find_if(kForms.begin(), kForms.end(), [&](const Form& f) { return f.law == law.law(); });
  writer.key("law").text(form->name);
  for (std::size_t i = 0; i < form->count; ++i) {
    const Number& number = form->numbers[i];
    const double value = law.number(std::string(number.key));
    if (number.otherwise == value && value == kInfinity) continue;  // it has no text
    writer.key(number.key);
    if (number.unit == Unit::bare) {
      writer.number(value);
    } else {
      writer.text(to_text(Quantity{value, number.unit == Unit::ratio ? Dimension::ratio : Dimension::time}));
    }
  }
}

void write_times(JsonWriter& writer, std::span<const double> values) {
  writer.begin_array();
  for (const double value : values) writer.text(time_text(value));
  writer.end();
}

}  // namespace

std::optional<Distribution> read_law(JsonReader& reader, JsonValue value) {
  if (!value) return std::nullopt;
  if (value.kind() != Kind::object) {
    if (value.kind() == Kind::array || value.kind() == Kind::boolean || value.kind() == Kind::null) {
      reader.fault(value, kLawExpected);
      return std::nullopt;
    }
    const auto seconds = reader.quantity(value, Dimension::time);
    if (!seconds) return std::nullopt;
    return reader.made(value, [&] { return Distribution::constant(*seconds); });
  }
  const JsonValue name = value.find("law");
  if (!name) {
    reader.fault(value, value.pointer() + "/law", "nothing", "one of " + joined(kLawNames));
    return std::nullopt;
  }
  if (name.text() == "empirical") return read_empirical(reader, value);
  if (name.text() == "discrete") return read_discrete(reader, value);
  if (name.text() == "mixture") return read_mixture(reader, value);

  const Form* chosen = nullptr;
  for (const Form& form : kForms) {
    if (form.name != name.text()) continue;
    if (chosen == nullptr || (!value.find(chosen->numbers[0].key) && value.find(form.numbers[0].key))) chosen = &form;
  }
  if (chosen == nullptr) {
    reader.choice(name, kLawNames);
    return std::nullopt;
  }
  return read_form(reader, value, *chosen);
}

std::optional<LawByProduct> read_law_by_product(JsonReader& reader, JsonValue value,
                                                const std::vector<std::string>& products) {
  if (!value) return std::nullopt;
  LawByProduct laws;
  if (value.kind() != Kind::object || !value.find("by_product")) {
    auto law = read_law(reader, value);
    if (!law) return std::nullopt;
    laws.law = std::move(*law);
    return laws;
  }
  const JsonRecord record(reader, value, "laws by product", {"by_product", "otherwise"});
  const JsonValue by_product = record.get("by_product");
  bool complete = by_product.kind() == Kind::object;
  for (JsonValue own = reader.members(by_product, "an object with a law for each product"); own; own = own.next()) {
    auto law = read_law(reader, own);
    complete = complete && law;
    laws.of.insert_or_assign(std::string(own.key()), law ? std::move(*law) : Distribution());
  }
  const auto is_named = [&](const std::string& product) { return laws.of.contains(product); };
  const auto without = std::find_if_not(products.begin(), products.end(), is_named);
  if (const JsonValue otherwise = record.get("otherwise")) {
    auto law = read_law(reader, otherwise);
    complete = complete && law;
    if (law) laws.law = std::move(*law);
  } else if (without != products.end()) {
    record.need("otherwise", "a law of time, as product " + *without + " has none of its own");
    complete = false;
  }
  if (!complete) return std::nullopt;
  return laws;
}

void write_law(JsonWriter& writer, const Distribution& law) {
  if (law.law() == Law::constant) {
    writer.text(time_text(law.number("value")));
    return;
  }
  writer.begin_object(Layout::one_line);
  if (law.law() == Law::mixture) {
    writer.key("law").text("mixture").key("parts").begin_array();
    for (std::size_t i = 0; i < law.parts().size(); ++i) {
      writer.begin_object().key("weight").number(law.weights()[i]).key("law");
      write_law(writer, law.parts()[i]);
      writer.end();
    }
    writer.end();
  } else if (law.law() == Law::empirical || law.law() == Law::discrete) {
    writer.key("law").text(law.law() == Law::empirical ? "empirical" : "discrete").key("values");
    write_times(writer, law.values());
    if (law.law() == Law::discrete) {
      writer.key("weights").begin_array();
      for (const double weight : law.weights()) writer.number(weight);
      writer.end();
    }
  } else {
    write_form(writer, law);
  }
  writer.end();
}

void write_law_by_product(JsonWriter& writer, const LawByProduct& laws) {
  if (laws.of.empty()) {
    write_law(writer, laws.law);
    return;
  }
  writer.begin_object(Layout::one_line).key("by_product").begin_object();
  for (const auto& [product, law] : laws.of) {
    writer.key(product);
    write_law(writer, law);
  }
  writer.end().key("otherwise");
  write_law(writer, laws.law);
  writer.end();
}

}  // namespace takt::io::detail
