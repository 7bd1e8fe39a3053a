// SPDX-License-Identifier: Apache-2.0
// The source of a line: parts arrive, and enter if there is room.
#pragma once

#include "takt/engine/detail/line_stepper.hpp"

namespace takt::detail {

template <class Queue, class Observer>
void LineStepper<Queue, Observer>::arrive() {
  draws_.next_part(source_spec_, source_);
  const bool gone = offer();
  if (!gone && source_spec_.without_place == WithoutPlace::held) {
    hold();
  } else {
    if (!gone) {
      ++source_.lost;
      observer_.lost(spec_.first_source, now());
    }
    draws_.next_arrival(source_spec_, source_, now_, arrival_block_, arrivals_);
  }
  set_source_timer();
}

template <class Queue, class Observer>
bool LineStepper<Queue, Observer>::offer() {
  const Part part = entering_part(model_, self_.parts, source_, now_);
  if (!deliver(part, source_producer_, *first_)) return false;
  note_release(part);
  return true;
}

template <class Queue, class Observer>
void LineStepper<Queue, Observer>::note_release(const Part& part) {
  ++self_.parts;
  ++source_.released;
  observer_.enter(spec_.first_source, part, now());
}

template <class Queue, class Observer>
Part LineStepper<Queue, Observer>::release_from_source() {
  const Part part = entering_part(model_, self_.parts, source_, now_);
  source_.holding = 0;
  note_release(part);
  observer_.hold(spec_.first_source, -1, now());
  if (source_spec_.kind != SourceSpec::Kind::saturated) {  // its clock stood still meanwhile
    draws_.next_arrival(source_spec_, source_, now_, arrival_block_, arrivals_);
    set_source_timer();
  }
  return part;
}

template <class Queue, class Observer>
void LineStepper<Queue, Observer>::hold() {
  source_.holding = 1;
  observer_.hold(spec_.first_source, 1, now());
}

/// A saturated source that got rid of its part has the next one at hand.
template <class Queue, class Observer>
void LineStepper<Queue, Observer>::supply() {
  if (source_spec_.kind != SourceSpec::Kind::saturated) return;
  do draws_.next_part(source_spec_, source_);
  while (offer());
  hold();
}

}  // namespace takt::detail
