// SPDX-License-Identifier: Apache-2.0
#include "io/store/model_text.hpp"

#include <fmt/format.h>

#include "takt/io/plant/plant_file.hpp"

namespace takt::io::detail {

std::string hash_text(std::uint64_t hash) { return fmt::format("{:016x}", hash); }

void write_model(StoreWriter& store, const Model& model) {
  store.attribute("/", "plant_name", model.plant.name);
  store.attribute("/", "model_hash", hash_text(model.hash()));
  store.attribute("/", "part_identity", std::uint64_t{model.options.part_identity});
  store.text("/plant", to_json(model.plant));
}

Model read_model(const StoreReader& store) {
  Model model = compile(parse_plant(store.text("/plant"), "/plant"),
                        {.part_identity = store.count_attribute("/", "part_identity") != 0});
  if (const std::string stored = store.text_attribute("/", "model_hash"); stored != hash_text(model.hash()))
    store.fail("/plant", "compiles to a model with the hash " + hash_text(model.hash()) + ", expected " + stored +
                             ": it was written by a version that runs plants otherwise");
  return model;
}

}  // namespace takt::io::detail
