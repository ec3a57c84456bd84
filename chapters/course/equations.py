"""Which equations a chapter owes (chapters/equations.csv), and whether program, text and exercises bear their slugs."""

import csv
import json
import re
import subprocess
import tempfile
from pathlib import Path

from checkout import reference_in

SLUG = re.compile(r"\b(?:eq|claim|test):[a-z][a-z0-9-]*")


class Equations:
    def __init__(self, table):
        with open(table, encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        self.section = {row["slug"]: row["notes"] for row in rows}  # in the notes' order
        self._owed = {(row["chapter"], row["slug"]) for row in rows}

    def owed_by(self, chapter):
        return [slug for slug in self.section if (chapter, slug) in self._owed]


def run_demo(program, *options, quick=True):
    """What the demo's --json holds after a run. A demo that ends before it has written any says why."""
    with tempfile.TemporaryDirectory(prefix="index_") as folder:
        results = Path(folder) / "results.json"
        command = [Path(program).resolve(), *["--quick"] * quick, "--json", results, *options]
        ended = subprocess.run(command, cwd=folder,
                               stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        print(ended.stdout, end="", flush=True)
        written = json.loads(results.read_text(encoding="utf-8")) if results.is_file() else {"checks": []}
        if ended.returncode != 0:
            written.setdefault("error", f"its exit status was {ended.returncode}")
        return written


def exercises_of(folder):
    """[(number, slug)], as the table in exercises/check.cpp names them."""
    file = folder / "exercises" / "check.cpp"
    table = file.read_text(encoding="utf-8") if file.is_file() else ""
    return re.findall(r'\.number = "([\d.]+)",\s*\.slug = "([^"]*)"', table)


def faults_of_results(equations, chapter, results):
    """What is wrong with what a demo printed, a line each."""
    printed = {check["slug"] for check in results["checks"]}
    faults = [f"the demo failed: {results['error']}"] if "error" in results else []
    faults += [f"{slug} is owed, and the demo does not check it" for slug in equations.owed_by(chapter)
               if slug not in printed]
    faults += [f"{slug} is checked by the demo, and chapters/equations.csv does not know it"
               for slug in sorted(printed - set(equations.section))]
    for check in results["checks"]:
        section = equations.section.get(check["slug"], check["section"])
        if check["section"] != section:
            faults.append(f"{check['slug']} is printed as of section {check['section']}, expected {section}")
        if not check["passed"]:
            faults.append(f"{check['slug']}, {check['label']}: failed")
    return list(dict.fromkeys(faults))


def faults_of_folder(equations, chapter, folder):
    """What is wrong with the slugs in a chapter's files: one search for a slug must find all places that treat it."""
    named = ["README.md", "exercises/exercise.hpp"]
    if reference_in(folder / "exercises") == "solution":
        named.append("exercises/solution.cpp")
    text = {name: (folder / name).read_text(encoding="utf-8") if (folder / name).is_file() else "" for name in named}
    faults = [f"{slug} is owed, and README.md does not name it" for slug in equations.owed_by(chapter)
              if slug not in SLUG.findall(text["README.md"])]
    for number, slug in exercises_of(folder):
        faults += [f"exercise {number} treats {slug}, and {name} does not name it" for name in text
                   if slug not in SLUG.findall(text[name])]
    own = sorted(file for file in folder.rglob("*.[ch]pp") if file.name != "exercise.cpp")  # that one is the student's
    for file in own + [folder / "README.md"]:
        used = set(SLUG.findall(file.read_text(encoding="utf-8")))
        faults += [f"{file.relative_to(folder)} names {slug}, which chapters/equations.csv does not know"
                   for slug in sorted(used - set(equations.section))]
    return faults
