// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/particles.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sync/obedience.hpp"
#include "sync/segments.hpp"
#include "takt/engine/detail/state_moves.hpp"

namespace takt {
namespace {

using detail::FlowMap;
using detail::LevelNews;
using detail::MachineNews;
using detail::News;
using detail::Segments;

constexpr double kResampleBelow = 0.5;    // of the members that count
constexpr double kLeastVariance = 0.3;    // of a count, in parts squared: where in its cycle the machine stands
constexpr double kRenewalVariance = 1.8;  // times the cycle's squared coefficient of variation, a part

/// Calls task(i) for every i below `count`, some of them a turn.
template <class Task>
void for_each_of(std::size_t count, ThreadPool& pool, Task task) {
  const std::size_t turn = std::max<std::size_t>(1, count / (std::size_t{8} * pool.threads()));
  pool.run((count + turn - 1) / turn, [&](std::size_t t) {
    for (std::size_t i = t * turn; i < std::min(count, (t + 1) * turn); ++i) task(i);
  });
}

}  // namespace

/// One snapshot going into all members.
class ParticleUpdate {
 public:
  ParticleUpdate(Particles& particles, const Model& model, const Parameters& parameters, const Snapshot& snapshot,
                 ThreadPool& pool)
      : particles_(particles),
        model_(model),
        numbers_(parameters),
        snapshot_(snapshot),
        pool_(pool),
        flow_(model),
        at_(particles.members().front().now),
        message_(mix64(mix64(hash_path(snapshot.source) ^ snapshot.epoch) ^ snapshot.seq)) {}

  ParticleReport run() {
    note_news();
    obey();
    weigh();
    if (report_.effective < kResampleBelow * static_cast<double>(particles_.size())) resample();
    return report_;
  }

 private:
  std::size_t size() const { return particles_.size(); }
  double span_s(const std::map<std::uint32_t, Time>& seen, std::uint32_t index) const {
    const auto it = seen.find(index);
    return to_seconds(at_ - (it == seen.end() ? Time{} : it->second));
  }

  void note_news() {
    news_.counted.assign(model_.machines.size(), 0);
    std::map<std::uint32_t, const EntityReading*> of_machine;
    for (const EntityReading& reading : snapshot_.entities) {
      if (reading.quality == "bad") continue;
      const Entity& entity = model_.entity(reading.path);
      if (entity.kind == Entity::Kind::machine) of_machine[entity.index] = &reading;
      if (entity.kind == Entity::Kind::buffer) note_level(reading, entity.index);
    }
    for (const std::uint32_t m : flow_.upstream_order)
      if (const auto it = of_machine.find(m); it != of_machine.end()) note_machine(*it->second, m);
  }

  void note_level(const EntityReading& reading, std::uint32_t b) {
    constexpr double kMost = 1e6;
    if (!reading.level || !(*reading.level >= 0.0)) return;
    if (*reading.level > std::min<double>(model_.buffers[b].capacity, kMost)) return;
    news_.levels.push_back({b, static_cast<std::uint32_t>(std::lround(*reading.level)), reading.quality == "good"});
    particles_.levels_[b] = at_;
  }

  void note_machine(const EntityReading& reading, std::uint32_t m) {
    const MachineSpec& spec = model_.machines[m];
    const bool can_fail = (spec.flags & kHasFailure) != 0;
    MachineNews news;
    news.reading = &reading;
    news.machine = m;
    news.certain = reading.quality == "good";
    if (reading.state && (can_fail || mode_of(*reading.state) != ReportedMode::down)) {
      news.mode = mode_of(*reading.state);
      news.state_span_s = span_s(particles_.states_, m);
      particles_.states_[m] = at_;
    }
    if (reading.counters && reading.counters->good) note_counter(*reading.counters, news);
    const double span = news.mode ? news.state_span_s : news.count_span_s;
    if (can_fail) {
      news.fails = std::min(0.5, numbers_.law(spec.failure_law).cdf(span));
      news.repaired = numbers_.law(spec.repair_law).cdf(span);
    }
    news_.machines.push_back(news);
  }

  void note_counter(const CounterReading& now, MachineNews& news) {
    const MachineSpec& spec = model_.machines[news.machine];
    const auto known = particles_.counters_.find(news.machine);
    const bool fresh = known == particles_.counters_.end() || known->second.reading.reset_epoch != now.reset_epoch;
    news.good = *now.good;
    news.scrap = now.scrap.value_or(0);
    news.scrap_told = now.scrap.has_value();
    if (!fresh) {
      const Particles::Count& before = known->second;
      if (*now.good < *before.reading.good || now.scrap.value_or(0) < before.reading.scrap.value_or(0)) return;
      news.counted = true;
      news.count_span_s = to_seconds(at_ - before.at);
      news.counted_now = static_cast<double>(*now.good - *before.reading.good) +
                         static_cast<double>(news.scrap - before.reading.scrap.value_or(news.scrap));
      const Distribution& cycle = numbers_.law(detail::law_for(model_, spec, spec.cycle_law, 0));
      const double mean = std::max(cycle.mean(), 1e-9);
      const double cv2 = cycle.variance() / (mean * mean);
      news.expected = news.count_span_s / mean * spec.servers;
      news.count_variance = kLeastVariance * spec.servers + kRenewalVariance * cv2 * std::max(news.counted_now, 1.0);
    }
    news.base = fresh;
    news_.counted[news.machine] = 1;
    particles_.counters_[news.machine] = {now, at_};
  }

  void obey() {
    segments_ = Segments(model_, flow_, news_);
    factors_.assign(size() * segments_.count, 1.0);
    std::vector<char> agreed(size(), 0);
    const std::span<State> members = particles_.ensemble_.members();
    for_each_of(size(), pool_, [&](std::size_t i) {
      const std::span<double> factors = std::span(factors_).subspan(i * segments_.count, segments_.count);
      if (particles_.ensemble_.outcomes()[i] != Outcome::Status::done) {
        std::ranges::fill(factors, 1e-6);  // it is stuck: what is sensed is not told to it
        return;
      }
      detail::Obedience obedience(model_, numbers_, members[i], flow_, news_, message_);
      agreed[i] = obedience.run(factors, segments_.of_machine, segments_.of_buffer) ? 1 : 0;
    });
    report_.agreed = static_cast<double>(std::ranges::count(agreed, 1)) / static_cast<double>(size());
    segments_.cut(model_, members, flow_, news_, factors_);
  }

  void weigh() {
    report_.segments = segments_.count;
    by_segment_.assign(segments_.count, std::vector<double>(size()));
    std::vector<double>& joint = particles_.weights_;
    report_.effective = static_cast<double>(size());
    for (std::uint32_t s = 0; s < segments_.count; ++s) {
      std::vector<double>& w = by_segment_[s];
      for (std::size_t i = 0; i < size(); ++i) w[i] = joint[i] * factors_[i * segments_.count + s];
      report_.effective = std::min(report_.effective, normalise(w));
    }
    for (std::size_t i = 0; i < size(); ++i)
      for (std::uint32_t s = 0; s < segments_.count; ++s) joint[i] *= factors_[i * segments_.count + s];
    double sum = 0.0;
    for (const double w : joint) sum += w;
    report_.log_evidence = std::log(std::max(sum, 1e-300));
    normalise(joint);
  }

  /// To the sum 1; the number of members that count.
  static double normalise(std::vector<double>& weights) {
    double sum = 0.0;
    for (const double w : weights) sum += w;
    double squares = 0.0;
    for (double& w : weights) {
      w = sum > 0.0 ? w / sum : 1.0 / static_cast<double>(weights.size());
      squares += w * w;
    }
    return 1.0 / squares;
  }

  /// How often each member is drawn: n equal steps through the weights from a random beginning (Kitagawa 1996).
  std::vector<std::uint32_t> drawn(const std::vector<double>& weights, std::uint32_t segment) const {
    const State& first = particles_.members().front();
    Draw draw(stream_key(first.seed, 0, mix64(message_ ^ segment ^ std::uint64_t{5} << 40), Purpose::merge), 0);
    const auto n = static_cast<double>(weights.size());
    const double begin = draw.uniform();
    std::vector<std::uint32_t> copies(weights.size(), 0);
    double sum = 0.0;
    std::size_t steps = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      sum += weights[i] * n;
      while (steps < weights.size() && static_cast<double>(steps) + begin < sum) {
        ++copies[i];
        ++steps;
      }
    }
    copies.back() += static_cast<std::uint32_t>(weights.size() - steps);
    return copies;
  }

  void resample() {
    report_.resampled = true;
    if (segments_.count == 1) {
      particles_.ensemble_.resample(model_, numbers_, drawn(by_segment_[0], 0), pool_);
    } else {
      std::vector<std::vector<std::uint32_t>> parents;
      for (std::uint32_t s = 0; s < segments_.count; ++s)
        parents.push_back(detail::parents_of(drawn(by_segment_[s], s)));
      const std::vector<State> mixed = detail::mixed_members(model_, particles_.members(), segments_, parents);
      std::vector<const State*> by(size(), nullptr);
      for (std::size_t i = 0; i < size(); ++i)
        if (std::ranges::any_of(parents, [i](const auto& of) { return of[i] != i; })) by[i] = &mixed[i];
      particles_.ensemble_.replace(model_, numbers_, by, pool_);
    }
    std::ranges::fill(particles_.weights_, 1.0 / static_cast<double>(size()));
  }

  Particles& particles_;
  const Model& model_;
  const Parameters& numbers_;
  const Snapshot& snapshot_;
  ThreadPool& pool_;
  FlowMap flow_;
  Time at_;
  std::uint64_t message_;
  News news_;
  Segments segments_;
  std::vector<double> factors_;  ///< (segments of member 0, of member 1, ...)
  std::vector<std::vector<double>> by_segment_;
  ParticleReport report_;
};

Particles::Particles(const Model& model, const Parameters& parameters, const State& state, std::size_t members,
                     ThreadPool& pool)
    : ensemble_(model, parameters, state, members, pool),
      weights_(members, members == 0 ? 0.0 : 1.0 / static_cast<double>(members)) {}

void Particles::advance_to(const Model& model, const Parameters& parameters, Time t, ThreadPool& pool) {
  if (size() > 0 && t > members().front().now) ensemble_.advance(model, parameters, t, pool);
}

ParticleReport Particles::update(const Model& model, const Parameters& parameters, const Snapshot& snapshot,
                                 ThreadPool& pool) {
  if (size() == 0) return {};
  advance_to(model, parameters, model.plant.clock.to_sim(snapshot.ts), pool);
  return ParticleUpdate(*this, model, parameters, snapshot, pool).run();
}

const State& Particles::draw(std::uint64_t seed, std::uint32_t replication) const {
  Draw draw(stream_key(seed, replication, hash_path("/particles"), Purpose::merge), 0);
  double left = draw.uniform();
  std::size_t i = 0;
  while (i + 1 < weights_.size() && (left -= weights_[i]) >= 0.0) ++i;
  return members()[i];
}

}  // namespace takt
