// SPDX-License-Identifier: Apache-2.0
#include "takt/kpi/time_elements.hpp"

namespace takt {

TimeElements& TimeElements::operator+=(const TimeElements& other) {
  planned_busy += other.planned_busy;
  actual_production += other.actual_production;
  actual_setup += other.actual_setup;
  actual_delay += other.actual_delay;
  actual_down += other.actual_down;
  planned_production += other.planned_production;
  produced += other.produced;
  good += other.good;
  return *this;
}

double availability(const TimeElements& t) { return t.actual_production / t.planned_busy; }
double effectiveness(const TimeElements& t) { return t.planned_production / t.actual_production; }
double quality_ratio(const TimeElements& t) { return t.good / t.produced; }
double oee(const TimeElements& t) { return availability(t) * effectiveness(t) * quality_ratio(t); }

}  // namespace takt
