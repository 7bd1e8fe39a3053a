// SPDX-License-Identifier: Apache-2.0
// Whatever is reported of whatever plant, as readings made of bytes or as lines of takt-snapshot/1, the state keeps its
// invariants and goes on.
#include <fuzzer/FuzzedDataProvider.h>

#include <array>
#include <map>

#include "engine/random_plant.hpp"
#include "fuzz.hpp"
#include "takt/io/plant/plant_file.hpp"
#include "takt/sync/merge.hpp"

namespace {

using namespace takt;
using namespace std::chrono_literals;

constexpr std::uint32_t kPlants = 24;
constexpr int kMostSnapshots = 12;
constexpr double kMostInBuffer = 2000;  // more only takes longer: parts are placed one by one
constexpr std::uint64_t kMostCounted = 1'000'000'000;

const Model& model_of(std::uint32_t seed) {
  static std::map<std::uint32_t, Model> models;
  const auto known = models.find(seed);
  if (known != models.end()) return known->second;
  return models.emplace(seed, compile(test::RandomPlant(seed + 1).make(), {seed % 2 == 0})).first->second;
}

double number(FuzzedDataProvider& bytes) {
  switch (bytes.ConsumeIntegralInRange(0, 3)) {
    case 0: return bytes.ConsumeIntegralInRange(0, 20);
    case 1: return bytes.ConsumeProbability<double>();
    case 2: return bytes.ConsumeIntegral<std::uint16_t>();
    default: return bytes.ConsumeFloatingPointInRange(0.0, 1e300);
  }
}

std::uint64_t total(FuzzedDataProvider& bytes) {
  return bytes.ConsumeBool() ? bytes.ConsumeIntegralInRange<std::uint64_t>(0, 40)
                             : bytes.ConsumeIntegralInRange<std::uint64_t>(0, kMostCounted);
}

EntityReading reading_of(FuzzedDataProvider& bytes, const Model& model, const Entity& entity, WallClock::Instant now,
                         bool dense) {
  constexpr std::array kStates{"Execute",  "Idle",      "Aborted",  "Held",     "Stopped",
                               "Complete", "Suspended", "Starting", "Resetting"};
  const auto instant = [&] { return now - std::chrono::seconds{bytes.ConsumeIntegralInRange(-100, 5000)}; };
  EntityReading reading;
  reading.path = entity.path;
  if (bytes.ConsumeBool()) reading.state = bytes.PickValueInArray(kStates);
  if (bytes.ConsumeBool()) reading.state_since = instant();
  if (dense || bytes.ConsumeBool()) reading.level = std::min(number(bytes), kMostInBuffer);
  if (bytes.ConsumeBool()) reading.cycle_time_last_s = number(bytes);
  if (dense || bytes.ConsumeBool()) {
    CounterReading& counters = reading.counters.emplace();
    if (dense || bytes.ConsumeBool()) counters.in = total(bytes);
    if (dense || bytes.ConsumeBool()) counters.good = total(bytes);
    if (bytes.ConsumeBool()) counters.scrap = total(bytes);
    if (!dense) counters.reset_epoch = bytes.ConsumeIntegralInRange(0, 2);
  }
  if (bytes.ConsumeBool()) {
    reading.in_process.emplace();
    for (int i = bytes.ConsumeIntegralInRange(0, 4); i > 0; --i) {
      PartInProcess& part = reading.in_process->emplace_back();
      if (bytes.ConsumeBool())
        part.product = model.products[bytes.ConsumeIntegral<std::uint8_t>() % model.products.size()];
      if (bytes.ConsumeBool()) part.part = bytes.ConsumeRandomLengthString(3);
      if (bytes.ConsumeBool()) part.started_at = instant();
      if (bytes.ConsumeBool()) part.worked_s = number(bytes);
    }
  }
  if (bytes.ConsumeIntegralInRange(0, 9) == 0) reading.quality = bytes.ConsumeBool() ? "bad" : "uncertain";
  return reading;
}

Snapshot snapshot_of(FuzzedDataProvider& bytes, const Model& model, WallClock::Instant now) {
  const bool dense = bytes.ConsumeBool();  // levels and counters on both sides, which may disagree
  Snapshot snapshot;
  for (const Entity& entity : model.entities) {
    const bool may_report = entity.kind == Entity::Kind::machine || entity.kind == Entity::Kind::buffer;
    if ((dense && may_report) || bytes.ConsumeIntegralInRange(0, 3) == 0)
      snapshot.entities.push_back(reading_of(bytes, model, entity, now, dense));
  }
  return snapshot;
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  FuzzedDataProvider bytes(data, size);
  const std::uint32_t seed = bytes.ConsumeIntegral<std::uint8_t>() % kPlants;
  const bool from_text = bytes.ConsumeIntegralInRange(0, 7) == 0;
  const Model& model = model_of(seed);
  State state = start(model, model.defaults, seed);
  CounterBook book;
  for (int i = 1; i <= kMostSnapshots && bytes.remaining_bytes() > 0; ++i) {
    const Time until = state.now + std::chrono::seconds{bytes.ConsumeIntegralInRange(0, 300)};
    if (advance(model, model.defaults, state, until).status != Outcome::Status::done) return 0;
    const WallClock::Instant now = model.plant.clock.to_wall(state.now);
    try {
      Snapshot snapshot =
          from_text ? io::parse_snapshot(bytes.ConsumeRandomLengthString(2000)) : snapshot_of(bytes, model, now);
      snapshot.ts = now;
      snapshot.source = "plc";
      snapshot.seq = static_cast<std::uint64_t>(i);
      const MergeReport report = merge(model, model.defaults, state, snapshot, book);
      fuzz::require(report.status != MergeReport::Status::late, "the snapshot is of now");
    } catch (const InvalidInput&) {
      continue;  // no snapshot, or one of what the plant does not have
    }
    const auto faults = check_invariants(model, state);
    if (!faults.empty()) fuzz::require(false, to_text(faults.front()).c_str());
  }
  advance(model, model.defaults, state, state.now + 10min);
  fuzz::require(check_invariants(model, state).empty(), "the state goes on");
  return 0;
}
