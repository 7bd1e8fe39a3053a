// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/twin_bytes.hpp"

#include <utility>

#include "takt/core/error.hpp"

namespace takt {

std::vector<std::byte> to_bytes(const Twin& twin) {
  ByteWriter writer;
  writer(layout_of(twin), twin.model().hash(), twin);
  return std::move(writer).take();
}

Twin twin_of_bytes(std::shared_ptr<const Model> model, std::span<const std::byte> bytes) {
  Twin twin(std::move(model));
  std::uint64_t layout = 0, hash = 0;
  ByteReader reader(bytes);
  reader(layout, hash);
  if (layout != layout_of(twin))
    throw InvalidInput(
        Fault{.path = "bytes", .value = "a twin of another version", .expected = "one of this version of takt"});
  if (hash != twin.model().hash())
    throw InvalidInput(Fault{
        .path = "bytes", .value = "a twin of another plant", .expected = "a twin of plant " + twin.model().plant.name});
  reader(twin);
  if (!reader.at_end())
    throw InvalidInput(Fault{.path = "bytes", .value = "more bytes", .expected = "the end of the twin"});
  if (std::vector<Fault> faults = twin.faults(); !faults.empty()) throw InvalidInput(std::move(faults));
  return twin;
}

}  // namespace takt
