#pragma once

#include <sys/wait.h>
#include <unistd.h>

#include <functional>

namespace tests {

// Does `action` in a copy of this process, which ends with status 0, or 1 when something is thrown. Nothing in it may
// run on several threads.
inline pid_t start_process(const std::function<void()>& action) {
  const pid_t child = fork();
  if (child != 0) return child;
  try {
    action();
  } catch (...) {
    _exit(1);
  }
  _exit(0);
}

// Waits for a process to end: its status, or minus the signal that killed it.
inline int status_of(pid_t child) {
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

}  // namespace tests
