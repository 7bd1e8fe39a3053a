// SPDX-License-Identifier: Apache-2.0
// W2 in SystemC: a module a machine, an SC_METHOD for each of its two events.
#include <memory>
#include <string>
#include <systemc>
#include <vector>

#include "line.hpp"

namespace {

constexpr double kHorizon = 1e6;

class SystemcLine;

struct Machine : sc_core::sc_module {
  SC_HAS_PROCESS(Machine);
  Machine(sc_core::sc_module_name name, SystemcLine& its_line, int its_number)
      : sc_module(name), line(its_line), number(its_number) {
    SC_METHOD(on_done);
    sensitive << done;
    dont_initialize();
    SC_METHOD(on_change);
    sensitive << change;
    dont_initialize();
  }
  void on_done();
  void on_change();

  SystemcLine& line;
  int number;
  sc_core::sc_event done, change;
};

class SystemcLine : public peers::Line<SystemcLine> {
 public:
  explicit SystemcLine(std::uint64_t seed) : Line(seed) {
    for (int i = 0; i < kMachines; ++i)
      machines_.push_back(std::make_unique<Machine>(("m" + std::to_string(i)).c_str(), *this, i));
  }
  double now() const { return sc_core::sc_time_stamp().to_seconds(); }
  void set_done(int i, double later) { machines_[i]->done.notify(sc_core::sc_time(later, sc_core::SC_SEC)); }
  void cancel_done(int i) { machines_[i]->done.cancel(); }
  void set_change(int i, double later) { machines_[i]->change.notify(sc_core::sc_time(later, sc_core::SC_SEC)); }

 private:
  std::vector<std::unique_ptr<Machine>> machines_;
};

void Machine::on_done() { line.done(number); }
void Machine::on_change() { line.change(number); }

}  // namespace

int sc_main(int, char**) {
  sc_core::sc_set_time_resolution(1, sc_core::SC_NS);
  SystemcLine line(1);
  line.begin();
  const auto begin = std::chrono::steady_clock::now();
  sc_core::sc_start(sc_core::sc_time(kHorizon, sc_core::SC_SEC));
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
  peers::tell("SystemC " SC_VERSION ", SC_METHOD", seconds, line.events, line.parts, kHorizon);
  return 0;
}
