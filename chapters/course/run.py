"""One run of one exercise, in a process of its own."""

import os
import secrets
import signal
import tempfile
import time
from dataclasses import dataclass

from checkout import ROOT, Exercise
from limits import Limits, text_of
from sandbox import isolated
from supervise import supervised

# What is likely behind a signal.
SIGNALS = {signal.SIGSEGV: "an index beyond the end, a pointer to nothing, or a function that calls itself without end",
           signal.SIGFPE: "a whole number divided by 0",
           signal.SIGABRT: "a condition above does not hold, or the memory is spoilt",
           signal.SIGKILL: "the run was ended from within, or the machine had no memory left"}
ENVIRONMENT = {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}


@dataclass
class Result:
    exercise: Exercise
    state: str  # passed, failed, crashed, timed out, not built, not attempted or missing
    report: str = ""  # what the student reads: both sides, a guess at the mistake, where to edit
    seconds: float = 0.0

    @property
    def points(self):
        return self.exercise.points if self.state == "passed" else 0


def run(program, exercise, source, limits=Limits(), seed=1):
    """One exercise in a process of its own. The verdict bears a random word, which main reads before anything of the
    student's runs, and the number of the exercise: to exit with 0, to print "right", or to have another check say so, is not
    to have passed."""
    word, start = secrets.token_hex(16), time.monotonic()
    with tempfile.TemporaryDirectory(prefix="run_", ignore_cleanup_errors=True) as place, \
            tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as verdict:
        command = limits.around([program, exercise.number, "--verdict", verdict.fileno(), "--answers", source,
                                 "--seed", seed])
        if limits.isolated:
            command = isolated(command, limits, readable=[program, source])
        with pipe_with(f"{word}\n") as told:
            ended = supervised(command, limits, cwd=place, env={**ENVIRONMENT, "HOME": place}, stdin=told, stdout=output,
                               stderr=output, pass_fds=[verdict.fileno()])
        printed, seen = text_of(output, from_end=True).rstrip(), text_of(verdict)
    state, reason = judge(ended, seen, f"{word} {exercise.number}", limits)
    if reason:
        reason += "\n" + where_to_edit(exercise, source)
    report = "\n".join(filter(None, (shortened(printed, 8 if reason else 40), reason)))
    return Result(exercise, state, report, time.monotonic() - start)


def pipe_with(text):
    """A pipe from which the text can be read, once."""
    out, into = os.pipe()
    with open(into, "w", encoding="utf-8") as pipe:
        pipe.write(text)
    return open(out, "rb")


def where_to_edit(exercise, source, line=0):
    shown = source.relative_to(ROOT) if source.is_relative_to(ROOT) else source
    at = f", line {line}" if line else ""
    return f"edit {shown}{at}        (hint: chapters/grade {exercise.chapter} --hint {exercise.number})"


def judge(ended, seen, signature, limits):
    """The state, and the reason where the program itself could not give one."""
    if ended.exceeded:
        return EXCEEDED[ended.exceeded](limits)
    for verdict, code, state in (("right", 0, "passed"), ("wrong", 1, "failed"), ("not attempted", 77, "not attempted")):
        if seen == f"{signature} {verdict}\n" and ended.status == code:
            return state, ""
    if ended.signal == signal.SIGXCPU:
        return EXCEEDED["time"](limits)
    if ended.signal == signal.SIGXFSZ:
        return "crashed", f"it printed more than {limits.file_megabytes} MB\nlikely: a loop without end"
    if ended.signal:
        guess = SIGNALS.get(ended.signal)
        return "crashed", (f"it ended by signal {ended.signal}: {signal.strsignal(ended.signal)}"
                           + (f"\nlikely: {guess}" if guess else ""))
    return "crashed", f"it ended with status {ended.status} before its answer was checked"


EXCEEDED = {
    "time": lambda limits: ("timed out", f"it did not end within {limits.seconds} s\n"
                                         "likely: a loop without end, or one over far too many cases"),
    "processes": lambda limits: ("crashed", f"it started more than {limits.processes} processes"),
    "memory": lambda limits: ("crashed", f"all its processes together held more than {limits.megabytes} MB"),
}


def shortened(text, most):
    """The last lines: the report stands below whatever the answer prints."""
    lines = text.splitlines()
    if len(lines) > most:
        lines = [f"({len(lines) - most} lines are left out)"] + lines[-most:]
    return "\n".join(lines)
