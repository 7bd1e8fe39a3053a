// SPDX-License-Identifier: Apache-2.0
#include "sync/segments.hpp"

#include <algorithm>
#include <numeric>

namespace takt::detail {
namespace {

/// Sets that are joined two by two.
class Sets {
 public:
  explicit Sets(std::size_t size) : of_(size) { std::iota(of_.begin(), of_.end(), 0U); }
  std::uint32_t find(std::uint32_t i) {
    while (of_[i] != i) i = of_[i] = of_[of_[i]];
    return i;
  }
  void join(std::uint32_t a, std::uint32_t b) {
    const std::uint32_t x = find(a), y = find(b);
    of_[std::max(x, y)] = std::min(x, y);
  }

 private:
  std::vector<std::uint32_t> of_;
};

bool level_told(const News& news, std::uint32_t b) {
  return std::ranges::any_of(news.levels, [b](const LevelNews& each) { return each.buffer == b && each.certain; });
}

bool counted_around(const Model& model, const FlowMap& flow, const News& news, std::uint32_t b) {
  const BufferSpec& spec = model.buffers[b];
  const auto counted = [&news](std::uint32_t m) {
    return std::ranges::any_of(news.machines,
                               [m](const MachineNews& each) { return each.machine == m && each.counted; });
  };
  return !spec.implicit && flow.sources[b].empty() && std::ranges::all_of(flow.makers[b], counted) &&
         std::ranges::all_of(std::span(model.consumers).subspan(spec.first_consumer, spec.consumers), counted);
}

template <class T>
void take_over(std::span<T> into, std::span<const T> from, const std::vector<std::uint32_t>& segment_of,
               std::uint32_t segment) {
  for (std::size_t i = 0; i < into.size(); ++i)
    if (segment_of[i] == segment) into[i] = from[i];
}

/// Parts that entered are those that are there or left.
void close_books(const Model& model, State& state) {
  const StateView view(model, state);
  std::uint64_t left = parts_in_plant(model, state), entered = 0;
  for (const std::uint64_t n : view.sinks) left += n;
  for (const MachineState& ms : view.machines) left += ms.scrapped + ms.spoiled;
  for (const ComponentState& c : view.components) entered += c.parts - c.removed;
  const auto missing = static_cast<std::int64_t>(left - entered);
  (missing > 0 ? view.components[0].parts : view.components[0].removed) +=
      static_cast<std::uint64_t>(std::abs(missing));
}

}  // namespace

Segments::Segments(const Model& model, const FlowMap& flow, const News& news) : cut_at_(model.buffers.size(), 0) {
  // Parts that are kept one by one, with numbers of their own, cannot be put together from several members.
  for (std::uint32_t b = 0; !model.keeps_parts() && b < model.buffers.size(); ++b)
    cut_at_[b] = level_told(news, b) || counted_around(model, flow, news, b) ? 1 : 0;
  number(model, flow, cut_at_);
}

void Segments::number(const Model& model, const FlowMap& flow, const std::vector<char>& cut_at) {
  const auto machines = static_cast<std::uint32_t>(model.machines.size());
  const auto sources = static_cast<std::uint32_t>(model.sources.size());
  const auto buffers = static_cast<std::uint32_t>(model.buffers.size());
  Sets sets(machines + sources + buffers + model.sinks);
  if (model.keeps_parts())
    for (std::uint32_t i = 1; i < machines + sources + buffers + model.sinks; ++i) sets.join(0, i);
  for (std::uint32_t p = 0; p < buffers + model.sinks; ++p) {
    const std::uint32_t place = machines + sources + p;
    for (const std::uint32_t m : flow.makers[p]) sets.join(m, place);
    for (const std::uint32_t i : flow.sources[p]) sets.join(machines + i, place);
    if (p >= buffers || cut_at[p] != 0) continue;
    const BufferSpec& spec = model.buffers[p];
    for (std::uint32_t i = spec.first_consumer; i < spec.first_consumer + spec.consumers; ++i)
      sets.join(model.consumers[i], place);
  }
  std::vector<std::uint32_t> first_of_crew(model.crews.size(), kNone);
  for (std::uint32_t m = 0; m < machines; ++m) {
    if (model.machines[m].crew == kNone) continue;
    std::uint32_t& first = first_of_crew[model.machines[m].crew];
    if (first != kNone) sets.join(first, m);
    first = std::min(first, m);
  }
  std::vector<std::uint32_t> number_of(machines + sources + buffers + model.sinks, kNone);
  count = 0;
  const auto segment = [&](std::uint32_t i) {
    std::uint32_t& n = number_of[sets.find(i)];
    if (n == kNone) n = count++;
    return n;
  };
  of_machine.resize(machines);
  of_source.resize(sources);
  of_buffer.resize(buffers);
  of_sink.resize(model.sinks);
  for (std::uint32_t m = 0; m < machines; ++m) of_machine[m] = segment(m);
  for (std::uint32_t i = 0; i < sources; ++i) of_source[i] = segment(machines + i);
  for (std::uint32_t b = 0; b < buffers; ++b) of_buffer[b] = segment(machines + sources + b);
  for (std::uint32_t k = 0; k < model.sinks; ++k) of_sink[k] = segment(machines + sources + buffers + k);
  of_crew.assign(model.crews.size(), 0);
  for (std::size_t c = 0; c < model.crews.size(); ++c)
    if (first_of_crew[c] != kNone) of_crew[c] = of_machine[first_of_crew[c]];
}

void Segments::cut(const Model& model, std::span<const State> members, const FlowMap& flow, const News& /*news*/,
                   std::vector<double>& factors) {
  if (count == 1) return;
  const ConstStateView first(model, members.front());
  bool joined = false;
  for (std::uint32_t b = 0; b < model.buffers.size(); ++b) {
    if (cut_at_[b] == 0) continue;
    const bool agreed = std::ranges::all_of(members, [&](const State& member) {
      const BufferState& here = ConstStateView(model, member).buffers[b];
      return here.level == first.buffers[b].level && here.reserved == 0;
    });
    if (agreed) continue;
    cut_at_[b] = 0;
    joined = true;
  }
  if (!joined) return;
  const Segments before = *this;
  number(model, flow, cut_at_);
  std::vector<std::uint32_t> becomes(before.count, 0);
  for (std::size_t m = 0; m < of_machine.size(); ++m) becomes[before.of_machine[m]] = of_machine[m];
  for (std::size_t b = 0; b < of_buffer.size(); ++b) becomes[before.of_buffer[b]] = of_buffer[b];
  std::vector<double> product(members.size() * count, 1.0);
  for (std::size_t i = 0; i < members.size(); ++i)
    for (std::uint32_t s = 0; s < before.count; ++s) product[i * count + becomes[s]] *= factors[i * before.count + s];
  factors = std::move(product);
}

std::vector<std::uint32_t> parents_of(std::span<const std::uint32_t> copies) {
  std::vector<std::uint32_t> parents(copies.size());
  std::iota(parents.begin(), parents.end(), 0U);
  std::size_t free = 0;
  for (std::uint32_t i = 0; i < copies.size(); ++i)
    for (std::uint32_t k = 1; k < copies[i]; ++k) {
      while (copies[free] != 0) ++free;
      parents[free++] = i;
    }
  return parents;
}

std::vector<State> mixed_members(const Model& model, std::span<const State> members, const Segments& segments,
                                 std::span<const std::vector<std::uint32_t>> parents) {
  std::vector<State> mixed(members.begin(), members.end());
  std::vector<std::uint32_t> of_server(model.machine_of_server.size());
  for (std::size_t s = 0; s < of_server.size(); ++s) of_server[s] = segments.of_machine[model.machine_of_server[s]];
  for (std::size_t i = 0; i < members.size(); ++i) {
    const StateView into(model, mixed[i]);
    bool changed = false;
    for (std::uint32_t s = 0; s < segments.count; ++s) {
      if (parents[s][i] == i) continue;
      changed = true;
      const ConstStateView from(model, members[parents[s][i]]);
      take_over(into.machines, from.machines, segments.of_machine, s);
      take_over(into.servers, from.servers, of_server, s);
      take_over(into.buffers, from.buffers, segments.of_buffer, s);
      take_over(into.sources, from.sources, segments.of_source, s);
      take_over(into.sinks, from.sinks, segments.of_sink, s);
      take_over(into.crews, from.crews, segments.of_crew, s);
    }
    if (changed) close_books(model, mixed[i]);
  }
  return mixed;
}

}  // namespace takt::detail
