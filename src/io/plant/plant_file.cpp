// SPDX-License-Identifier: Apache-2.0
#include "takt/io/plant/plant_file.hpp"

#include <algorithm>
#include <string_view>

#include "io/plant/plant_json.hpp"
#include "io/plant/text_file.hpp"
#include "plant/text.hpp"

namespace takt::io {
namespace {

using detail::JsonReader;
using detail::JsonTree;
using detail::JsonValue;

// The pointers of what could not be read. A fault of meaning at, within or around one of them would be a mere
// consequence.
class Unreadable {
 public:
  Unreadable(const JsonReader& reader, std::vector<std::string> broken) : pointers_(std::move(broken)) {
    const auto& faults = reader.faults();
    // The first of two equal names was read whole.
    for (std::size_t i = reader.tree().duplicates().size(); i < faults.size(); ++i) pointers_.push_back(faults[i].path);
    std::sort(pointers_.begin(), pointers_.end());
  }

  bool explains(const Fault& fault) const {
    for (std::size_t end = 0;; end = fault.path.find('/', end + 1)) {
      if (std::binary_search(pointers_.begin(), pointers_.end(), fault.path.substr(0, end))) return true;
      if (end == std::string::npos) break;
    }
    return !is_about_name(fault) && contains(fault.path + "/");
  }

 private:
  // A name is wrong by itself, whatever it names.
  static bool is_about_name(const Fault& fault) {
    const std::string token = fault.path.substr(fault.path.rfind('/') + 1);
    return fault.value.size() > 2 &&
           takt::detail::pointer_token(fault.value.substr(1, fault.value.size() - 2)) == token;
  }
  bool contains(const std::string& prefix) const {
    const auto at = std::lower_bound(pointers_.begin(), pointers_.end(), prefix);
    return at != pointers_.end() && at->starts_with(prefix);
  }

  std::vector<std::string> pointers_;
};

// Gives a fault of meaning its line: of the value its pointer leads to, or as near as the file has it.
Fault placed(Fault fault, const JsonTree& tree) {
  std::string_view rest;
  const JsonValue at = tree.follow(fault.path, rest);
  fault.file = tree.file();
  fault.line = at.line();
  const bool is_scalar = at.kind() != JsonValue::Kind::object && at.kind() != JsonValue::Kind::array;
  if (is_scalar) fault.path.resize(fault.path.size() - rest.size());  // "to": "filler" stands for a list of outputs
  return fault;
}

Plant read(const JsonTree& tree) {
  JsonReader reader(tree);
  if (!reader.has_format(tree.root(), detail::kPlantFormat, true)) throw InvalidInput(reader.sorted_faults());

  detail::PlantRead read = detail::read_plant(reader);
  std::vector<Fault> faults = reader.faults();
  const Unreadable unreadable(reader, std::move(read.broken));
  const std::size_t most = tree.limits().faults;
  bool has_more = false;
  for (Fault& fault : validate(read.plant)) {
    if (unreadable.explains(fault)) continue;
    has_more = faults.size() >= most;
    if (has_more) break;
    faults.push_back(placed(std::move(fault), tree));
  }
  if (faults.empty()) return std::move(read.plant);
  std::stable_sort(faults.begin(), faults.end(), [](const Fault& a, const Fault& b) { return a.line < b.line; });
  if (has_more) faults.push_back(detail::too_many_faults(tree.file(), tree.limits()));
  throw InvalidInput(std::move(faults));
}

}  // namespace

Plant load_plant(const std::filesystem::path& file, const Limits& limits) {
  return parse_plant(detail::read_text_file(file, limits), file.string(), limits);
}

Plant parse_plant(std::string_view text, const std::string& name, const Limits& limits) {
  return read(JsonTree(text, name, limits));
}

}  // namespace takt::io
