"""The ladder of likelihoods: chapters/ladder.csv, whose rungs the chapters' demos measure, and its table on the front page.

ladder.py --write BUILD CHAPTER...   runs these demos with their defaults, puts their rungs into the file, writes the table
ladder.py --check CHAPTER DEMO       runs one demo with its defaults and compares
ladder.py --check-table              compares the front page's table with the file
"""

import csv
import io
import sys
from pathlib import Path

from equations import run_demo
from exercise_table import with_table

ROOT = Path(__file__).resolve().parent.parent.parent
FILE, FRONT_PAGE = ROOT / "chapters" / "ladder.csv", ROOT / "README.md"
MARKS = "<!-- ladder: begin -->", "<!-- ladder: end -->"
COLUMNS = ["chapter", "model", "kind", "nats", "se", "images", "data", "command"]


def rungs_of(chapter, results):
    """The rungs that a demo measured, as rows of the file."""
    return [{"chapter": chapter, "model": rung["model"], "kind": rung["kind"], "nats": f"{rung['mean']:.3f}",
             "se": f"{rung['se']:.3f}", "images": str(rung["images"]), "data": rung["data"],
             "command": f"chapters/run {chapter}"} for rung in results.get("rungs", [])]


def read(text):
    return list(csv.DictReader(io.StringIO(text)))


def written(rungs):
    """The file: the highest rung last."""
    out = io.StringIO()
    table = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    table.writeheader()
    table.writerows(sorted(rungs, key=lambda rung: float(rung["nats"])))
    return out.getvalue()


def table_of(rungs):
    """A line a model, the best one last; a column for each number of images, since only the same images compare."""
    counts = sorted({int(rung["images"]) for rung in rungs}, reverse=True)
    models = {}
    for rung in sorted(rungs, key=lambda rung: float(rung["nats"])):
        # taken out and put back, so that a model stands where its highest value is
        cells = models.pop((rung["chapter"], rung["model"]), {})
        cells[int(rung["images"])] = f"{float(rung['nats']):.2f} ± {float(rung['se']):.2f}, {rung['kind']}"
        models[rung["chapter"], rung["model"]] = cells
    heads = [f"the first {count:,} test images" if count < 10000 else f"all {count:,} test images" for count in counts]
    lines = [f"| | model | {' | '.join(heads)} | chapter |", "|---" * (len(counts) + 3) + "|"]
    for number, ((chapter, model), cells) in enumerate(models.items(), 1):
        lines.append(f"| {number} | {model} | {' | '.join(cells.get(count, '') for count in counts)} | "
                     f"[{chapter[:2]}](chapters/{chapter}/README.md) |")
    return "\n".join(lines) + "\n"


def faults_of_rungs(chapter, measured, kept):
    """What differs between the rungs that a demo measured and those that the file keeps. On another processor sums are
    rounded otherwise, and training makes more of it: half a standard error is allowed."""
    faults = []
    def name_of(rung):
        return rung["model"], rung["kind"], f"{rung['images']} images"

    kept = {name_of(rung): rung for rung in kept if rung["chapter"] == chapter}
    for rung in measured:
        name = name_of(rung)
        other = kept.pop(name, None)
        if other is None:
            faults.append(f"{', '.join(name)}: chapters/ladder.csv lacks this rung; run chapters/ladder {chapter}")
        elif (abs(float(rung["nats"]) - float(other["nats"])) > 0.5 * float(other["se"]) or
              abs(float(rung["se"]) / float(other["se"]) - 1) > 0.05 or
              any(rung[column] != other[column] for column in ("data", "command"))):
            faults.append(f"{', '.join(name)}: measured {rung['nats']} ± {rung['se']} ({rung['data']}), chapters/ladder.csv "
                          f"has {other['nats']} ± {other['se']} ({other['data']}); run chapters/ladder {chapter}")
    return faults + [f"{', '.join(name)}: chapters/ladder.csv has this rung, and the demo does not measure it"
                     for name in kept]


def faults_of_front_page(text, rungs):
    right = with_table(text, table_of(rungs), *MARKS)
    if right is None:
        return [f"README.md lacks the lines {' and '.join(MARKS)}, between which the ladder stands"]
    return [] if right == text else ["the ladder in README.md is not that of chapters/ladder.csv; run chapters/ladder"]


def write(build, *chapters):
    rungs, faults = read(FILE.read_text(encoding="utf-8")) if FILE.is_file() else [], []
    for chapter in chapters:
        results = run_demo(Path(build) / "chapters" / chapter / "demo", "--no-plots", quick=False)
        if "error" in results:
            faults.append(f"{chapter}: the demo failed: {results['error']}")
            continue
        rungs = [rung for rung in rungs if rung["chapter"] != chapter] + rungs_of(chapter, results)
    FILE.write_text(written(rungs), encoding="utf-8")
    text = FRONT_PAGE.read_text(encoding="utf-8")
    rungs = read(FILE.read_text(encoding="utf-8"))
    FRONT_PAGE.write_text(with_table(text, table_of(rungs), *MARKS) or text, encoding="utf-8")
    return report(faults + check_table())


def check(chapter, demo):
    results = run_demo(demo, "--no-plots", quick=False)
    faults = [f"the demo failed: {results['error']}"] if "error" in results else []
    return report(faults + faults_of_rungs(chapter, rungs_of(chapter, results), read(FILE.read_text(encoding="utf-8"))))


def check_table():
    return faults_of_front_page(FRONT_PAGE.read_text(encoding="utf-8"), read(FILE.read_text(encoding="utf-8")))


def report(faults):
    print("".join(f"{fault}\n" for fault in faults), end="")
    return 1 if faults else 0


if __name__ == "__main__":
    commands = {"--write": write, "--check": check, "--check-table": lambda: report(check_table())}
    sys.exit(commands[sys.argv[1]](*sys.argv[2:]))
