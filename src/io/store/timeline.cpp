// SPDX-License-Identifier: Apache-2.0
// Trace Event Format: a JSON object with "traceEvents"; "X" is a bar with ts and dur, "C" a counter, "M" a name.
#include "takt/io/store/timeline.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "report/json_text.hpp"

namespace takt::io {
namespace {

using report::detail::json_string;

std::int64_t ns(Time t) { return t.time_since_epoch().count(); }

}  // namespace

const char* name_of(Mode mode) {
  switch (mode.condition) {
    case Condition::in_repair: return "in repair";
    case Condition::waiting_for_crew: return "waiting for crew";
    case Condition::off_shift: return "off shift";
    case Condition::up: break;
  }
  switch (mode.activity) {
    case Activity::working: return "working";
    case Activity::blocked: return "blocked";
    case Activity::setup: return "set-up";
    case Activity::starved: break;
  }
  return "starved";
}

namespace {

/// Nanoseconds as microseconds, exactly.
std::string us(std::int64_t ns) { return fmt::format("{}.{:03}", ns / 1000, ns % 1000); }

}  // namespace

Timeline::Timeline(const Model& model, const State& state) : model_(model), begin_(ns(state.now)) {
  const ConstStateView view(model, state);
  for (std::size_t s = 0; s < view.servers.size(); ++s)
    mode_.push_back({view.machines[model.machine_of_server[s]].condition(), view.servers[s].activity});
  since_.assign(mode_.size(), begin_);
  for (const BufferState& b : view.buffers) value_.push_back(b.level);
  for (const CrewState& c : view.crews) value_.push_back(c.waiting);
  for (std::uint32_t i = 0; i < value_.size(); ++i) counts_.push_back({i, begin_, value_[i]});
}

void Timeline::add(const Event& event) {
  if (event.kind == Event::Kind::mode) {
    const std::uint32_t s = event.server;
    if (ns(event.time) > since_[s]) bars_.push_back({s, mode_[s], since_[s], ns(event.time)});
    since_[s] = ns(event.time);
    mode_[s] = event.to;
  } else if (event.kind == Event::Kind::level || event.kind == Event::Kind::crew) {
    const bool crew = event.kind == Event::Kind::crew;
    const auto i = event.index + (crew ? static_cast<std::uint32_t>(model_.buffers.size()) : 0);
    value_[i] += crew ? event.waiting : event.change;
    counts_.push_back({i, ns(event.time), value_[i]});
  }
}

std::vector<Timeline::Bar> Timeline::bars(Time end) const {
  std::vector<Bar> all = bars_;
  for (std::uint32_t s = 0; s < mode_.size(); ++s)
    if (ns(end) > since_[s]) all.push_back({s, mode_[s], since_[s], ns(end)});
  std::ranges::stable_sort(all, {}, &Bar::server);
  return all;
}

std::string Timeline::json(Time end) const {
  std::vector<std::string> lines;
  const auto add = [&lines](auto format, auto&&... values) { lines.push_back(fmt::format(format, values...)); };
  // A process is a line, a thread a server.
  const auto line_of = [this](std::uint32_t m) { return model_.entities[model_.machine_entity[m]].parent; };
  for (std::uint32_t e = 0; e < model_.entities.size(); ++e)
    if (model_.entities[e].kind == Entity::Kind::line)
      add(FMT_STRING(R"({{"ph": "M", "name": "process_name", "pid": {}, "args": {{"name": {}}}}})"), e,
          json_string(model_.entities[e].path));
  for (std::uint32_t s = 0; s < mode_.size(); ++s) {
    const std::uint32_t m = model_.machine_of_server[s];
    const MachineSpec& spec = model_.machines[m];
    std::string name = model_.machine_path(m);
    name = name.substr(name.rfind('/') + 1);
    if (spec.servers > 1) name += " " + std::to_string(s - spec.first_server + 1);
    add(FMT_STRING(R"({{"ph": "M", "name": "thread_name", "pid": {}, "tid": {}, "args": {{"name": {}}}}})"), line_of(m),
        s + 1, json_string(name));
  }
  const auto bar = [&](const Bar& b) {
    add(FMT_STRING(R"({{"ph": "X", "name": "{}", "pid": {}, "tid": {}, "ts": {}, "dur": {}}})"), name_of(b.mode),
        line_of(model_.machine_of_server[b.server]), b.server + 1, us(b.from - begin_), us(b.to - b.from));
  };
  for (const Bar& b : bars(end)) bar(b);
  for (const Count& c : counts_) {
    const bool crew = c.buffer >= model_.buffers.size();
    if (!crew && model_.buffer_entity[c.buffer] == kNone) continue;
    const std::uint32_t entity =
        crew ? model_.crew_entity[c.buffer - model_.buffers.size()] : model_.buffer_entity[c.buffer];
    add(FMT_STRING(R"({{"ph": "C", "name": {}, "pid": {}, "ts": {}, "args": {{"{}": {}}}}})"),
        json_string(model_.entities[entity].path), model_.entities[entity].parent, us(c.at - begin_),
        crew ? "waiting" : "parts", c.value);
  }
  std::string text = "{\"displayTimeUnit\": \"ms\", \"traceEvents\": [\n";
  for (std::size_t i = 0; i < lines.size(); ++i) text += lines[i] + (i + 1 < lines.size() ? ",\n" : "\n");
  return text + "]}\n";
}

}  // namespace takt::io
