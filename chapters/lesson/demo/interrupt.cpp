#include "chapters/lesson/demo/interrupt.hpp"

#include <signal.h>

#include <csignal>

namespace lesson {
namespace {

volatile std::sig_atomic_t interrupt_seen = 0;

}  // namespace

void catch_interrupts() {
  struct sigaction action {};
  action.sa_handler = [](int signal) { interrupt_seen = signal; };
  action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_RESTART;  // so that a second Ctrl-C kills
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
    struct sigaction before {};
    sigaction(signal, nullptr, &before);
    const bool as_nohup_wants = signal == SIGHUP && before.sa_handler == SIG_IGN;
    if (!as_nohup_wants) sigaction(signal, &action, nullptr);
  }
}

bool interrupted() { return interrupt_seen != 0; }

bool interrupted(const models::Ranks& ranks) {
  const int signal = ranks.largest(interrupt_seen);
  if (signal != 0) interrupt_seen = signal;
  return signal != 0;
}

int interrupting_signal() { return interrupt_seen; }

}  // namespace lesson
