"""chapters/slides makes one HTML file of a chapter: with every figure of the text inside, its formulas, and nothing that a
browser would have to fetch. Without pandoc, which is optional, there is nothing to test."""

import base64
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from html.parser import HTMLParser
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
CHAPTERS = sorted((ROOT / "chapters").glob("[0-9]*/README.md"))


class Page(HTMLParser):
    """What a browser shows, and what it fetches."""

    def __init__(self, html):
        super().__init__()
        self.images, self.formulas, self.headings, self.fetched, self.slides = [], 0, 0, [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        of = dict(attributes)
        self.formulas += tag == "math" and of.get("display") == "block"
        self.headings += tag == "h2"
        if tag == "section":
            self.slides.append("")
        if tag == "img":
            self.images.append(of["src"])
        self.fetched += [value for name, value in attributes
                         if name in ("src", "href", "data") and not value.startswith(("data:", "#"))]

    def handle_data(self, data):
        if self.slides:
            self.slides[-1] += " ".join(data.split()) + " "


def fetches(html):
    """Whatever a page refers to outside of itself."""
    return Page(html).fetched + re.findall(r"(?:url\(|@import )[\"' ]*(?!data:|#)([^\"')]+)", html)


def slides(name, *more):
    return subprocess.run([ROOT / "chapters/slides", name, *more], capture_output=True, text=True)


@unittest.skipIf(shutil.which("pandoc") is None, "pandoc is not installed")
class Slides(unittest.TestCase):
    def made(self, name):
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "slides.html"
            run = slides(name, file)
            self.assertEqual(run.returncode, 0, run.stderr)
            self.assertEqual([path.name for path in Path(folder).iterdir()], ["slides.html"])
            return file.read_text()

    def test_every_chapter(self):
        self.assertGreater(len(CHAPTERS), 11)
        for readme in CHAPTERS:
            text, html = readme.read_text(), self.made(readme.parent.name)
            page = Page(html)
            self.assertEqual(fetches(html), [], readme)
            figures = [readme.parent / path for path in re.findall(r"!\[.*?\]\(([^)\s]+)\)", text)]
            self.assertGreater(len(figures), 1)
            self.assertEqual(len(figures), len(page.images), readme)
            for figure, source in zip(figures, page.images):
                self.assertTrue(base64.b64decode(source.split("base64,")[1]) == figure.read_bytes(), figure)
            self.assertGreater(page.headings, 10)
            # displayed formulas, those in list items aside
            formulas = len(re.findall(r"^\$\$", text, re.MULTILINE))
            self.assertGreaterEqual(page.formulas, 0.9 * formulas, readme)

    def test_a_prediction_comes_before_its_answer(self):
        shown = Page(self.made("0")).slides
        question = next(i for i, slide in enumerate(shown) if "Suppose somebody wrote" in slide)
        self.assertNotIn("overwritten", shown[question])
        self.assertIn("overwritten", shown[question + 1])

    def test_what_is_fetched_is_noticed(self):
        for html in ['<img src="a.png">', '<script src="https://b/c.js"></script>', '<link rel="stylesheet" href="d.css">',
                     "<style>@import 'e.css';</style>", "<style>p { background: url(f.png) }</style>"]:
            self.assertEqual(len(fetches(html)), 1, html)
        self.assertEqual(fetches('<img src="data:image/png;base64,AA=="><a href="#2">2</a>'), [])

    def test_wrong_use(self):
        run = slides("99")
        self.assertEqual(run.returncode, 2)
        self.assertIn("There is no chapter '99'", run.stderr)
        run = slides("0", "/no/such/folder/slides.html")
        self.assertEqual(run.returncode, 1)
        self.assertIn("/no/such/folder/slides.html: the slides could not be written there.", run.stderr)
        self.assertEqual(subprocess.run([ROOT / "chapters/slides"], capture_output=True).returncode, 2)


if __name__ == "__main__":
    if shutil.which("pandoc") is None:
        sys.exit(77)   # meson: skipped
    unittest.main()
