// SPDX-License-Identifier: Apache-2.0
#include "takt/sync/live_twin.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "takt/core/quantity.hpp"

namespace takt {
namespace {

constexpr std::size_t kTold = 100;         // the last ones of a kind
constexpr std::size_t kUnknown = 100'000;  // paths remembered

void keep(std::deque<Told>& list, Told told) {
  list.push_back(std::move(told));
  if (list.size() > kTold) list.pop_front();
}

std::string sentence_of(SourceStanding standing) {
  switch (standing) {
    case SourceStanding::unborn: return "nothing complete has come from it yet";
    case SourceStanding::out_of_step: return "something is missing, and nothing complete has come since";
    case SourceStanding::stale: return "it is silent for longer than usual";
    case SourceStanding::dead: return "it is gone, by its own or its broker's word";
    case SourceStanding::in_step: break;
  }
  return {};
}

/// A span of instants that may be further apart than a Duration holds.
double seconds_between(WallClock::Instant from, WallClock::Instant to) {
  return to_seconds(to.time_since_epoch()) - to_seconds(from.time_since_epoch());
}

}  // namespace

void LatencyCounts::add(double seconds) {
  const auto bucket = std::ranges::lower_bound(kUpTo_s, seconds);
  if (bucket != kUpTo_s.end()) ++in_[static_cast<std::size_t>(bucket - kUpTo_s.begin())];
  ++count_;
  sum_s_ += seconds;
  most_s_ = std::max(most_s_, seconds);
}

std::uint64_t LatencyCounts::up_to(std::size_t i) const {
  std::uint64_t sum = 0;
  for (std::size_t k = 0; k <= i; ++k) sum += in_[k];
  return sum;
}

LiveTwin::LiveTwin(Plant plant, LiveOptions options, Sink sink)
    : options_(std::move(options)),
      sink_(std::move(sink)),
      model_(compile(std::move(plant))),
      ingest_(options_.ingest) {}

LiveTwin::LiveTwin(Twin twin, LiveOptions options, Sink sink)
    : options_(std::move(options)), sink_(std::move(sink)), twin_(std::move(twin)), ingest_(options_.ingest) {}

LiveTwin::LiveTwin(Twin twin, Ingest ingest, LiveOptions options, Sink sink)
    : options_(std::move(options)), sink_(std::move(sink)), twin_(std::move(twin)), ingest_(std::move(ingest)) {}

// ---- what arrives --------------------------------------------------------------------------------------------------

bool LiveTwin::take(Delivery& delivery) {
  switch (delivery.kind) {
    case Delivery::Kind::message:
      if (ingest_.add(std::move(delivery.snapshot), delivery.arrival, delivery.sending) == Taken::full) return false;
      break;
    case Delivery::Kind::death: ingest_.died(delivery.source, delivery.arrival); break;
    case Delivery::Kind::connected: lost_.erase(delivery.source); break;
    case Delivery::Kind::lost:
      lost_.insert_or_assign(delivery.source, Told{delivery.arrival, delivery.source, std::move(delivery.fault)});
      break;
    case Delivery::Kind::rejected:
      keep(rejections_, {delivery.arrival, delivery.source, std::move(delivery.fault)});
      break;
  }
  ++counts_.deliveries[static_cast<std::size_t>(delivery.kind)];
  return true;
}

void LiveTwin::pass(Instant now) {
  ingest_.tick(now);
  while (std::optional<Snapshot> next = ingest_.next()) merge(std::move(*next), now);
  run_on();
  judge(now);
}

void LiveTwin::finish(Instant now) {
  ingest_.tick(now);
  while (std::optional<Snapshot> next = ingest_.next_of_rest()) merge(std::move(*next), now);
  judge(now);
}

// ---- the twin ------------------------------------------------------------------------------------------------------

void LiveTwin::begin(Instant first) {
  Model model = std::move(*model_);
  model_.reset();
  const double since_epoch_s = seconds_between(model.plant.clock.epoch, first);
  if (since_epoch_s < 0.0 || since_epoch_s > to_seconds(options_.twin.largest_gap)) {
    Plant plant = std::move(model.plant);
    plant.clock.epoch = first;
    model = compile(std::move(plant));
  }
  twin_.emplace(std::move(model), options_.twin);
}

/// Merges what the plant has a place for; paths that it does not have are told once.
MergeReport LiveTwin::apply(Snapshot& message) {
  const auto leave_out_unknown = [&] {
    const std::size_t left_out = std::erase_if(
        message.entities, [this](const EntityReading& reading) { return unknown_.contains(reading.path); });
    counts_.unknown_readings += left_out;
    return left_out;
  };
  if (!unknown_.empty()) leave_out_unknown();
  try {
    return twin_->apply(message);
  } catch (const InvalidInput& error) {
    if (unknown_.size() > kUnknown) unknown_.clear();
    for (const Fault& fault : error.faults()) {
      unknown_.insert(fault.path);
      keep(conflicts_, {message.ts, message.source, fault});
    }
    if (leave_out_unknown() == 0) throw;  // it is something else
    return twin_->apply(message);
  }
}

void LiveTwin::merge(Snapshot message, Instant now) {
  const Instant arrival = ingest_.arrival_of_last();
  if (!twin_) begin(message.ts);
  try {
    const MergeReport report = apply(message);
    stuck_.reset();
    count(message, report);
    if (sink_) sink_(message, report);
  } catch (const Error& error) {
    ++counts_.stuck;
    if (!stuck_) stuck_ = Told{message.ts, message.source, {.value = error.what()}};
  }
  counts_.latency.add(to_seconds(std::max((options_.clock ? options_.clock() : now) - arrival, Duration{0})));
}

void LiveTwin::count(const Snapshot& message, const MergeReport& report) {
  ++counts_.merged[static_cast<std::size_t>(report.status)];
  counts_.cells += report.cells;
  counts_.inferred += report.inferred.size();
  counts_.conflicts += report.conflicts.size();
  for (const CellChange& change : report.corrected) ++counts_.corrected[change.what];
  for (const std::string& machine : report.over_runs) ++counts_.over_runs[machine];
  for (const Fault& fault : report.conflicts) keep(conflicts_, {message.ts, message.source, fault});
}

/// Nothing can come from before the watermark: the model may go there.
void LiveTwin::run_on() {
  if (!twin_ || stuck_) return;
  const WallClock& clock = twin_->model().plant.clock;
  if (ingest_.watermark() <= clock.to_wall(twin_->time())) return;
  try {
    twin_->advance_to(clock.to_sim(ingest_.watermark()));
  } catch (const Error& error) {
    stuck_ = Told{ingest_.watermark(), {}, {.value = error.what()}};
  }
}

// ---- how true it is ------------------------------------------------------------------------------------------------

/// What is wrong with sources and their connections, each since when.
std::vector<Doubt> LiveTwin::doubts_of_sources(Instant now) {
  std::map<std::string, Doubt> doubts;
  const auto doubt = [&](const std::string& source, Instant since, std::string sentence) {
    const auto before = told_.find(source);
    const bool is_known = before != told_.end() && before->second.sentence == sentence;
    doubts[source] = {.trust = Trust::warning,
                      .check = "source",
                      .about = source,
                      .value = 1.0,
                      .limit = 0.0,
                      .since = is_known ? before->second.since : since,
                      .sentence = std::move(sentence)};
  };
  bool is_in_step = false;
  for (const std::string& source : ingest_.sources()) {
    const SourceStanding standing = ingest_.standing(source);
    is_in_step = is_in_step || standing == SourceStanding::in_step;
    if (standing != SourceStanding::in_step) doubt(source, now, sentence_of(standing));
  }
  for (const auto& [source, why] : lost_) doubt(source, why.at, "its connection is down: " + to_text(why.fault));
  told_ = doubts;
  if (is_in_step)
    blind_since_.reset();
  else if (twin_ && !blind_since_)
    blind_since_ = now;
  was_in_step_ = was_in_step_ || is_in_step;

  std::vector<Doubt> list;
  for (auto& [source, each] : doubts) list.push_back(std::move(each));
  if (blind_since_ && now - *blind_since_ > options_.blind_after)
    list.push_back({.trust = Trust::invalid,
                    .check = "source",
                    .about = "/",
                    .value = to_seconds(now - *blind_since_),
                    .limit = to_seconds(options_.blind_after),
                    .since = *blind_since_ + options_.blind_after,
                    .sentence = fmt::format("no source is in step since {}: the state is the model's own",
                                            to_text(*blind_since_))});
  return list;
}

void LiveTwin::judge(Instant now) {
  if (!first_pass_) first_pass_ = now;
  std::vector<Doubt> doubts = doubts_of_sources(now);
  TwinStage stage = TwinStage::unbound;
  if (twin_) stage = doubts.empty() ? TwinStage::synchronised : was_in_step_ ? TwinStage::degraded : TwinStage::bound;
  if (twin_) {
    const Verdict own = twin_->verdict();
    doubts.insert(doubts.end(), own.doubts.begin(), own.doubts.end());
    if (own.stage == TwinStage::out_of_sync) stage = own.stage;
  } else {
    doubts.push_back(
        {.check = "source", .about = "/", .since = *first_pass_, .sentence = "nothing has come from the plant yet"});
  }
  if (stuck_) {
    stage = TwinStage::out_of_sync;
    doubts.push_back({.trust = Trust::invalid,
                      .check = "modes",
                      .about = "/",
                      .value = 1.0,
                      .since = stuck_->at,
                      .sentence = stuck_->fault.value});
  }
  std::ranges::stable_sort(doubts, [](const Doubt& a, const Doubt& b) {
    return a.trust != b.trust ? a.trust > b.trust : std::tie(a.check, a.about) < std::tie(b.check, b.about);
  });
  const Trust trust = doubts.empty() ? Trust::valid : doubts.front().trust;
  const bool is_new = verdict_.since == Instant{} || trust != verdict_.trust;
  verdict_ = {trust, stage, is_new ? now : verdict_.since, std::move(doubts)};
}

}  // namespace takt
