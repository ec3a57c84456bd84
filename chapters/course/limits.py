"""Programs that may hang, crash, fill the memory or print without end."""

import os
import re
import signal
import subprocess
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Of one exercise of one student.

    The seconds are of the processor's time, so that a right answer passes on a busy machine too; what waits instead of
    computing is ended after `waiting` times as long."""

    seconds: int = 10
    megabytes: int = 2000
    output_megabytes: int = 1
    waiting: int = 5

    @property
    def patience(self):
        """Seconds by the clock."""
        return self.waiting * self.seconds

    @property
    def of_compiling(self):
        """Of one run of the compiler: a minute or more, and twice the memory."""
        return Limits(max(60, 6 * self.seconds), 2 * self.megabytes, 500, self.waiting)

    def around(self, command):
        """The command under ulimit, in a shell of its own: what a system does not know of is left out."""
        limits = {"S -t": self.seconds, "H -t": self.seconds + 1, "v": self.megabytes * 1024,
                  "f": self.output_megabytes * 1024, "c": 0}
        script = "".join(f"ulimit -{name} {value} 2>/dev/null; " for name, value in limits.items())
        return ["bash", "-c", script + 'exec "$@"', "limited", *map(str, command)]


def wait(process, seconds):
    """The exit status, or None when time ran out; whatever the program started in its session ends with it."""
    try:
        return process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        return None
    finally:
        try:
            os.killpg(process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        process.wait()


def text_of(file, from_end=False, most=20000):
    """The beginning of a file, or its end."""
    file.seek(max(0, file.seek(0, os.SEEK_END) - most) if from_end else 0)
    return plain(file.read(most).decode("utf-8", errors="replace"))


def plain(text):
    """Without what a terminal or XML would trip over."""
    text = re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", text)
    return re.sub(r"[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "", text)
