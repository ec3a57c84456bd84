"""snippets.py OUT.cpp README.md ...: makes a program of the C++ that these texts show, so that it is compiled and run.

The ```cpp blocks of one text are one program, in their order: #include lines come first, then its functions, then its
statements. A statement whose comment ends in "= 2.5839" or ": true" must have that value. Blocks that a comment marks as
quoted from a source are left out: they are compiled there (quotes_test.py)."""

import re
import sys
from pathlib import Path

FUNCTION = re.compile(r"^\S[^\n;]*\) \{\n.*?^\}\n", re.MULTILINE | re.DOTALL)
CLAIM = re.compile(r"^(?P<expression>[^\n]+?);\s+// .*?[=:] (?P<value>true|false|-?[\d.]+)$", re.MULTILINE)

CHECK = """
static int failures = 0;
template <class T>
void claim(const char* line, const T& value, const char* stated) {
  std::string found;
  if constexpr (std::is_same_v<T, bool>) {
    found = value ? "true" : "false";
  } else {
    const std::string text = stated;
    const auto point = text.find('.');
    char buffer[64];
    std::snprintf(buffer, sizeof buffer, "%.*f", point == text.npos ? 0 : int(text.size() - point - 1), double(value));
    found = buffer;
  }
  if (found == stated) return;
  ++failures;
  std::printf("%s\\n  is %s\\n", line, found.c_str());
}
"""


def blocks(text):
    """The C++ of a text, without quoted blocks."""
    found = []
    for part in re.split(r"(?=^```cpp)", text, flags=re.MULTILINE)[1:]:
        code = part.split("\n", 1)[1].split("\n```", 1)[0] + "\n"
        before = text[:text.index(part)].rstrip().rsplit("\n", 1)[-1]
        if not before.startswith("<!--"):
            found.append(code)
    return "\n".join(found)


def program(texts):
    includes, bodies = [], []
    for number, text in enumerate(texts):
        code = blocks(text)
        includes += re.findall(r"^#include .*$", code, re.MULTILINE)
        code = re.sub(r"^#include .*\n", "", code, flags=re.MULTILINE)
        usings = re.findall(r"^using namespace .*;$", code, re.MULTILINE)
        code = re.sub(r"^using namespace .*;\n", "", code, flags=re.MULTILINE)
        functions = FUNCTION.findall(code)
        statements = CLAIM.sub(lambda m: f'claim(R"~({m["expression"]})~", {m["expression"]}, "{m["value"]}");',
                               FUNCTION.sub("", code))
        bodies.append("\n".join([f"namespace text_{number} {{", *usings, *functions, "void run() {", statements, "}", "}"]))
    runs = " ".join(f"text_{number}::run();" for number in range(len(texts)))
    return "\n".join([*includes, "#include <cstdio>", "#include <string>", "#include <type_traits>", CHECK, *bodies,
                      f"int main() {{ {runs} return failures; }}", ""])


if __name__ == "__main__":
    out, *readmes = sys.argv[1:]
    if out.startswith("-"):
        sys.exit(__doc__)
    Path(out).write_text(program([text for text in (Path(path).read_text() for path in readmes) if blocks(text)]))
