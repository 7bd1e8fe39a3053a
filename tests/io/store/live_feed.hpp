// SPDX-License-Identifier: Apache-2.0
// Deliveries of a plant that does not exist: the same ones every time, each known by its number.
#pragma once

#include <memory>
#include <vector>

#include "engine/plants.hpp"
#include "sync/plant_news.hpp"
#include "takt/sync/live_twin.hpp"

namespace takt::test {

constexpr WallClock::Instant kFeedBegin{Duration{std::chrono::seconds{1'700'000'000}}};

inline Plant feed_plant() {
  Plant plant = serial_line(
      {failing(Distribution::lognormal(10.0, 0.3), 500.0, 60.0),
       failing(Distribution::lognormal(10.0, 0.3), 500.0, 60.0), machine_with(Distribution::lognormal(9.0, 0.2))},
      {4, 4});
  plant.clock.epoch = kFeedBegin;
  return plant;
}

/// Three sources that speak in turn, one message a second; every message arrives 100 to 900 ms late, some overtake
/// others, one in fifty never comes, and now and then a source says that it is gone and is born again.
class LiveFeed {
 public:
  LiveFeed() : model_(std::make_unique<Model>(compile(feed_plant()))) {
    for (std::size_t s = 0; s < 3; ++s) news_.emplace_back(*model_, s + 1, std::string(1, static_cast<char>('a' + s)));
  }

  /// Delivery `number`, from 1 on; to be asked for in order.
  Delivery next() {
    ++number_;
    const std::size_t s = number_ % 3;
    PlantNews& news = news_[s];
    const Duration time = std::chrono::seconds{number_};
    Delivery delivery{.arrival = kFeedBegin + time + std::chrono::milliseconds{100 + news.number(800)},
                      .source = std::string(1, static_cast<char>('a' + s))};
    if (seq_[s] > 0 && news.chance(0.005)) {
      delivery.kind = Delivery::Kind::death;
      seq_[s] = 0;
      ++epoch_[s];
      return delivery;
    }
    if (seq_[s] > 0 && news.chance(0.02)) ++seq_[s];  // one that never comes
    delivery.snapshot = news.at(Time{time}, seq_[s]++);
    delivery.snapshot.epoch = epoch_[s];
    return delivery;
  }
  std::uint64_t number() const { return number_; }

 private:
  std::unique_ptr<Model> model_;
  std::vector<PlantNews> news_;
  std::array<std::uint64_t, 3> seq_{}, epoch_{};
  std::uint64_t number_ = 0;
};

}  // namespace takt::test
