"""Takes from a student's object file what would run before main, or in the place of something that is not the student's.

- The sections with the addresses of what initialises its static variables get a name that the check program knows
  (lesson/exercise/program.cpp): main calls them when it has read the word that a verdict must bear.
- Its functions that no check asks for, and its global variables, can be seen in this file alone: a `read`, an `operator
  new` or a `lesson::Attempt::equal` of its own is not what the check program calls. A `main` stays: it is an error."""

import re
import subprocess
import tempfile

# a line of readelf: the name of a section with such addresses, by its type or by its name
INITIALISERS = r"^\s*\[\s*\d+\] (?:(\S+)\s+(?:PRE)?INIT_ARRAY|(\.ctors\S*)) "
AS_DATA = "answer_initialisers,alloc,load,data,contents"
STRONG, WEAK = "TDBRi", "WV"  # nm's letters


def tame(object_file, asked):
    """`asked`: the functions that checks ask for, as nm -C names them."""
    found = re.findall(INITIALISERS, run("readelf", "-S", "-W", object_file), flags=re.MULTILINE)
    renamed = [f"--rename-section={name or ctors}={AS_DATA}" for name, ctors in set(found)]
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as local:
        local.write("\n".join(["# objcopy takes no empty file", *own_symbols(object_file, asked), ""]))
        local.flush()
        run("objcopy", *renamed, f"--localize-symbols={local.name}", object_file)


def own_symbols(object_file, asked):
    """Mangled names, and C's, which are not. Of what is weak only C's: C++'s inline functions are the same everywhere. Two
    runs of nm list the same symbols in the same order."""
    mangled, names = (run("nm", "-p", *words, object_file).splitlines() for words in ([], ["-C"]))
    pairs = [(re.match(r"[0-9a-f ]+ ([A-Za-z]) (.*)", one), re.match(r"[0-9a-f ]+ [A-Za-z] (.*)", other))
             for one, other in zip(mangled, names)]
    return [one[2] for one, other in pairs if one and one[2] != "main" and other[1] not in asked and
            (one[1] in STRONG or one[1] in WEAK and not one[2].startswith(("_Z", "DW.ref.")))]


def run(*command):
    return subprocess.run(command, capture_output=True, text=True, errors="replace", check=True).stdout
