"""What is measured once and not in rounds: the memory of a step and of training, and the time and memory of the build.
A fact is {"what", "value", "unit"}.
"""
import json
import os
import resource
import subprocess
import tempfile
import time
from pathlib import Path

import contenders


def memory(programs):
    program = str(programs / "bench_memory")
    facts = json.loads(subprocess.check_output([program]))["facts"]
    for step in contenders.STEPS:
        shape, batch = step.split("/")
        _, hidden, latent = shape.split("-")
        facts += json.loads(subprocess.check_output([program, "train", hidden, latent, batch]))["facts"]
    return facts


def timed(*command, folder):
    """Seconds that the command takes, without a compiler's cache."""
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, env=os.environ | {"CCACHE_DISABLE": "1"}, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    # an untouched exercise ends with 77
    if done.returncode not in (0, 77):
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stdout}")
    return time.perf_counter() - start


def build(root):
    """A build of everything from nothing, and the first exercise of a chapter edited, built and run."""
    with tempfile.TemporaryDirectory() as folder:
        timed("meson", "setup", folder, str(root), "-Dbenchmarks=disabled", folder=root)
        jobs = str(os.cpu_count())
        whole = timed("ninja", "-j", jobs, folder=folder)
        largest = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024  # of all processes so far
        exercise = next(iter(sorted(root.glob("chapters/[0-9]*/exercises/exercise.cpp"))))
        number = exercise.parent.parent.name.split("_")[0]
        program = f"chapters/exercise_{number}"
        timed("ninja", "-j", jobs, program, folder=folder)
        exercise.touch()
        again = timed("ninja", "-j", jobs, program, folder=folder) + timed(f"{folder}/{program}", f"{int(number)}.1", folder=folder)
    return [{"what": f"clean build of everything, {jobs} jobs", "value": whole, "unit": "s"},
            {"what": "largest process of the build", "value": largest, "unit": "MB"},
            {"what": f"rebuild and run of exercise {int(number)}.1", "value": again, "unit": "s"}]


if __name__ == "__main__":
    for fact in build(Path(__file__).resolve().parent.parent.parent):
        print(f"{fact['what']:44} {fact['value']:8.3g} {fact['unit']}")
