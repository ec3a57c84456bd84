"""The numbers in a chapter's figures: their .csv against the metrics that the demo writes as JSON."""

import csv
import math
from pathlib import Path


def series_of(file):
    """{label: [y]} of a figure's .csv; nothing for one that has no series (a heat map, images)."""
    with open(file, encoding="utf-8", newline="") as rows:
        table = csv.DictReader(rows)
        if "label" not in (table.fieldnames or []):
            return {}
        series = {}
        for row in table:
            series.setdefault(row["label"], []).append(float(row["y"]))
        return series


def faults_of_figures(results, folder, since=0.0):
    """What is wrong with the figures of a run, a line each: every series has a number to show, and those that end with a
    metric end with just that. Figures in the folder that are older than `since` are of another run."""
    faults, figures = [], {}
    for file in sorted(Path(folder).glob(results.get("chapter", "")[:2] + "_*.csv")):
        if file.stat().st_mtime < since:
            continue
        figures[file.stem] = series_of(file)
        faults += [f"{file.name}: '{label}' has no finite number" for label, y in figures[file.stem].items()
                   if not any(map(math.isfinite, y))]
    for shown in results.get("shown", []):
        figure, label, metric = shown["figure"], shown["series"], shown["metric"]
        y, value = figures.get(figure, {}).get(label), results["metrics"].get(metric)
        if y is None:
            faults.append(f"{figure}.csv: no series '{label}', which is to end with {metric}")
        elif value is None:
            faults.append(f"{figure}.csv: '{label}' is to end with {metric}, which is no metric")
        elif not same(y[-1], float(value)):
            faults.append(f"{figure}.csv: '{label}' ends with {y[-1]:.9g}, and {metric} is {float(value):.9g}")
    return faults


def same(a, b):
    return math.isclose(a, b, rel_tol=1e-9) or (math.isnan(a) and math.isnan(b))
