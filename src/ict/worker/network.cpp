// SPDX-License-Identifier: Apache-2.0
#include "ict/worker/network.hpp"

#include <algorithm>
#include <set>

namespace takt::ict {

std::vector<Segment> Network::segments_of(const WireRequest& request) {
  std::vector<Segment> segments;
  std::set<std::pair<std::uint32_t, std::uint32_t>> known;
  const auto add = [&](const WireWay& way, std::size_t from, std::size_t to) {
    Segment segment{way.nodes[from], way.nodes[to], {}, {}, {}};
    if (segment.from == segment.to || !known.insert({segment.from, segment.to}).second) return;
    for (std::size_t i = from; i < to; ++i) {
      segment.links.push_back(way.links[i]);
      segment.backwards.push_back(way.backwards[i]);
    }
    for (std::size_t i = from; i <= to; ++i) segment.nodes.push_back(way.nodes[i]);
    segments.push_back(std::move(segment));
  };
  for (const WireWay& way : request.ways) {
    add(way, 0, way.nodes.size() - 1);  // commands, and readings where there is no gateway
    std::size_t stop = 0;
    for (std::size_t i = 1; i < way.nodes.size(); ++i) {
      if (!request.nodes[way.nodes[i]].gateway && i + 1 < way.nodes.size()) continue;
      add(way, stop, i);
      stop = i;
    }
  }
  return segments;
}

Network::Network(const WireRequest& request, Arrived arrived, Arrived lost)
    : request_(request),
      arrived_(std::move(arrived)),
      lost_(std::move(lost)),
      segments_(segments_of(request)),
      platform_(request, segments_),
      node_down_(request.nodes.size()),
      link_down_(request.links.size()),
      queue_length_(request.nodes.size()),
      queue_since_(request.nodes.size()) {
  for (std::size_t s = 0; s < segments_.size(); ++s) segment_at_[{segments_[s].from, segments_[s].to}] = s;
  for (const WireWay& way : request.ways)
    for (std::size_t i = 0, stop; i + 1 < way.nodes.size(); i = stop) {
      for (stop = i + 1; stop + 1 < way.nodes.size() && !request.nodes[way.nodes[stop]].gateway;) ++stop;
      next_stop_.try_emplace({way.nodes[i], way.to}, way.nodes[stop]);
    }
  counts_.links.resize(request.links.size());
  counts_.gateways.resize(request.nodes.size());
  for (std::uint32_t l = 0; l < request.links.size(); ++l) {
    const WireLink& link = request.links[l];
    loss_.emplace_back(request, link.key, Purpose::scrap);
    jitter_.emplace_back(request, link.key, Purpose::cycle);
    jitter_law_.push_back(link.jitter.is_null() ? Distribution() : law_of(link.jitter));
    plan_outages(link.down, 0, [this, l](bool is_down) { turned(link_down_[l], is_down, l, true); });
  }
  for (std::uint32_t n = 0; n < request.nodes.size(); ++n)
    plan_outages(request.nodes[n].down, 0, [this, n](bool is_down) { turned(node_down_[n], is_down, n, false); });
}

Nanoseconds Network::scan_from(std::uint32_t node, Nanoseconds instant) const {
  const Nanoseconds scan = request_.nodes[node].scan_ns;
  return scan == 0 ? instant : (instant + scan - 1) / scan * scan;
}

bool Network::is_up(const Segment& segment) const {
  return std::ranges::all_of(segment.links, [this](std::uint32_t l) { return link_down_[l] == 0; }) &&
         std::ranges::all_of(segment.nodes, [this](std::uint32_t n) { return node_down_[n] == 0; });
}

void Network::command(std::uint32_t from, std::uint32_t to, double bytes, const WireRetry& retry, Then delivered,
                      Then lost) {
  post(segment(from, to), bytes, retry, std::move(delivered), std::move(lost));
}

void Network::post(const Segment& segment, double bytes, const WireRetry& retry, Then delivered, Then lost) {
  letters_.push_back({&segment, bytes, retry, std::move(delivered), std::move(lost)});
  send(std::prev(letters_.end()));
}

void Network::send(LetterPlace letter) {
  ++letter->attempt;
  letter->sent = Platform::now();
  letter->dropped = !is_up(*letter->segment);
  if (letter->dropped) return end(letter);
  ++counts_.messages;
  Nanoseconds wait = 0;
  for (const std::uint32_t l : letter->segment->links) {
    const WireLink& link = request_.links[l];
    WireLinkReport& count = counts_.links[l];
    ++count.messages;
    count.bytes += letter->bytes;
    if (!link.jitter.is_null()) wait += jitter_[l].next(jitter_law_[l]);
    if (link.loss > 0.0 && loss_[l].next().uniform() < link.loss) {
      ++count.lost;
      letter->dropped = true;
    }
  }
  letter->crossing = true;
  const auto start = [this, letter] {
    platform_.send(*letter->segment, letter->bytes, [this, letter] { end(letter); });
  };
  // Latency takes no bandwidth: to wait before the flow begins is to have a longer one.
  if (wait > 0)
    platform_.at(Platform::now() + wait, start);
  else
    start();
}

/// A message has come to the end of its segment, or could not begin.
void Network::end(LetterPlace letter) {
  letter->crossing = false;
  if (letter->dropped && letter->attempt < letter->retry.attempts) {
    platform_.at(std::max(Platform::now(), letter->sent + letter->retry.timeout_ns), [this, letter] { send(letter); });
    return;
  }
  const Then then = letter->dropped ? std::move(letter->lost) : std::move(letter->delivered);
  letters_.erase(letter);
  then();
}

void Network::plan_outages(const std::vector<Span>& spans, std::size_t next, std::function<void(bool)> turn) {
  if (next == spans.size()) return;
  platform_.at(spans[next][0], [this, &spans, next, turn = std::move(turn)] {
    turn(true);
    platform_.at(spans[next][1], [this, &spans, next, turn] {
      turn(false);
      plan_outages(spans, next + 1, turn);
    });
  });
}

void Network::turned(std::uint32_t& down, bool is_down, std::uint32_t number, bool is_link) {
  down = is_down ? 1 : 0;
  if (is_down) {
    for (Letter& letter : letters_) {
      const auto& on = is_link ? letter.segment->links : letter.segment->nodes;
      if (!letter.crossing || letter.dropped || std::ranges::find(on, number) == on.end()) continue;
      letter.dropped = true;
      for (const std::uint32_t l : letter.segment->links)
        if (!is_link || l == number) ++counts_.links[l].lost;
    }
    return;
  }
  for (auto& [key, queue] : queues_) look_at(queue);
}

void Network::forward(std::uint32_t node, const Reading& reading) {
  if (!is_up(node)) return lost_(reading);
  if (node == reading.to) return arrived_(reading);
  const Segment& onward = segment(node, next_stop_.at({node, reading.to}));
  if (request_.nodes[node].gateway) {
    Queue& queue = queues_[{node, reading.to}];
    queue.gateway = node;
    queue.onward = &onward;
    return enqueue(queue, reading);
  }
  const WireSensor& sensor = request_.sensors[reading.sensor];
  post(
      onward, sensor.bytes, sensor.retry, [this, &onward, reading] { forward(onward.to, reading); },
      [this, reading] { lost_(reading); });
}

void Network::enqueue(Queue& queue, const Reading& reading) {
  queue.waiting.emplace_back(reading, Platform::now());
  note_queue(queue.gateway, 1);
  ++counts_.gateways[queue.gateway].queued;
  look_at(queue);
}

/// Sends on what is due; sees to it that what waits is looked at when it is.
void Network::look_at(Queue& queue) {
  const WireNode& gateway = request_.nodes[queue.gateway];
  if (!is_up(*queue.onward)) return;                        // looked at again when something is up
  if (queue.waiting.size() >= gateway.batch) flush(queue);  // more only after an outage
  if (queue.waiting.empty() || gateway.batch_wait_ns == 0) return;
  const Nanoseconds due = queue.waiting.front().second + gateway.batch_wait_ns;
  if (due <= Platform::now()) return flush(queue);
  const std::uint64_t timer = ++queue.timers;
  platform_.at(due, [this, &queue, timer] {
    if (timer == queue.timers) look_at(queue);
  });
}

/// All that waits goes on together.
void Network::flush(Queue& queue) {
  std::vector<Reading> batch;
  double bytes = 0.0;
  for (const auto& [reading, since] : queue.waiting) {
    batch.push_back(reading);
    bytes += request_.sensors[reading.sensor].bytes;
  }
  queue.waiting.clear();
  note_queue(queue.gateway, -static_cast<std::int64_t>(batch.size()));
  ++counts_.gateways[queue.gateway].batches;
  const std::uint32_t to = queue.onward->to;
  const std::uint64_t number = queue.sent++;
  post(
      *queue.onward, bytes, request_.nodes[queue.gateway].retry,
      [this, &queue, number, to, batch] {
        in_order(queue, number, [this, to, batch] {
          for (const Reading& reading : batch) forward(to, reading);
        });
      },
      [this, &queue, number, batch] {
        in_order(queue, number, [this, batch] {
          for (const Reading& reading : batch) lost_(reading);
        });
      });
}

/// What a gateway sends to one destination is taken there in the order of sending, as over one TCP connection.
void Network::in_order(Queue& queue, std::uint64_t number, Then then) {
  queue.early.emplace(number, std::move(then));
  while (!queue.early.empty() && queue.early.begin()->first == queue.ended) {
    const Then next = std::move(queue.early.begin()->second);
    queue.early.erase(queue.early.begin());
    ++queue.ended;
    next();
  }
}

void Network::note_queue(std::uint32_t gateway, std::int64_t change) {
  const Nanoseconds now = Platform::now();
  GatewayCount& count = counts_.gateways[gateway];
  count.queue_s +=
      static_cast<double>(queue_length_[gateway]) * static_cast<double>(now - queue_since_[gateway]) * 1e-9;
  queue_since_[gateway] = now;
  queue_length_[gateway] += change;
  count.queue_most = std::max(count.queue_most, static_cast<std::uint64_t>(queue_length_[gateway]));
}

const Network::Counts& Network::counts() {
  for (std::uint32_t n = 0; n < request_.nodes.size(); ++n) note_queue(n, 0);
  return counts_;
}

}  // namespace takt::ict
