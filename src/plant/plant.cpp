// SPDX-License-Identifier: Apache-2.0
#include "takt/plant/plant.hpp"

#include "plant/text.hpp"

namespace takt {

std::string kind_of(const Equipment& equipment) {
  struct Name {
    const char* operator()(const Source&) const { return "source"; }
    const char* operator()(const Machine&) const { return "machine"; }
    const char* operator()(const Buffer&) const { return "buffer"; }
    const char* operator()(const Sink&) const { return "sink"; }
  };
  return std::visit(Name{}, equipment.is);
}

std::string pointer_of(const Enterprise& enterprise, const Workshop& workshop, const Line& line,
                       const Equipment& equipment) {
  return detail::pointer_of(enterprise, workshop, "lines", line.name) + "/equipment/" +
         detail::pointer_token(equipment.name);
}

}  // namespace takt
