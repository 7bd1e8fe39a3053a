// SPDX-License-Identifier: Apache-2.0
// A source: parts arrive, and enter if there is room.
#pragma once

#include "takt/engine/detail/stepper.hpp"

namespace takt::detail {

template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::arrive(std::uint32_t i) {
  const SourceSpec& spec = model_.sources[i];
  SourceState& source = view_.sources[i];
  draws_.next_part(spec, source);
  const bool gone = offer(i);
  if (!gone && spec.without_place == WithoutPlace::held) {
    hold(i);
  } else {
    if (!gone) {
      ++source.lost;
      observer_.lost(i, now());
    }
    schedule_next(i);
  }
  set_source_timer(i);
}

template <class Queue, bool kPlain, class Observer>
bool Stepper<Queue, kPlain, Observer>::offer(std::uint32_t i) {
  SourceState& source = view_.sources[i];
  const Part part = entering_part(model_, self_.parts, source, now_);
  if (!deliver(part, source.place, producer_of_source(i))) return false;
  note_release(i, part);
  return true;
}

template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::note_release(std::uint32_t i, const Part& part) {
  ++self_.parts;
  ++view_.sources[i].released;
  observer_.enter(i, part, now());
}

template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::hold(std::uint32_t i) {
  view_.sources[i].holding = 1;
  wait_for_place(producer_of_source(i), view_.sources[i].place);
  observer_.hold(i, 1, now());
  tell_consumers(view_.sources[i].place);
}

template <class Queue, bool kPlain, class Observer>
Part Stepper<Queue, kPlain, Observer>::release_from_source(std::uint32_t i) {
  SourceState& source = view_.sources[i];
  const Part part = entering_part(model_, self_.parts, source, now_);
  source.holding = 0;
  note_release(i, part);
  observer_.hold(i, -1, now());
  if (model_.sources[i].kind != SourceSpec::Kind::saturated) {  // its clock stood still meanwhile
    schedule_next(i);
    set_source_timer(i);
  }
  return part;
}

template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::schedule_next(std::uint32_t i) {
  const SourceSpec& spec = model_.sources[i];
  draws_.next_arrival(spec, view_.sources[i], now_, scratch_.arrivals[i - spec_.first_source],
                      draws_.arrival_stream(spec));
}

/// A saturated source that got rid of its part has the next one at hand.
template <class Queue, bool kPlain, class Observer>
void Stepper<Queue, kPlain, Observer>::supply(std::uint32_t i) {
  const SourceSpec& spec = model_.sources[i];
  if (spec.kind != SourceSpec::Kind::saturated || view_.sources[i].holding != 0) return;
  do draws_.next_part(spec, view_.sources[i]);
  while (offer(i));
  hold(i);
}

}  // namespace takt::detail
