// SPDX-License-Identifier: Apache-2.0
#include "ict/worker/platform.hpp"

#include <algorithm>
#include <cmath>
#include <simgrid/kernel/Timer.hpp>

namespace takt::ict {
namespace {

namespace s4u = simgrid::s4u;

double seconds(Nanoseconds t) { return static_cast<double>(t) * 1e-9; }

s4u::Engine made_engine() {
  // Quiet; flows share links by max-min fairness, latencies and bandwidths count as they are written (CM02), and
  // acknowledgements take no bandwidth.
  std::vector<std::string> words{"takt-ict-worker",
                                 "--log=root.thres:critical",
                                 "--cfg=network/model:CM02",
                                 "--cfg=network/crosstraffic:0",
                                 "--cfg=network/TCP-gamma:0",
                                 "--cfg=network/loopback-lat:0",
                                 "--cfg=maxmin/precision:1e-9",
                                 "--cfg=surf/precision:1e-9"};
  std::vector<char*> arguments;
  for (std::string& word : words) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  auto count = static_cast<int>(words.size());
  return s4u::Engine(&count, arguments.data());
}

s4u::Link::SharingPolicy policy_of(std::uint32_t sharing) {
  return sharing == 2 ? s4u::Link::SharingPolicy::FATPIPE : s4u::Link::SharingPolicy::SHARED;
}

}  // namespace

Platform::Platform(const WireRequest& request, const std::vector<Segment>& segments) : engine_(made_engine()) {
  s4u::NetZone* zone = s4u::create_full_zone("plant");
  hosts_.resize(request.nodes.size());
  const auto host = [&](std::uint32_t node) {
    if (hosts_[node] != nullptr) return hosts_[node];
    const WireNode& is = request.nodes[node];
    hosts_[node] = zone->create_host("n" + std::to_string(node), is.speed > 0.0 ? is.speed : 1.0);
    hosts_[node]->set_core_count(static_cast<int>(is.cores))->seal();
    return hosts_[node];
  };
  for (const WireLoop& loop : request.loops) host(loop.node);

  std::vector<s4u::Link*> links, mediums;
  for (std::size_t z = 0; z < request.zones.size(); ++z) {
    mediums.push_back(zone->create_link("z" + std::to_string(z), request.zones[z]));
    mediums.back()->set_latency(0.0)->seal();
  }
  std::vector<s4u::SplitDuplexLink*> duplex(request.links.size());
  for (std::size_t l = 0; l < request.links.size(); ++l) {
    const WireLink& link = request.links[l];
    const std::string name = "l" + std::to_string(l);
    if (link.sharing == 1) {
      duplex[l] = zone->create_split_duplex_link(name, link.bandwidth);
      duplex[l]->set_latency(seconds(link.latency_ns));
      duplex[l]->seal();
      links.push_back(duplex[l]);
      continue;
    }
    links.push_back(zone->create_link(name, link.bandwidth));
    links[l]->set_sharing_policy(policy_of(link.sharing))->set_latency(seconds(link.latency_ns))->seal();
  }
  for (const Segment& segment : segments) {
    std::vector<s4u::LinkInRoute> route;
    for (std::size_t i = 0; i < segment.links.size(); ++i) {
      const std::uint32_t l = segment.links[i];
      using Direction = s4u::LinkInRoute::Direction;
      if (duplex[l] != nullptr)
        route.emplace_back(duplex[l], segment.backwards[i] ? Direction::DOWN : Direction::UP);
      else
        route.emplace_back(links[l]);
      if (request.links[l].zone >= 0) route.emplace_back(mediums[static_cast<std::size_t>(request.links[l].zone)]);
    }
    zone->add_route(host(segment.from)->get_netpoint(), host(segment.to)->get_netpoint(), nullptr, nullptr, route,
                    false);
  }
  zone->seal();
  s4u::Activity::on_completion_cb([this](const s4u::Activity& activity) { ended(activity); });
}

Nanoseconds Platform::now() { return std::llround(s4u::Engine::get_clock() * 1e9); }

void Platform::at(Nanoseconds when, Then then) {
  simgrid::kernel::timer::Timer::set(std::max(seconds(when), s4u::Engine::get_clock()), [this, then = std::move(then)] {
    over_.clear();
    then();
  });
}

void Platform::start(s4u::Activity& activity, Then then) {
  open_.emplace(&activity, Open{&activity, std::move(then)});
  activity.vetoable_start();
}

void Platform::ended(const s4u::Activity& activity) {
  auto found = open_.extract(&activity);
  if (found.empty()) return;
  over_.push_back(std::move(found.mapped().activity));
  found.mapped().then();
}

void Platform::send(const Segment& segment, double bytes, Then then) {
  const s4u::CommPtr comm = s4u::Comm::sendto_init(hosts_[segment.from], hosts_[segment.to]);
  comm->set_payload_size(static_cast<std::uint64_t>(std::max(1.0, std::round(bytes))));
  start(*comm, std::move(then));
}

void Platform::compute(std::uint32_t node, double operations, Then then) {
  const s4u::ExecPtr exec = s4u::Exec::init();
  exec->set_flops_amount(operations)->set_host(hosts_[node]);
  start(*exec, std::move(then));
}

void Platform::run_until(Nanoseconds when) {
  // It may stop some nanoseconds early.
  for (int tries = 0; tries < 1000 && now() < when; ++tries) engine_.run_until(seconds(when));
}

Nanoseconds Platform::quiet_until() const {
  const double next = simgrid::kernel::timer::Timer::next();
  return open_.empty() && next >= 0.0 ? std::llround(next * 1e9) : now();
}

}  // namespace takt::ict
