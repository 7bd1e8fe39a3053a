// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/exit_status.hpp"
#include "cli/json.hpp"
#include "cli/messages.hpp"
#include "cli/verbs.hpp"
#include "takt/engine/model.hpp"
#include "takt/io/plant/plant_file.hpp"

namespace takt::cli {
namespace {

struct Options {
  std::filesystem::path plant;
  bool json = false;
};

/// "1 enterprise", "8 machines".
std::string counted(std::size_t n, const char* thing) { return fmt::format("{} {}{}", n, thing, n == 1 ? "" : "s"); }

std::string contents(const Model& model) {
  const auto of = [&model](Entity::Kind kind) {
    return static_cast<std::size_t>(std::ranges::count(model.entities, kind, &Entity::kind));
  };
  std::string enterprises = counted(of(Entity::Kind::enterprise), "enterprise");
  return fmt::format("{}, {}, {}, {}, {}, {}, {}", enterprises, counted(of(Entity::Kind::workshop), "workshop"),
                     counted(of(Entity::Kind::line), "line"), counted(of(Entity::Kind::controller), "controller"),
                     counted(model.machines.size(), "machine"), counted(of(Entity::Kind::buffer), "buffer"),
                     counted(model.crews.size(), "crew"));
}

std::string invalid(const std::vector<Fault>& faults) {
  return pretty({{"plant", nullptr}, {"valid", false}, {"model_hash", nullptr}, {"faults", json_of(faults)}});
}

int validate(const Options& options) {
  try {
    const Model model = compile(io::load_plant(options.plant));
    if (options.json) {
      print_data(pretty(
          {{"plant", model.plant.name}, {"valid", true}, {"model_hash", hex(model.hash)}, {"faults", Json::array()}}));
    } else {
      print_data(fmt::format("{} is valid: {}\n", model.plant.name, contents(model)));
    }
    return kDone;
  } catch (const InvalidInput& error) {
    if (!options.json) throw;
    print_data(invalid(error.faults()));
  } catch (const FileError& error) {
    if (!options.json) throw;
    print_data(
        invalid({{.value = error.what(), .expected = "a file that can be read", .file = options.plant.string()}}));
  }
  return kInvalidInput;
}

}  // namespace

Action declare_validate(Arguments& arguments) {
  const auto options = std::make_shared<Options>();  // shared: an action can be copied
  arguments.file("PLANT", options->plant, "The plant, as takt-plant/1");
  arguments.flag("--json", options->json, "Print one JSON document instead of text");
  return [options](const std::stop_token&) { return validate(*options); };
}

}  // namespace takt::cli
