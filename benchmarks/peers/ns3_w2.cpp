// SPDX-License-Identifier: Apache-2.0
// W2 on the core of ns-3: events scheduled and cancelled at its simulator.
#include <ns3/core-module.h>

#include "line.hpp"

namespace {

constexpr double kHorizon = 1e6;

class Ns3Line : public peers::Line<Ns3Line> {
 public:
  using Line::Line;
  double now() const { return ns3::Simulator::Now().GetSeconds(); }
  void set_done(int i, double later) {
    done_[i] = ns3::Simulator::Schedule(ns3::Seconds(later), &Ns3Line::done, this, i);
  }
  void cancel_done(int i) { ns3::Simulator::Cancel(done_[i]); }
  void set_change(int i, double later) { ns3::Simulator::Schedule(ns3::Seconds(later), &Ns3Line::change, this, i); }

 private:
  std::array<ns3::EventId, kMachines> done_;
};

}  // namespace

int main() {
  ns3::ObjectFactory queue("ns3::PriorityQueueScheduler");
  ns3::Simulator::SetScheduler(queue);
  Ns3Line line(1);
  line.begin();
  ns3::Simulator::Stop(ns3::Seconds(kHorizon));
  const auto begin = std::chrono::steady_clock::now();
  ns3::Simulator::Run();
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  peers::tell("ns-3 core, priority queue", seconds, line.events, line.parts, kHorizon);
  ns3::Simulator::Destroy();
  return 0;
}
