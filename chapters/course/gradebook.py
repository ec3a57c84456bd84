"""The table of a class as CSV. Rows are written as they come; who has one is not graded again."""

import csv
import io
import sys

from checkout import Stop
from reports import points, write_whole


class Gradebook:
    """`file`: None for standard output, which remembers nothing."""

    def __init__(self, file, exercises, seed):
        self.file = file
        if file and file.exists() and not file.is_file():
            raise Stop(f"--csv: expected a file that can be written, found {file}, which is none")
        numbers = [exercise.number for exercise in exercises]
        self.header = ["student", *numbers, "total", *(f"{number} state" for number in numbers), "look at", "seed", "date"]
        self.rows = self._read(seed) if file else []
        self._write_all(self.rows)

    @property
    def students(self):
        return {row[0] for row in self.rows}

    def add(self, graded):
        results = graded.every
        self.rows.append([graded.student, *(result.points for result in results), points(results),
                          *(result.state for result in results), graded.look_at, graded.seed, graded.date])
        self._append(self.rows[-1])

    def sort(self):
        """By name, when all have come."""
        self._write_all(sorted(self.rows, key=lambda row: row[0]))

    def _append(self, row):
        if self.file:
            with open(self.file, "a", encoding="utf-8", newline="") as file:
                file.write(line(row))
        else:
            print(line(row), end="", flush=True)

    def _write_all(self, rows):
        if self.file:
            write_whole(self.file, "".join(map(line, [self.header, *rows])))
        elif not rows:
            print(line(self.header), end="", flush=True)

    def _read(self, seed):
        """The rows of an earlier run; the last is left out if its end was not written."""
        text = self.file.read_text(encoding="utf-8") if self.file.is_file() else ""
        rows = list(csv.reader(io.StringIO(text[:text.rfind("\n") + 1])))
        if not rows:
            return []
        if rows[0] != self.header:
            raise Stop(f"{self.file}: expected a table of these exercises, or no file, found one that begins with: "
                       f"{','.join(rows[0])[:60]}")
        for row in rows[1:]:
            if len(row) != len(self.header):
                raise Stop(f"{self.file}: expected {len(self.header)} columns, found {len(row)} in the row of "
                           f"{''.join(row[:1])}")
            if row[-2] != str(seed):
                raise Stop(f"{self.file}: expected rows of seed {seed}, found {row[0]}'s of seed {row[-2]}. To go on "
                           f"with it: --seed {row[-2]}; or name another file")
        if rows[1:]:
            print(f"{self.file} has the rows of {len(rows) - 1} students already; delete a row to have it graded anew.",
                  file=sys.stderr)
        return rows[1:]


def line(row):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(row)
    return text.getvalue()
