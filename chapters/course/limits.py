"""How much of a machine a program may take that may hang, crash, fill the memory, print without end, or do so on purpose."""

import os
import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Of one run of one answer.

    The seconds are of the processor's time, so that a right answer passes on a busy machine too; what waits instead of
    computing is ended after `waiting` times as long. The memory is that of each process, and of all of them together."""

    seconds: int = 10
    megabytes: int = 2000
    file_megabytes: int = 1  # of each file, and of what is printed
    disk_megabytes: int = 64  # of all files; only a sandbox holds it
    processes: int = 64
    waiting: int = 5
    isolated: bool = False  # in a sandbox (sandbox.py)

    @property
    def patience(self):
        """Seconds by the clock."""
        return self.waiting * self.seconds

    @property
    def of_compiling(self):
        """Of one run of the compiler: a minute or more, twice the memory, and the files that it writes."""
        return Limits(max(60, 6 * self.seconds), 2 * self.megabytes, 500, 1000, self.processes, self.waiting, self.isolated)

    def around(self, command):
        """The command under ulimit, below a shell of its own, whose exit status is the command's, or 128 + the signal that
        ended it. What a system does not know of is left out. The number of processes counts a user's all, unless they
        live in a sandbox; there it is a second line, behind supervise.py."""
        limits = {"S -t": self.seconds, "H -t": self.seconds + 1, "v": self.megabytes * 1024,
                  "f": self.file_megabytes * 1024, "c": 0}
        if self.isolated:
            limits["u"] = 4 * self.processes
        script = "".join(f"ulimit -{name} {value}; " for name, value in limits.items())
        return ["bash", "-c", f'exec {{errors}}>&2 2>/dev/null; {script}"$@" 2>&$errors {{errors}}>&-; exit $?', "limited",
                *map(str, command)]


def text_of(file, from_end=False, most=20000):
    """The beginning of a file, or its end."""
    file.seek(max(0, file.seek(0, os.SEEK_END) - most) if from_end else 0)
    return plain(file.read(most).decode("utf-8", errors="replace"))


def plain(text):
    """Without what a terminal or XML would trip over."""
    text = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text)
    return re.sub(r"[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)
