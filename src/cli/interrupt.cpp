// SPDX-License-Identifier: Apache-2.0
#include "cli/interrupt.hpp"

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <ctime>
#include <string_view>

#include "cli/exit_status.hpp"

namespace takt::cli {

Interrupt::Interrupt() {
  struct sigaction before {};
  if (sigaction(SIGINT, nullptr, &before) == 0 && before.sa_handler == SIG_IGN) return;  // a job in the background
  sigemptyset(&signals_);
  sigaddset(&signals_, SIGINT);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  watcher_ = std::thread([this] { watch(); });
}

Interrupt::~Interrupt() {
  if (!watcher_.joinable()) return;
  over_ = true;
  pthread_kill(watcher_.native_handle(), SIGINT);
  watcher_.join();
}

void Interrupt::watch() {
  constexpr timespec kGrace{0, 60'000'000};
  int signal = 0;
  if (sigwait(&signals_, &signal) != 0 || over_) return;
  source_.request_stop();
  sigtimedwait(&signals_, nullptr, &kGrace);
  if (over_) return;
  constexpr std::string_view kMessage = "interrupted\n";
  [[maybe_unused]] const auto written = write(STDERR_FILENO, kMessage.data(), kMessage.size());
  std::_Exit(kInterrupted);
}

}  // namespace takt::cli
