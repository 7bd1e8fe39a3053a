// SPDX-License-Identifier: Apache-2.0
// ISO 22400-2 indicators as functions of their time elements and quantities. All times in one unit of the caller's
// choice. Formulas: ISO 22400-2:2014; OPC UA for Machine Tools 1.01, annex C.2.4. A zero denominator gives NaN.
#pragma once

namespace takt {

/// Time elements and quantities of a work unit over a window.
struct TimeElements {
  double planned_busy = 0.0;        ///< PBT: time planned for operation
  double actual_production = 0.0;   ///< APT: time in which value is added
  double actual_setup = 0.0;        ///< ASUT
  double actual_delay = 0.0;        ///< ADET: starved and blocked
  double actual_down = 0.0;         ///< ADOT: failures, waiting for a crew included
  double planned_production = 0.0;  ///< PRI * PQ: planned run time per item times the produced quantity
  double produced = 0.0;            ///< PQ
  double good = 0.0;                ///< GQ

  TimeElements& operator+=(const TimeElements& other);  ///< roll-up to the level above
};

double availability(const TimeElements& t);   ///< APT / PBT; starving and blocking count as loss
double effectiveness(const TimeElements& t);  ///< PRI * PQ / APT
double quality_ratio(const TimeElements& t);  ///< GQ / PQ
double oee(const TimeElements& t);            ///< availability * effectiveness * quality ratio

}  // namespace takt
