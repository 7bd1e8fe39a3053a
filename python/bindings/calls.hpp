// SPDX-License-Identifier: Apache-2.0
// Calls that take long: they release the GIL, and a signal (Ctrl-C) ends them within about 20 ms.
#pragma once

#include <pybind11/pybind11.h>

#include <chrono>
#include <mutex>

namespace takt::python {

namespace py = pybind11;

/// How often a long call looks for signals. Only Python's main thread sees any.
inline constexpr std::chrono::milliseconds kLook{20};

/// Throws the exception a signal handler raised. The caller holds the GIL.
inline void throw_signals() {
  if (PyErr_CheckSignals() != 0) throw py::error_already_set();
}

/// The GIL is released as long as this lives.
class Released {
 public:
  /// Looks for signals if it is time to.
  void look() {
    if (std::chrono::steady_clock::now() < next_) return;
    const py::gil_scoped_acquire acquire;
    throw_signals();
    next_ = std::chrono::steady_clock::now() + kLook;
  }

 private:
  py::gil_scoped_release release_;
  std::chrono::steady_clock::time_point next_ = std::chrono::steady_clock::now() + kLook;
};

/// Python threads may share one object: their calls take turns. A signal handler may look at an object whose call it
/// interrupts, so a thread that has the turn can take it again.
class Turns {
 public:
  using Turn = std::unique_lock<std::recursive_timed_mutex>;

  /// Waits for the turn; the caller holds the GIL, before and after.
  Turn take() const {
    Turn turn(mutex_, std::try_to_lock);
    while (!turn.owns_lock()) {
      {
        const py::gil_scoped_release release;
        if (turn.try_lock_for(kLook)) break;
      }
      throw_signals();
    }
    return turn;
  }

 private:
  mutable std::recursive_timed_mutex mutex_;
};

}  // namespace takt::python
