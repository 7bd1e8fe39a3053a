// SPDX-License-Identifier: Apache-2.0
#include "io/plant/json_reader.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "plant/text.hpp"

namespace takt::io::detail {
namespace {

using Kind = JsonValue::Kind;
using takt::detail::in_quotes;

bool is_number(JsonValue value) { return value.kind() == Kind::integer || value.kind() == Kind::number; }

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  return out;
}

// The nearest name, however it is capitalised.
std::string nearest_of(std::string_view name, std::span<const std::string_view> names) {
  std::vector<std::string> lowered;
  for (const std::string_view known : names) lowered.push_back(lower(known));
  const auto nearest = std::find(lowered.begin(), lowered.end(), nearest_name(lower(name), lowered));
  return nearest == lowered.end() ? std::string()
                                  : std::string(names[static_cast<std::size_t>(nearest - lowered.begin())]);
}

// 'a time with its unit in quotes, such as "12 s"', with the number that was found if there was one.
std::string quantity_expected(JsonValue at, Dimension dimension) {
  std::string unit = units_of(dimension);
  unit = unit.substr(0, unit.find_first_of(" ,"));
  if (dimension == Dimension::ratio) unit = "%";
  if (dimension == Dimension::rate) unit = "/h";
  const std::string number = is_number(at) ? shortened(at.text()) : "12";
  return "a " + to_string(dimension) + " with its unit in quotes, such as " + in_quotes(number + " " + unit);
}

template <class T>
bool put(std::optional<T> read, T& out) {
  if (read) out = std::move(*read);
  return read.has_value();
}

}  // namespace

std::string joined(std::span<const std::string_view> names) {
  std::string text;
  for (const std::string_view name : names) {
    if (!text.empty()) text += ", ";
    text += name;
  }
  return text;
}

void JsonReader::fault(JsonValue at, std::string path, std::string value, std::string expected, std::string nearest) {
  faults_.push_back(
      {std::move(path), std::move(value), std::move(expected), std::move(nearest), tree_.file(), at.line()});
  if (faults_.size() <= tree_.limits().faults) return;
  std::vector<Fault> told = sorted_faults();
  told.back() = too_many_faults(tree_.file(), tree_.limits());
  throw InvalidInput(std::move(told));
}

void JsonReader::fault(JsonValue at, std::string expected, std::string nearest) {
  fault(at, at.pointer(), at.shown(), std::move(expected), std::move(nearest));
}

void JsonReader::unknown_name(JsonValue at, std::string_view what, std::span<const std::string_view> names) {
  fault(at, std::string(what) + " (" + joined(names) + ")", nearest_of(at.text(), names));
}

void JsonReader::take_over(JsonValue at, const std::vector<Fault>& faults) {
  for (const Fault& found : faults) {
    const JsonValue part = found.path.empty() ? JsonValue() : at.find(found.path);
    const JsonValue where = part ? part : at;
    const bool is_scalar = where.kind() != Kind::object && where.kind() != Kind::array;
    fault(where, where.pointer(), is_scalar ? where.shown() : found.value, found.expected, found.nearest);
  }
}

std::optional<std::string> JsonReader::text(JsonValue at, std::string expected) {
  if (!at) return std::nullopt;
  if (at.kind() == Kind::string) return std::string(at.text());
  fault(at, std::move(expected));
  return std::nullopt;
}

std::optional<bool> JsonReader::flag(JsonValue at) {
  if (!at) return std::nullopt;
  if (at.kind() == Kind::boolean) return at.text() == "true";
  fault(at, "true or false");
  return std::nullopt;
}

std::optional<double> JsonReader::number(JsonValue at, std::string expected) {
  if (!at) return std::nullopt;
  if (is_number(at)) {
    double value = 0.0;
    const std::string_view text = at.text();
    const auto error = std::from_chars(text.data(), text.data() + text.size(), value).ec;
    if (error == std::errc()) return value;
    if (error == std::errc::result_out_of_range)
      return 0.0;  // too near to 0: the parser refuses those that are too large
  }
  fault(at, std::move(expected));
  return std::nullopt;
}

std::optional<double> JsonReader::not_negative(JsonValue at) {
  const auto value = number(at, "a number, 0 or more");
  if (!value || *value >= 0.0) return value;
  fault(at, "a number, 0 or more");
  return std::nullopt;
}

std::optional<std::uint64_t> JsonReader::count(JsonValue at, std::uint64_t most) {
  if (!at) return std::nullopt;
  std::uint64_t value = 0;
  const std::string_view text = at.text();
  if (at.kind() == Kind::integer && !text.starts_with('-') &&
      std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc() && value <= most) {
    return value;
  }
  const std::string range = at.kind() == Kind::integer ? " from 0 to " + std::to_string(most) : "";
  fault(at, "a whole number" + range + (at.kind() == Kind::string ? " without quotes" : ""));
  return std::nullopt;
}

bool JsonReader::is_quantity_text(JsonValue at, Dimension dimension) {
  if (!at) return false;
  if (at.kind() == Kind::string) return true;
  fault(at, quantity_expected(at, dimension));
  return false;
}

std::optional<double> JsonReader::quantity(JsonValue at, Dimension dimension) {
  if (!is_quantity_text(at, dimension)) return std::nullopt;
  return made(at, [&] { return parse_quantity(at.text(), dimension); });
}

std::optional<Duration> JsonReader::duration(JsonValue at) {
  if (!is_quantity_text(at, Dimension::time)) return std::nullopt;
  return made(at, [&] { return parse_duration(at.text()); });
}

std::optional<WallClock::Instant> JsonReader::instant(JsonValue at, const std::string& zone) {
  if (!at) return std::nullopt;
  if (at.kind() != Kind::string) {
    fault(at, "an instant in quotes, such as \"2026-03-02T06:00:00\"");
    return std::nullopt;
  }
  return made(at, [&] { return parse_instant(at.text(), zone); });
}

std::optional<std::size_t> JsonReader::choice(JsonValue at, std::span<const std::string_view> names) {
  if (!at) return std::nullopt;
  const auto found = std::find(names.begin(), names.end(), at.text());
  if (at.kind() == Kind::string && found != names.end()) return static_cast<std::size_t>(found - names.begin());
  fault(at, "one of " + joined(names), nearest_of(at.text(), names));
  return std::nullopt;
}

JsonValue JsonReader::members(JsonValue at, std::string expected) {
  if (!at) return {};
  if (at.kind() == Kind::object) return at.first();
  fault(at, std::move(expected));
  return {};
}

JsonValue JsonReader::elements(JsonValue at, std::string expected) {
  if (!at) return {};
  if (at.kind() == Kind::array) return at.first();
  fault(at, std::move(expected));
  return {};
}

bool JsonReader::has_format(JsonValue root, std::string_view format, bool required) {
  const JsonValue found = root.find("format");
  if (!found) {
    if (required && root.kind() == Kind::object) fault(root, "/format", "nothing", in_quotes(format));
    return true;
  }
  if (found.kind() == Kind::string && found.text() == format) return true;
  fault(found, in_quotes(format));
  return false;
}

std::vector<Fault> JsonReader::sorted_faults() const {
  std::vector<Fault> sorted = faults_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Fault& a, const Fault& b) { return a.line < b.line; });
  return sorted;
}

JsonRecord::JsonRecord(JsonReader& reader, JsonValue object, std::string_view what,
                       std::span<const std::string_view> keys)
    : reader_(reader), object_(object), is_object_(object.kind() == Kind::object) {
  if (!is_object_) {
    reader.fault(object, std::string(what) + ": an object with " + joined(keys));
    return;
  }
  for (const std::string_view key : keys) {
    if (const JsonValue value = object.find(key)) values_.emplace_back(key, value);
  }
  for (JsonValue member = object.first(); member; member = member.next()) {
    if (std::find(keys.begin(), keys.end(), member.key()) != keys.end()) continue;
    const std::string nearest = nearest_of(member.key(), keys);
    reader.fault(member, member.pointer(), in_quotes(shortened(member.key())), "one of " + joined(keys), nearest);
    const auto meant = std::find(keys.begin(), keys.end(), nearest);
    if (meant != keys.end() && !get(*meant)) values_.emplace_back(*meant, member);
  }
}

JsonValue JsonRecord::get(std::string_view key) const {
  for (const auto& [name, value] : values_) {
    if (name == key) return value;
  }
  return {};
}

JsonValue JsonRecord::need(std::string_view key, std::string expected) const {
  const JsonValue value = get(key);
  if (!value && is_object_) {
    reader_.fault(object_, object_.pointer() + "/" + std::string(key), "nothing", std::move(expected));
  }
  return value;
}

bool JsonRecord::text(std::string_view key, std::string& out) const { return put(reader_.text(get(key)), out); }

bool JsonRecord::flag(std::string_view key, bool& out) const { return put(reader_.flag(get(key)), out); }

bool JsonRecord::count(std::string_view key, std::uint32_t& out, std::uint32_t most) const {
  const auto read = reader_.count(get(key), most);
  if (read) out = static_cast<std::uint32_t>(*read);
  return read.has_value();
}

bool JsonRecord::ratio(std::string_view key, double& out) const {
  return put(reader_.quantity(get(key), Dimension::ratio), out);
}

}  // namespace takt::io::detail
