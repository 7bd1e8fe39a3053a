// SPDX-License-Identifier: Apache-2.0
// A plant written in C++: each call adds one thing, `build` validates the whole.
//
//   takt::PlantBuilder plant("bottling");
//   auto line = plant.line("acme", "filling", "line_1");
//   line.source("inlet", {.supply = takt::Source::Saturated{}}, {{"filler"}});
//   line.machine("filler", {.cycle_time = {takt::Distribution::exponential(11.0)}}, {{"store"}});
//   line.sink("store");
//   const takt::Model model = takt::compile(plant.build());
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "takt/plant/plant.hpp"

namespace takt {

class PlantBuilder {
 public:
  explicit PlantBuilder(std::string name) { plant_.name = std::move(name); }

  /// Adds to one line. Valid as long as its builder.
  class LineBuilder {
   public:
    LineBuilder& source(std::string name, Source source, std::vector<Output> to) {
      return add(std::move(name), std::move(source), std::move(to));
    }
    LineBuilder& machine(std::string name, Machine machine, std::vector<Output> to) {
      return add(std::move(name), std::move(machine), std::move(to));
    }
    LineBuilder& buffer(std::string name, Buffer buffer, std::vector<Output> to) {
      return add(std::move(name), buffer, std::move(to));
    }
    LineBuilder& sink(std::string name) { return add(std::move(name), Sink{}, {}); }

   private:
    friend class PlantBuilder;
    LineBuilder(Plant& plant, std::size_t enterprise, std::size_t workshop, std::size_t line)
        : plant_(&plant), enterprise_(enterprise), workshop_(workshop), line_(line) {}
    template <class Kind>
    LineBuilder& add(std::string name, Kind kind, std::vector<Output> to) {
      plant_->enterprises[enterprise_].workshops[workshop_].lines[line_].equipment.push_back(
          {std::move(name), std::move(kind), std::move(to)});
      return *this;
    }
    Plant* plant_;
    std::size_t enterprise_, workshop_, line_;
  };

  /// The line of that place, made with its workshop and enterprise if it is new.
  LineBuilder line(const std::string& enterprise, const std::string& workshop, const std::string& name) {
    const auto e = find_or_add(plant_.enterprises, enterprise);
    const auto w = find_or_add(plant_.enterprises[e].workshops, workshop);
    const auto l = find_or_add(plant_.enterprises[e].workshops[w].lines, name);
    return {plant_, e, w, l};
  }
  PlantBuilder& crew(const std::string& enterprise, const std::string& workshop, Crew crew) {
    workshop_of(enterprise, workshop).crews.push_back(std::move(crew));
    return *this;
  }
  PlantBuilder& controller(const std::string& enterprise, const std::string& workshop, Controller controller) {
    workshop_of(enterprise, workshop).controllers.push_back(std::move(controller));
    return *this;
  }
  PlantBuilder& product(std::string name) {
    plant_.products.push_back(std::move(name));
    return *this;
  }
  PlantBuilder& calendar(std::string name, Calendar calendar) {
    plant_.calendars.insert_or_assign(std::move(name), std::move(calendar));
    return *this;
  }
  PlantBuilder& cyber(Cyber cyber) {
    plant_.cyber = std::move(cyber);
    return *this;
  }
  PlantBuilder& clock(WallClock clock) {
    plant_.clock = std::move(clock);
    return *this;
  }

  /// The plant; throws InvalidInput with every fault of `validate`.
  Plant build() const {
    auto faults = validate(plant_);
    if (!faults.empty()) throw InvalidInput(std::move(faults));
    return plant_;
  }

 private:
  template <class Level>
  static std::size_t find_or_add(std::vector<Level>& levels, const std::string& name) {
    for (std::size_t i = 0; i < levels.size(); ++i)
      if (levels[i].name == name) return i;
    levels.emplace_back().name = name;
    return levels.size() - 1;
  }
  Workshop& workshop_of(const std::string& enterprise, const std::string& workshop) {
    auto& levels = plant_.enterprises[find_or_add(plant_.enterprises, enterprise)].workshops;
    return levels[find_or_add(levels, workshop)];
  }

  Plant plant_;
};

}  // namespace takt
