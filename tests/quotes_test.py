"""What texts show is so. Code that a text quotes is the code of the source. A block that a comment with the source's path comes before, such as

    <!-- models/vae/bounds.cpp -->
    ```cpp
    const auto z = reparameterise(mu, log_var, epsilon);
    ```

must stand in that file line by line, indentation aside. Other code is compiled and run (snippets.py). The reading order in
autograd/README.md says how long each file is, to a tenth. The minutes that the pages for teachers name are those of the texts."""

import re
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import snippets

ROOT = Path(__file__).resolve().parent.parent
QUOTE = re.compile(r"<!-- *(\S+) *-->\n+```cpp\n(.*?)^```", re.DOTALL | re.MULTILINE)


def stripped(text):
    return [line.strip() for line in text.strip().splitlines()]


def stands_in(quoted, source):
    """Whether the lines of `quoted` stand in `source` one after the other, indentation aside."""
    lines, of_source = stripped(quoted), stripped(source)
    return any(of_source[i:i + len(lines)] == lines for i in range(len(of_source)))


def quotes(text):
    """The path and the code of every quoted block."""
    return QUOTE.findall(text)


def wrong_quotes(root, readmes):
    """A sentence for every quote that is not in its source."""
    wrong = []
    for readme in readmes:
        for path, code in quotes((root / readme).read_text()):
            source = root / path
            if not source.is_file():
                wrong.append(f"{readme} quotes {path}, which does not exist")
            elif not stands_in(code, source.read_text()):
                wrong.append(f"{readme}: these lines are not in {path}:\n{code}")
    return wrong


class Quotes(unittest.TestCase):
    SOURCE = "int f() {\n  const int x = 1;  // one\n\n  return x;\n}\n"
    TEXT = "It is\n\n<!-- f.cpp -->\n```cpp\nconst int x = 1;  // one\n\nreturn x;\n```\n\nand no more.\n"

    def wrong(self, text, source):
        with tempfile.TemporaryDirectory() as folder:
            root = Path(folder)
            (root / "README.md").write_text(text)
            (root / "f.cpp").write_text(source)
            return wrong_quotes(root, ["README.md"])

    def test_a_changed_line_is_noticed(self):
        self.assertEqual(self.wrong(self.TEXT, self.SOURCE), [])
        for old, new in [("x = 1", "x = 2"), ("// one", "// two"), ("  // one", " // one"), ("return x;", "return 1;"),
                         ("\n  return x;", "  f();\n  return x;")]:
            self.assertEqual(len(self.wrong(self.TEXT, self.SOURCE.replace(old, new))), 1, new)
        self.assertEqual(len(self.wrong(self.TEXT.replace("x = 1", "x = 2"), self.SOURCE)), 1)
        self.assertEqual(len(self.wrong(self.TEXT.replace("f.cpp", "g.cpp"), self.SOURCE)), 1)

    def test_other_blocks_are_no_quotes(self):
        self.assertEqual(quotes(self.TEXT.replace("<!-- f.cpp -->", "")), [])
        self.assertEqual(len(quotes(self.TEXT + self.TEXT)), 2)

    def test_every_quote_of_the_project(self):
        readmes = sorted(path.relative_to(ROOT) for top in ["autograd", "models", "chapters", "plots", "tests"]
                         for path in (ROOT / top).rglob("README.md"))
        self.assertEqual(wrong_quotes(ROOT, [Path("README.md"), *readmes]), [])
        self.assertTrue(quotes((ROOT / "chapters/11_vae/README.md").read_text()), "chapter 11 quotes the bound")


class Snippets(unittest.TestCase):
    TEXT = "It is\n\n```cpp\n#include <a.hpp>\nint f() {\n  return 2;\n}\nf() * 2;   // twice: 4.0\n```\n\nand\n\n" + Quotes.TEXT

    def test_code_that_is_no_quote_becomes_a_program(self):
        made = snippets.program([self.TEXT])
        self.assertIn('claim(R"~(f() * 2)~", f() * 2, "4.0");', made)
        self.assertTrue(made.startswith("#include <a.hpp>\n"))
        self.assertLess(made.index("int f() {"), made.index("void run() {"))
        self.assertNotIn("const int x = 1", made)

    def test_the_tour_is_one(self):
        self.assertGreater(snippets.program([(ROOT / "README.md").read_text()]).count("claim(R"), 2)


class Links(unittest.TestCase):
    def test_links_lead_somewhere(self):
        texts = [path for top in [".", "autograd", "models", "chapters", "plots", "tests"]
                 for path in ((ROOT / top).glob("*.md") if top == "." else (ROOT / top).rglob("*.md"))]
        broken = [f"{text.relative_to(ROOT)}: {link}" for text in texts
                  for link in re.findall(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)", text.read_text())
                  if not (text.parent / link).exists()]
        self.assertEqual(broken, [])
        self.assertGreater(len(texts), 8)


class ReadingOrder(unittest.TestCase):
    def test_the_lines_of_each_stop(self):
        rows = re.findall(r"\]\(([\w/.]+)\) \| (\d+) \|", (ROOT / "autograd/README.md").read_text())
        self.assertGreater(len(rows), 5)
        for path, lines in rows:
            found = len((ROOT / "autograd" / path).read_text().splitlines())
            self.assertLess(abs(found - int(lines)), 0.1 * found, f"{path} has {found} lines")


@unittest.skipUnless((ROOT / "chapters/TEACHING.md").exists(), "a student's edition has no pages for teachers")
class TeachersMinutes(unittest.TestCase):
    """Each chapter's page and the table of chapters/TEACHING.md name the minutes of its text and of its exercises."""

    def test_a_page_and_the_table_agree_with_the_text(self):
        table = (ROOT / "chapters/TEACHING.md").read_text()
        chapters = sorted((ROOT / "chapters").glob("[0-9]*/README.md"))
        self.assertGreater(len(chapters), 11)
        for readme in chapters:
            name, text = readme.parent.name, readme.read_text()
            page = (readme.parent / "TEACHING.md").read_text()
            reading, exercises = (int(re.search(row, page).group(1)) for row in
                                  [r"read at home \| (\d+) \|", r"the exercises \| (\d+) \|"])
            row = re.search(rf"\({name}/TEACHING\.md\).*\| (\d+) \| \d+ \| (\d+) \|$", table, re.MULTILINE)
            self.assertEqual((int(row.group(1)), int(row.group(2))), (reading, exercises), name)
            block = text.split("<!-- exercises: begin -->")[1].split("<!-- exercises: end -->")[0]
            minutes = re.findall(r"^\| \d+\.\d+ .*\| (\d+) \|$", block, re.MULTILINE)
            self.assertEqual(exercises, sum(map(int, minutes)), name)
            # a hundred words a minute
            self.assertLess(abs(reading - len(text.split()) / 100), 5, name)


if __name__ == "__main__":
    unittest.main()
