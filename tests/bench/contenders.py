"""Who is timed against whom: a command for each contender, and what must be installed for it."""
import dataclasses
import json
import os
import subprocess
from pathlib import Path

HERE = Path(__file__).resolve().parent
DATA = HERE.parent.parent / "chapters" / "data"
PYTHON = "/usr/bin/python3"  # the one that Debian's python3-torch belongs to
LIBRARIES = Path("/usr/lib/x86_64-linux-gnu")
BLAS = {  # folder with a libblas.so.3, and Debian's package
    "openblas-pthread": "libopenblas0-pthread",
    "openblas-openmp": "libopenblas0-openmp",
    "blis-openmp": "libblis4-openmp",
}
STEPS = ["784-400-20/100", "784-400-20/1000", "784-200-50/20"]
FUNCTIONS = {  # program bench_functions_NAME: name in tables, Debian's packages of a peer
    "plain": ("plain double", ""),
    "hand": ("by hand", ""),
    "matrices": ("Tapestry, matrices", ""),
    "scalars": ("Tapestry, scalars", ""),
    "adolc": ("ADOL-C", "libadolc-dev"),
    "sacado": ("Sacado", "libtrilinos-sacado-dev libtrilinos-kokkos-dev"),
    "stan": ("Stan Math", "r-cran-stanheaders libboost-dev libtbb-dev"),
}


@dataclasses.dataclass
class Contender:
    group: str  # "step" or "functions"
    name: str
    command: list
    environment: dict = dataclasses.field(default_factory=dict)
    python: bool = False

    def run(self, seconds):
        """{benchmark: seconds a call}. A wrong gradient ends the whole run."""
        min_time = f"--min-time={seconds}" if self.python else f"--benchmark_min_time={seconds}"
        options = [min_time] if self.python else [min_time, "--benchmark_format=json"]
        done = subprocess.run(self.command + options, env=os.environ | self.environment, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if done.returncode:
            raise SystemExit(f"{self.name}: {done.stderr.strip() or 'failed with status ' + str(done.returncode)}")
        return parse(done.stdout)


def parse(output):
    unit = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}
    return {b["name"].removesuffix("/real_time"): b["real_time"] * unit[b["time_unit"]]
            for b in json.loads(output)["benchmarks"]}


def pytorch(group, script, reference, arguments):
    """One contender for each BLAS that is installed, with one and with two threads; and what is missing, in words."""
    if subprocess.run([PYTHON, "-c", "import torch"], capture_output=True).returncode:
        return [], ["PyTorch is not installed: left out (apt-get install python3-torch)"]
    found, missing = [], []
    for blas, package in BLAS.items():
        if not (LIBRARIES / blas / "libblas.so.3").exists():
            missing.append(f"{blas} is not installed: PyTorch goes without it (apt-get install {package})")
            continue
        for threads in (1, 2):
            number = str(threads)
            found.append(Contender(
                group, f"PyTorch, {blas}, {threads} thread{'s' * (threads > 1)}",
                [PYTHON, str(HERE / script), "--reference", reference, "--threads", number, *arguments],
                {"LD_LIBRARY_PATH": str(LIBRARIES / blas), "OMP_NUM_THREADS": number, "OPENBLAS_NUM_THREADS": number,
                 "BLIS_NUM_THREADS": number}, python=True))
    return found, missing


def step_contenders(programs, reference):
    step = str(programs / "bench_vae_step")
    ours = [Contender("step", f"Tapestry, {n} thread{'s' * (n > 1)}", [step, "step", str(n)]) for n in (2, 1)]
    floors = [Contender("step", f"products alone, {n} thread{'s' * (n > 1)}", [step, "products", str(n)]) for n in (2, 1)]
    peers, missing = pytorch("step", "pytorch_step.py", reference, ["--data", str(DATA), "--cases", *STEPS])
    return ours + floors + peers, missing


def function_contenders(programs, reference):
    found, missing = [], []
    for program, (name, packages) in FUNCTIONS.items():
        path = programs / f"bench_functions_{program}"
        if path.exists():
            found.append(Contender("functions", name, [str(path)], {"OPENBLAS_NUM_THREADS": "1"}))
        else:
            missing.append(f"{name} is not installed: left out (apt-get install {packages})")
    peers, missing_too = pytorch("functions", "pytorch_functions.py", reference, [])
    return found + peers, missing + missing_too
