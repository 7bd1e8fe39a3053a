// SPDX-License-Identifier: Apache-2.0
#include "takt/io/plant/scenario_file.hpp"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <set>

#include "io/plant/json_reader.hpp"
#include "io/plant/text_file.hpp"
#include "plant/text.hpp"
#include "takt/study/scenario_plan.hpp"
#include "takt/study/sweep.hpp"

namespace takt::io {
namespace {

using detail::JsonReader;
using detail::JsonRecord;
using detail::JsonTree;
using detail::JsonValue;
using Json = nlohmann::ordered_json;

constexpr std::string_view kFormat = "takt-scenarios/1";
constexpr std::array<std::string_view, 3> kDesigns{"grid", "latin_hypercube", "list"};  // in the order of Design::Kind

class ScenarioReader {
 public:
  ScenarioReader(const JsonTree& tree, const Json& json, const Model& present, std::filesystem::path folder,
                 std::string plant_file)
      : reader_(tree),
        json_(json),
        present_(present),
        folder_(std::move(folder)),
        present_file_(std::move(plant_file)),
        plant_file_(present_file_) {}

  std::vector<Scenario> read() {
    const JsonValue root = reader_.tree().root();
    if (!reader_.has_format(root, kFormat, true)) throw InvalidInput(reader_.sorted_faults());
    const JsonRecord record(reader_, root, "scenarios", {"format", "scenarios", "sweeps"});
    const std::string named = "an object with the scenarios by name";
    for (JsonValue s = reader_.members(record.get("scenarios"), named); s; s = s.next()) scenario_at(s);
    const std::string swept = "an object with the sweeps by name";
    for (JsonValue s = reader_.members(record.get("sweeps"), swept); s; s = s.next()) sweep_at(s);
    if (!reader_.faults().empty()) throw InvalidInput(reader_.sorted_faults());
    return std::move(scenarios_);
  }

 private:
  void scenario_at(JsonValue value) {
    const JsonRecord record(reader_, value, "a scenario", {"plant", "equipment", "set"});
    ScenarioPlan made{std::string(value.key()), {}, {}};
    if (change(record, made)) add(made, value, {record.get("set")});
  }

  /// Makes it ready to run; a fault of a number is told where it stands in one of the objects `at`.
  void add(ScenarioPlan scenario, JsonValue value, std::initializer_list<JsonValue> at) {
    if (!names_.insert(scenario.name).second)
      reader_.fault(value, value.pointer(), '"' + scenario.name + '"', "a name that no other scenario has");
    std::vector<Fault> faults;
    take_counts(scenario, present_.plant, faults);
    try {
      if (faults.empty()) scenarios_.push_back(compiled(scenario, present_.options));
      const Model& model = scenario.plant && faults.empty() ? *scenarios_.back().model : present_;
      Parameters numbers = model.defaults;
      set_numbers(model, numbers, scenario.numbers);
    } catch (const InvalidInput& error) {
      for (const Fault& fault : error.faults()) faults.push_back(with_counts(fault, present_.plant));
    }
    for (Fault& fault : faults) {
      if (!told_.insert(fault.path + fault.value).second) continue;  // of another point of the same sweep
      JsonValue place = value;
      for (const JsonValue object : at)
        if (const JsonValue found = object ? object.find(fault.path) : JsonValue()) place = found;
      const bool is_unknown = fault.value.empty();
      reader_.fault(place, fault.path, fault.value, fault.expected + (is_unknown ? in_plant() : ""), fault.nearest);
    }
  }

  /// Where the plant stands that a path is looked for in.
  std::string in_plant() const { return plant_file_.empty() ? "" : " (" + plant_file_ + ")"; }

  /// What a scenario and a sweep have in common.
  bool change(const JsonRecord& record, ScenarioPlan& made) {
    const std::size_t faults = reader_.faults().size();
    plant_file_ = present_file_;
    if (const JsonValue plant = record.get("plant")) own_plant(plant, made);
    if (const JsonValue equipment = record.get("equipment")) edit(equipment, made);
    const std::string expected = "an object with a value for each path";
    for (JsonValue number = reader_.members(record.get("set"), expected); number; number = number.next())
      if (auto text = value_text(number)) made.numbers.emplace_back(number.key(), std::move(*text));
    return reader_.faults().size() == faults;
  }

  /// A quantity, or a bare whole number for a count.
  std::optional<std::string> value_text(JsonValue value) {
    if (value.kind() == JsonValue::Kind::integer) return std::string(value.text());
    return reader_.text(value, "a value with its unit such as \"11 s\", or a whole number for a count");
  }

  void own_plant(JsonValue value, ScenarioPlan& made) {
    const auto file = reader_.text(value, "the file of a plant");
    if (!file) return;
    try {
      made.plant = load_plant(folder_ / *file);
      plant_file_ = (folder_ / *file).string();
    } catch (const InvalidInput& error) {
      for (const Fault& fault : error.faults()) reader_.fault(value, to_text(fault), "", "a plant without faults");
    } catch (const FileError& error) {
      reader_.fault(value, value.pointer(), error.what(), "the file of a plant, as seen from this file's folder");
    }
  }

  /// Equipment by path as a JSON Merge Patch (RFC 7396) on what the plant has there.
  void edit(JsonValue value, ScenarioPlan& made) {
    const std::string expected = "an object with equipment as in takt-plant/1, or null to remove it, for each path";
    Json plant = Json::parse(to_json(made.plant ? *made.plant : present_.plant));
    for (JsonValue each = reader_.members(value, expected); each; each = each.next()) {
      const std::optional<Json::json_pointer> at = pointer_to(each, plant);
      if (!at) return;
      // Not there: no JSON, or a key that stands twice, as the tree has told.
      const Json::json_pointer here(each.pointer());
      if (json_.is_discarded() || !json_.contains(here)) return;
      const Json& patch = json_.at(here);
      if (patch.is_null()) {
        plant.at(at->parent_pointer()).erase(at->back());
        disown(plant, std::string(each.key()));
      } else if (patch.is_object()) {
        plant[*at].merge_patch(patch);
      } else {
        reader_.fault(each, expected);
        return;
      }
    }
    try {
      made.plant = parse_plant(plant.dump(1));
    } catch (const InvalidInput& error) {
      for (const Fault& fault : error.faults())
        reader_.fault(value, value.pointer() + ": the plant's " + fault.path, fault.value, fault.expected,
                      fault.nearest);
    }
  }

  /// What is removed is no longer owned by any controller.
  static void disown(Json& plant, const std::string& path) {
    for (auto& [enterprise, its_workshops] : plant["enterprises"].items())
      for (auto& [name, workshop] : its_workshops["workshops"].items()) {
        const std::string here = "/" + enterprise + "/" + name + "/";
        const auto is_it = [&](const Json& owned) { return owned == path || here + owned.get<std::string>() == path; };
        if (!workshop.contains("controllers")) continue;
        for (auto& [controller, its] : workshop["controllers"].items())
          if (its.contains("owns"))
            its["owns"].erase(std::remove_if(its["owns"].begin(), its["owns"].end(), is_it), its["owns"].end());
      }
  }

  /// Where the equipment at a path stands in a plant's JSON; nothing, after a fault, if its line is not there, or if it
  /// is to be removed and is not there.
  std::optional<Json::json_pointer> pointer_to(JsonValue each, const Json& plant) {
    static constexpr std::array kLevels{"enterprises", "workshops", "lines", "equipment"};
    Json::json_pointer at;
    std::string rest(each.key());
    std::string path;
    for (std::size_t level = 0; level < kLevels.size(); ++level) {
      at /= kLevels[level];
      const std::size_t end = std::min(rest.find('/', 1), rest.size());
      const std::string name = rest.empty() ? "" : rest.substr(1, end - 1);
      const bool is_last = level + 1 == kLevels.size();
      const bool may_be_new = is_last && each.kind() == JsonValue::Kind::object;
      if (rest.empty() || rest[0] != '/' || name.empty() || (is_last && end != rest.size())) break;
      if (!plant.contains(at) || (!plant.at(at).contains(name) && !may_be_new)) {
        std::vector<std::string> known;
        if (plant.contains(at))
          for (const auto& [key, child] : plant.at(at).items()) known.push_back(path + "/" + key);
        reader_.fault(
            each, each.pointer(), '"' + std::string(each.key()) + '"',
            (is_last ? "the path of equipment that the plant has" : "a path within a line of the plant") + in_plant(),
            nearest_name(path + "/" + name, known));
        return std::nullopt;
      }
      at /= name;
      path += "/" + name;
      rest = rest.substr(end);
      if (is_last) return at;
    }
    reader_.fault(each, each.pointer(), '"' + std::string(each.key()) + '"',
                  "the path of an equipment such as \"/acme/filling/line_1/filler\"");
    return std::nullopt;
  }

  void sweep_at(JsonValue value) {
    const JsonRecord record(reader_, value, "a sweep",
                            {"plant", "equipment", "set", "vary", "design", "points", "seed"});
    ScenarioPlan base;
    const std::size_t faults = reader_.faults().size();
    change(record, base);
    Design design;
    record.choice("design", kDesigns, design.kind);
    record.count("points", design.points, static_cast<std::uint32_t>(kMostScenarios));
    if (const auto seed = reader_.count(record.get("seed"), ~std::uint64_t{0})) design.seed = *seed;
    const std::string expected = "an object with values for each path";
    const JsonValue vary = record.need("vary", expected);
    std::vector<Axis> axes;
    for (JsonValue axis = reader_.members(vary, expected); axis; axis = axis.next())
      if (auto read = this->axis(axis)) axes.push_back(std::move(*read));
    if (reader_.faults().size() > faults) return;
    try {
      for (ScenarioPlan& each : sweep(axes, design)) {
        ScenarioPlan whole = base;
        whole.name = std::string(value.key()) + ": " + each.name;
        whole.numbers.insert(whole.numbers.end(), each.numbers.begin(), each.numbers.end());
        add(std::move(whole), value, {record.get("set"), vary});
      }
    } catch (const InvalidInput& error) {
      for (const Fault& fault : error.faults()) reader_.fault(vary, fault.path, fault.value, fault.expected);
    }
  }

  /// ["9 s", "10 s"] or "range(8 s, 12 s, 5)".
  std::optional<Axis> axis(JsonValue value) {
    std::string text;
    if (value.kind() == JsonValue::Kind::array) {
      for (JsonValue each = value.first(); each; each = each.next()) {
        const auto one = value_text(each);
        if (!one) return std::nullopt;
        text += (text.empty() ? "" : ",") + *one;
      }
    } else if (auto one = reader_.text(value, "a list of values, or \"range(FROM, TO, STEPS)\"")) {
      text = *one;
    } else {
      return std::nullopt;
    }
    try {
      return read_axis(std::string(value.key()), text);
    } catch (const InvalidInput& error) {
      const Fault& fault = error.faults().front();
      reader_.fault(value, value.pointer(), fault.value, fault.expected);
    }
    return std::nullopt;
  }

  JsonReader reader_;
  const Json& json_;
  const Model& present_;
  std::filesystem::path folder_;
  std::string present_file_, plant_file_;  // of the present's plant, and of that which the scenario at hand changes
  std::vector<Scenario> scenarios_;
  std::set<std::string> names_, told_;
};

}  // namespace

std::vector<Scenario> load_scenarios(const std::filesystem::path& file, const Model& present, const Limits& limits,
                                     const std::string& plant_file) {
  return parse_scenarios(detail::read_text_file(file, limits), present, file.string(), file.parent_path(), limits,
                         plant_file);
}

std::vector<Scenario> parse_scenarios(std::string_view text, const Model& present, const std::string& name,
                                      const std::filesystem::path& folder, const Limits& limits,
                                      const std::string& plant_file) {
  const JsonTree tree(text, name, limits);
  const Json json = Json::parse(text, nullptr, false);  // the tree has said what is no JSON
  return ScenarioReader(tree, json, present, folder, plant_file).read();
}

}  // namespace takt::io
