"""One run of one exercise, in a process of its own."""

import os
import secrets
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from checkout import ROOT, Exercise
from limits import Limits, text_of, wait

# What is likely behind a signal.
SIGNALS = {signal.SIGSEGV: "an index beyond the end, a pointer to nothing, or a function that calls itself without end",
           signal.SIGFPE: "a whole number divided by 0", signal.SIGABRT: "a condition above does not hold, or the memory is spoilt"}


@dataclass
class Result:
    exercise: Exercise
    state: str  # passed, failed, crashed, timed out, not built or not attempted
    report: str = ""  # what the student reads: both sides, a guess at the mistake, where to edit
    seconds: float = 0.0

    @property
    def points(self):
        return self.exercise.points if self.state == "passed" else 0


def run(program, exercise, source, limits=Limits(), seed=1):
    """One exercise in a process of its own. The verdict bears a random word, which the program reads before any answer
    runs: to exit with 0, or to print "right", is not to have passed."""
    word = secrets.token_hex(16)
    environment = {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1",
                   "OMP_NUM_THREADS": "1"}
    with tempfile.TemporaryDirectory(prefix="grade_", ignore_cleanup_errors=True) as place:
        verdict, start = Path(place) / "verdict", time.monotonic()
        command = [program, exercise.number, "--verdict", verdict, "--answers", source, "--seed", seed]
        with open(Path(place) / "output", "w+b") as output:
            process = subprocess.Popen(limits.around(command), cwd=place, env={**environment, "HOME": place},
                                       stdin=subprocess.PIPE, stdout=output, stderr=output, start_new_session=True)
            try:
                process.stdin.write(word.encode() + b"\n")
                process.stdin.close()
            except BrokenPipeError:  # it ended at once
                pass
            status = wait(process, limits.patience)
            printed = text_of(output, from_end=True).rstrip()
        seen = verdict.read_text(encoding="utf-8", errors="replace") if verdict.is_file() else ""
        state, reason = judge(status, seen, word, limits)
    if reason:
        reason += "\n" + where_to_edit(exercise, source)
    report = "\n".join(filter(None, (shortened(printed, 8 if reason else 40), reason)))
    return Result(exercise, state, report, time.monotonic() - start)


def where_to_edit(exercise, source, line=0):
    shown = source.relative_to(ROOT) if source.is_relative_to(ROOT) else source
    at = f", line {line}" if line else ""
    return f"edit {shown}{at}        (hint: chapters/grade {exercise.chapter} --hint {exercise.number})"


def judge(status, seen, word, limits):
    """The state, and the reason where the program itself could not give one."""
    for verdict, code, state in (("right", 0, "passed"), ("wrong", 1, "failed"), ("not attempted", 77, "not attempted")):
        if seen == f"{word} {verdict}\n" and status == code:
            return state, ""
    if status in (None, -signal.SIGXCPU):
        return "timed out", (f"it did not end within {limits.seconds} s\n"
                             "likely: a loop without end, or one over far too many cases")
    if status == -signal.SIGXFSZ:
        return "crashed", f"it printed more than {limits.output_megabytes} MB\nlikely: a loop without end"
    if status < 0:
        guess = SIGNALS.get(-status)
        return "crashed", f"it ended by signal {-status}: {signal.strsignal(-status)}" + (guess and f"\nlikely: {guess}" or "")
    return "crashed", f"it ended with status {status} before its answer was checked"


def shortened(text, most):
    """The last lines: the report stands below whatever the answer prints."""
    lines = text.splitlines()
    if len(lines) > most:
        lines = [f"({len(lines) - most} lines are left out)"] + lines[-most:]
    return "\n".join(lines)
