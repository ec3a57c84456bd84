"""Times every contender in rounds, forwards and backwards in turn, so that a slow minute of the machine hits all alike.
Called by tests/bench/run, which has built the programs. Writes the times as JSON and prints the tables of report.py.
"""
import argparse
import ctypes
import datetime
import json
import platform
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import contenders
import facts
import report


def output_of(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""


def package_version(package):
    return output_of("dpkg-query", "-W", "-f=${Version}", package)


def kernels():
    """The processor for whose kernels OpenBLAS decides here."""
    try:
        name = ctypes.CDLL("libopenblas.so.0").openblas_get_corename
    except (OSError, AttributeError):
        return ""
    name.restype = ctypes.c_char_p
    return f", OpenBLAS's kernels for {name().decode()}"


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "")
    cores = sum(line.startswith("processor") for line in open("/proc/cpuinfo"))
    return f"{cores} cores of {model}, {platform.system()} {platform.machine()}{kernels()}"


def versions():
    packages = ["libeigen3-dev", "libopenblas0-pthread", "libopenblas0-openmp", "libblis4-openmp", "python3-torch",
                "libadolc-dev", "libtrilinos-sacado-dev", "r-cran-stanheaders"]
    found = {p: package_version(p) for p in packages}
    root = Path(__file__).parent
    return {"tapestry": output_of("git", "-C", str(root), "describe", "--always", "--dirty"),
            "compiler": output_of("c++", "--version").split("\n")[0]} | {p: v for p, v in found.items() if v}


def say(progress):
    """One line that is written over, on a terminal only."""
    if sys.stderr.isatty():
        print(f"\r\033[K{progress}", end="", file=sys.stderr, flush=True)


def measure(all_contenders, rounds, seconds):
    """{(group, benchmark, contender): [seconds of each round]}"""
    times = {}
    for i in range(rounds):
        for n, contender in enumerate(all_contenders if i % 2 == 0 else reversed(all_contenders)):
            say(f"round {i + 1} of {rounds}, {n + 1} of {len(all_contenders)}: {contender.name}")
            for benchmark, time in contender.run(seconds).items():
                times.setdefault((contender.group, benchmark, contender.name), []).append(time)
    say("")
    return times


def spread(times):
    """Half the range over the median."""
    return (max(times) - min(times)) / 2 / statistics.median(times)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("programs", type=Path)
    parser.add_argument("--json", default="bench.json")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--seconds", type=float, default=0.3, help="of each benchmark in each round, at least")
    parser.add_argument("--only", choices=["step", "functions", "memory", "build"])
    parser.add_argument("--quick", action="store_true", help="one short round: does everything run?")
    options = parser.parse_args()
    if options.quick:
        options.rounds, options.seconds = 1, 0.01

    with tempfile.TemporaryDirectory() as folder:
        reference = str(Path(folder) / "reference.safetensors")
        subprocess.run([options.programs / "bench_reference", reference], check=True)
        chosen, missing = [], []
        for group, find in {"step": contenders.step_contenders, "functions": contenders.function_contenders}.items():
            if options.only in (None, group):
                found, not_found = find(options.programs, reference)
                chosen += found
                missing += not_found
        for words in dict.fromkeys(missing):
            print(words, file=sys.stderr)
        times = measure(chosen, options.rounds, options.seconds)
    found = facts.memory(options.programs) if options.only in (None, "memory") else []
    if options.only == "build" or (options.only is None and not options.quick):
        found += facts.build(Path(__file__).resolve().parent.parent.parent)

    results = [{"group": group, "benchmark": benchmark, "contender": contender, "seconds": seconds,
                "median": statistics.median(seconds), "spread": spread(seconds)}
               for (group, benchmark, contender), seconds in times.items()]
    document = {"machine": machine(), "date": datetime.datetime.now(datetime.timezone.utc).isoformat("T", "seconds"),
                "command": " ".join(["tests/bench/run", *sys.argv[2:]]), "rounds": options.rounds,
                "seconds": options.seconds, "versions": versions(), "left_out": missing, "results": results, "facts": found}
    Path(options.json).write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    print(report.text(document))


if __name__ == "__main__":
    main()
