// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/exit_status.hpp"
#include "cli/json.hpp"
#include "cli/messages.hpp"
#include "cli/verbs.hpp"
#include "takt/engine/model.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/io/store/whole_file.hpp"
#include "takt/topology/capacity.hpp"
#include "takt/topology/cut_off.hpp"
#include "takt/topology/drawing.hpp"
#include "takt/topology/findings.hpp"

namespace takt::cli {
namespace {

struct Options {
  std::filesystem::path plant;
  std::optional<std::filesystem::path> drawing;
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

const char* name_of(Finding::Kind kind) {
  switch (kind) {
    case Finding::Kind::unreachable: return "unreachable";
    case Finding::Kind::dead_end: return "dead_end";
    case Finding::Kind::endless_loop: break;
  }
  return "endless_loop";
}

Json json_of(const std::vector<Finding>& findings) {
  Json list = Json::array();
  for (const Finding& f : findings)
    list.push_back({{"kind", name_of(f.kind)}, {"paths", f.paths}, {"products", f.products}, {"sentence", f.sentence}});
  return list;
}

/// What the plant could give at best in the long run, and what stops all of it.
std::string outlook(const Model& model, const FlowGraph& graph) {
  const std::vector<CapacityBound> bounds = capacity_bounds(model, model.defaults);
  std::string text;
  if (std::isfinite(bounds[0].throughput_per_h)) {
    text += fmt::format("at most {:.4g} parts/h over a week", bounds[0].throughput_per_h);
    for (std::size_t i = 0; i < bounds[0].limited_by.size(); ++i)
      text += (i == 0 ? ", limited by " : " and ") + model.entities[bounds[0].limited_by[i]].path;
    text += "\n";
  }
  std::string single;
  for (const CutOff& cut : single_points_of_failure(graph))
    if (model.entities[graph.nodes[cut.node].entity].kind == Entity::Kind::machine)
      single += (single.empty() ? "" : ", ") + model.entities[graph.nodes[cut.node].entity].path;
  if (!single.empty()) text += "every part passes: " + single + "\n";
  return text;
}

void write_drawing(const std::filesystem::path& file, const FlowGraph& graph, const Model& model) {
  if (file.extension() == ".dot" || file.extension() == ".gv")
    io::write_whole(file, to_graphviz(graph, model));
  else if (file.extension() == ".svg")
    io::write_whole(file, to_svg(graph, model));
  else
    throw WrongUsage("--drawing: found '" + file.string() + "', expected a file that ends in .svg or .dot");
}

int validate(const Options& options) {
  try {
    const Model model = compile(io::load_plant(options.plant));
    const FlowGraph graph = flow_graph(model, model.defaults);
    const std::vector<Finding> warnings = findings(graph);
    for (const Finding& warning : warnings) say("warning: " + warning.sentence);
    if (!model.plant.calendars.empty() && model.plant.clock == WallClock{})
      say("warning: calendars without a clock: the plant begins on Thursday 1970-01-01 at 00:00 UTC");
    if (options.drawing) write_drawing(*options.drawing, graph, model);
    if (options.json) {
      print_data(pretty({{"plant", model.plant.name},
                         {"valid", true},
                         {"model_hash", hex(model.hash())},
                         {"faults", Json::array()},
                         {"warnings", json_of(warnings)}}));
    } else {
      print_data(fmt::format("{} is valid: {}\n", model.plant.name, contents(model)) + outlook(model, graph));
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
  arguments.option("--drawing", "FILE", options->drawing, "Draw the plant: FILE.svg, or FILE.dot for Graphviz");
  arguments.flag("--json", options->json, "Print one JSON document instead of text");
  return [options](const std::stop_token&) { return validate(*options); };
}

}  // namespace takt::cli
