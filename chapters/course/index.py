"""chapters/EQUATIONS.md: what every demo checks, slug by slug; and the tables of exercises in the chapters' texts.

index.py --write BUILD                       runs what that folder has built of every chapter, and writes both
index.py --check CHAPTER DEMO [options]      runs one demo, with these options as well, and compares
index.py --check-exercises CHAPTER PROGRAM   compares the table in the chapter's text with its check program's
"""

import math
import re
import sys
from pathlib import Path

from checkout import chapters_of, reference_in
from equations import Equations, exercises_of, faults_of_folder, faults_of_results, run_demo
from exercise_table import faults_of_table, table_of, with_table

CHAPTERS = Path(__file__).resolve().parent.parent
INDEX = CHAPTERS / "EQUATIONS.md"
HEAD = """# Every equation, and where it is checked

`chapters/index` writes this page: it runs the demo of every chapter with `--quick` and collects what they check. A link leads to
the line that makes the check. An exact check shows how far the sides are apart, a sampled one z, the distance in standard errors.
The demo of a chapter run without `--quick` has smaller errors. The slugs are the same in a chapter's text, program and
exercises, so that one search finds all places.

"""
COLUMNS = "| check | left side | right side | error | verdict |\n|---|---|---|---|---|\n"


def number(value):
    return value if isinstance(value, str) else f"{value:.7g}"


def with_error(mean, se):
    """The error with two digits and the mean cut to match."""
    decimals = max(0, 1 - math.floor(math.log10(se))) if isinstance(se, float) and se > 0 else 6
    return f"{mean:.{decimals}f} ± {se:.{decimals}f}"


def error(check):
    if "z" in check:
        return f"z {check['z']:+.2f}"
    sides = check["lhs"], check["rhs"]
    if check["kind"] == "p-value" or any(isinstance(side, str) for side in sides):
        return ""
    if check["kind"] == "exact":
        return f"\\|Δ\\| {abs(sides[0] - sides[1]):.1e}"
    return f"Δ {sides[0] - sides[1]:+.1e}"


def verdict(check):
    if not check["passed"]:
        return "**FAILED**"
    return "holds" if check["expected"] == "holds" else "does not hold, as said"


def row(check):
    place = check["file"].removeprefix("chapters/")
    sign = {"<=": "≤ ", ">=": "≥ "}.get(check["relation"], "")
    finite = not isinstance(check["lhs"], str) and isinstance(check.get("se"), float)
    left = with_error(check["lhs"], check["se"]) if finite else number(check["lhs"])
    label = check["label"].strip().replace("|", "\\|")
    cells = (f"[{label}]({place}#L{check['line']})", left, sign + number(check["rhs"]), error(check), verdict(check))
    return "| " + " | ".join(cells) + " |\n"


def blocks(chapter, checks):
    """{slug: [text]}: a block for each statement that the chapter checks under this slug."""
    treated = {}
    for check in checks:
        treated.setdefault(check["slug"], {}).setdefault(check["statement"], []).append(check)
    numbers = exercises_of(CHAPTERS / chapter)
    texts = {}
    for slug, statements in treated.items():
        own = [n for n, of in numbers if of == slug]
        exercises = f" · exercise{'s' * (len(own) > 1)} {', '.join(own)}" if own else ""
        texts[slug] = [f"{link(chapter)}{'' if i else exercises}: `{statement}`\n\n" + COLUMNS + "".join(map(row, rows))
                       for i, (statement, rows) in enumerate(statements.items())]
    return texts


def link(chapter):
    return f"[{chapter}]({chapter}/README.md)"


def page(equations, results):
    """Of {chapter: what its demo wrote}."""
    by_chapter = {chapter: blocks(chapter, result["checks"]) for chapter, result in results.items()}
    overview, details = "| equation | notes | statement | chapters | checks |\n|---|---|---|---|---|\n", ""
    for slug, section in equations.section.items():
        chapters = [chapter for chapter in by_chapter if slug in by_chapter[chapter]]
        if not chapters:
            continue
        checks = [check for chapter in chapters for check in results[chapter]["checks"] if check["slug"] == slug]
        statement = checks[0]["statement"].replace("|", "\\|")
        overview += f"| [{slug}](#{slug.replace(':', '')}) | {section} | `{statement}` | "
        overview += f"{', '.join(map(link, chapters))} | {summary(checks)} |\n"
        details += f"\n## {slug}\n\n" + "\n".join(text for chapter in chapters for text in by_chapter[chapter][slug])
    return HEAD + overview + details


def summary(checks):
    """"3 hold", "1 holds, 2 do not, as said"."""
    words = {"holds": ("holds", "hold"), "does not hold, as said": ("does not, as said", "do not, as said")}
    verdicts = [verdict(check) for check in checks]
    counts = {one: verdicts.count(one) for one in verdicts}
    return ", ".join(f"{count} {words.get(one, (one, one))[count > 1]}" for one, count in counts.items())


def lasting(text):
    """Without what changes with an edit above the line or with the machine: line numbers and measured numbers."""
    text = re.sub(r"#L\d+\)", ")", text)
    return re.sub(r"^(\| \[.*?\]\([^)]*\)) \|.*\| ([^|]*) \|$", r"\1 | \2 |", text, flags=re.MULTILINE)


def faults_of_index(chapter, checks, text):
    """A block of the demo that the index lacks, and one of the index that the demo no longer has."""
    made = [(slug, lasting(block).strip()) for slug, texts in blocks(chapter, checks).items() for block in texts]
    kept = []
    for section in re.split(r"^## ", lasting(text), flags=re.MULTILINE)[1:]:
        slug, _, content = section.partition("\n")
        kept += [(slug, block.strip()) for block in re.split(r"\n(?=\[)", content) if block.startswith(f"[{chapter}]")]
    stale = dict.fromkeys(block[0] for block in made + kept if block not in made or block not in kept)
    return [f"{slug}: chapters/EQUATIONS.md is not what the demo checks; run chapters/index" for slug in stale]


def check(chapter, demo, *options):
    equations = Equations(CHAPTERS / "equations.csv")
    results = run_demo(demo, *options)
    text = INDEX.read_text(encoding="utf-8") if INDEX.is_file() else ""
    faults = (faults_of_results(equations, chapter, results) + faults_of_folder(equations, chapter, CHAPTERS / chapter) +
              faults_of_index(chapter, results["checks"], text))
    return report({chapter: faults})


def check_exercises(chapter, program):
    text = (CHAPTERS / chapter / "README.md").read_text(encoding="utf-8")
    return report({chapter: faults_of_table(text, table_of(program))})


def write(build):
    equations, programs = Equations(CHAPTERS / "equations.csv"), Path(build) / "chapters"
    faults, results = {}, {}
    for chapter in chapters_of(CHAPTERS):
        results[chapter] = run_demo(programs / chapter / "demo", "--no-plots")
        faults[chapter] = faults_of_results(equations, chapter, results[chapter])
        reference = reference_in(CHAPTERS / chapter / "exercises")
        readme, table = CHAPTERS / chapter / "README.md", table_of(programs / f"{reference}_{chapter[:2]}")
        text = readme.read_text(encoding="utf-8")
        readme.write_text(with_table(text, table) or text, encoding="utf-8")
        faults[chapter] += faults_of_table(readme.read_text(encoding="utf-8"), table)
    INDEX.write_text(page(equations, results), encoding="utf-8")
    return report(faults)


def report(faults):
    for chapter, lines in faults.items():
        for line in lines:
            print(f"{chapter}: {line}")
    return 1 if any(faults.values()) else 0


if __name__ == "__main__":
    sys.exit({"--check": check, "--check-exercises": check_exercises, "--write": write}[sys.argv[1]](*sys.argv[2:]))
