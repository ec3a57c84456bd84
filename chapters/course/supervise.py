"""Watches a program and all that it starts, and ends all of it."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass

POLL = 0.05  # seconds
OWN = 4  # processes that are not the program's: bubblewrap's two, the shell with the limits, and the program itself


@dataclass(frozen=True)
class Ended:
    """How a run ended: with a status, which is 128 + the signal when one ended it; or because it took too much of "time",
    "processes" or "memory"."""

    status: int = 0
    exceeded: str = ""

    @property
    def signal(self):
        return self.status - 128 if self.status > 128 else 0


def supervised(command, limits, **how):
    """Runs the command (`how`: as for subprocess.Popen) to its end or to its limits, and nothing of it is left after that.
    REQUIRES: this process has no other children, for all of them are ended."""
    adopt_orphans()
    process = subprocess.Popen(command, start_new_session=True, **how)
    try:
        return watch(process, limits)
    finally:
        end_all(process)


def watch(process, limits):
    end = time.monotonic() + limits.patience
    while True:
        try:
            status = process.wait(timeout=POLL)
            return Ended(status if status >= 0 else 128 - status)
        except subprocess.TimeoutExpired:
            family = descendants(os.getpid())
        if time.monotonic() > end:
            return Ended(exceeded="time")
        if len(family) > limits.processes + OWN:
            return Ended(exceeded="processes")
        if sum(family.values()) > limits.megabytes * 2**20:
            return Ended(exceeded="memory")


def end_all(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
    process.wait()
    not_ours = set()
    while left := descendants(os.getpid()).keys() - not_ours:
        for one in left:
            try:
                os.kill(one, signal.SIGKILL)
            except ProcessLookupError:
                pass
            except PermissionError:  # it runs as somebody else
                not_ours.add(one)
        collect()


def collect():
    """Takes note of the children that ended: until then they are in the way."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def descendants(ancestor):
    """{process: bytes of memory that it holds} of all that the ancestor started, and that they started, as Linux's /proc has
    them; elsewhere none are found."""
    children, memory = {}, {}
    for name in filter(str.isdigit, os.listdir("/proc") if os.path.isdir("/proc") else []):
        try:
            with open(f"/proc/{name}/stat", "rb") as stat:  # "17 (a name) S parent ..."
                fields = stat.read().rpartition(b")")[2].split()
        except OSError:  # it just ended
            continue
        children.setdefault(int(fields[1]), []).append(int(name))
        memory[int(name)] = int(fields[21]) * os.sysconf("SC_PAGE_SIZE")
    found, next_ones = {}, children.get(ancestor, [])
    while next_ones:
        found.update((one, memory[one]) for one in next_ones)
        next_ones = [child for one in next_ones for child in children.get(one, [])]
    return found


def adopt_orphans():
    """What loses its parent below this process becomes its child, and is found."""
    prctl(36, 1)  # PR_SET_CHILD_SUBREAPER


def end_with_parent():
    """This process is asked to end when the one that started it is gone, however it went."""
    prctl(1, signal.SIGTERM)  # PR_SET_PDEATHSIG


def prctl(option, value):
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, ctypes.c_ulong(value), 0, 0, 0)
