"""The measured times as Markdown tables: printed, or put into a text between its two comments "measured"."""
import argparse
import json
import re
from pathlib import Path

OURS_STEP, OURS_FUNCTIONS, PRODUCTS = "Tapestry, ", "Tapestry, matrices", "products alone, "


def by_contender(document, group):
    """{contender: {benchmark: result}}, in the order of the file."""
    table = {}
    for result in document["results"]:
        if result["group"] == group:
            table.setdefault(result["contender"], {})[result["benchmark"]] = result
    return table


def ratio(over, under):
    """Of the rounds' times, the median: both of a round were measured within seconds of each other."""
    ratios = sorted(a / b for a, b in zip(over["seconds"], under["seconds"]))
    middle = len(ratios) // 2
    return (ratios[middle] + ratios[-middle - 1]) / 2


def best(table, prefix, benchmark):
    """The fastest contender whose name starts so."""
    names = [n for n in table if n.startswith(prefix)]
    return min(names, key=lambda n: table[n][benchmark]["median"], default=None)


def timed_best(table, prefix, benchmark):
    """(its name without the prefix, its result, both as a table's cell), or Nones and a word."""
    name = best(table, prefix, benchmark)
    if not name:
        return None, None, "not installed"
    setting, result = name.removeprefix(prefix), table[name][benchmark]
    return setting, result, f"{timed(result)} ({setting})"


def duration(seconds):
    for unit, size in (("s", 1), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def timed(result):
    return f"{duration(result['median'])} ± {100 * result['spread']:.0f} %"


def markdown(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines) + "\n"


def step_names(table):
    return list(next(iter(table.values())))


def step_ratios(document):
    """Each contender at its best; the products with as many threads as our step has there."""
    table = by_contender(document, "step")
    if not table:
        return ""
    rows = []
    for benchmark in step_names(table):
        threads, ours, our_cell = timed_best(table, OURS_STEP, benchmark)
        _, peer, peer_cell = timed_best(table, "PyTorch, ", benchmark)
        shape, batch = benchmark.split("/")
        rows.append([f"{shape}, batch {batch}", our_cell, peer_cell, f"{ratio(peer, ours):.2f}" if peer else "",
                     f"{ratio(ours, table[PRODUCTS + threads][benchmark]):.2f}"])
    return markdown(["training step of a VAE", "Tapestry, its best", "PyTorch, its best", "PyTorch / Tapestry",
                     "Tapestry / its products alone"], rows)


def step_times(document):
    table = by_contender(document, "step")
    if not table:
        return ""
    names = step_names(table)
    header = ["time of a step"] + [n.replace("/", ", batch ") for n in names]
    return markdown(header, [[c] + [timed(results[n]) for n in names] for c, results in table.items()])


def function_ratios(document):
    """Every contender's time over that of the plain function; PyTorch at its best for each function."""
    table = by_contender(document, "functions")
    if not table:
        return ""
    plain = table.pop("plain double")
    names = sorted(plain)
    rows = [["plain double, no gradient"] + [duration(plain[n]["median"]) for n in names]]
    rows += [[c] + [f"{ratio(results[n], plain[n]):.2f}" for n in names]
             for c, results in table.items() if not c.startswith("PyTorch")]
    if best(table, "PyTorch", names[0]):
        rows.append(["PyTorch, its best"] +
                    [f"{ratio(table[best(table, 'PyTorch', n)][n], plain[n]):.2f}" for n in names])
    return markdown(["gradient / plain function"] + names, rows)


def function_times(document):
    table = by_contender(document, "functions")
    if not table:
        return ""
    names = sorted(table["plain double"])
    return markdown(["time of a gradient"] + names,
                    [[c] + [timed(results[n]) for n in names] for c, results in table.items()])


def facts(document):
    rows = [[f["what"], f"{f['value']:.3g} {f['unit']}"] for f in document["facts"]]
    return markdown(["memory and build", "measured"], rows) if rows else ""


def origin(document):
    return (f"{document['machine']}; {document['date'][:10]}; `{document['command']}`; medians of {document['rounds']} "
            f"round{'s' * (document['rounds'] > 1)}, ± half their range; Tapestry at {document['versions']['tapestry']}.\n")


def text(document, short=False):
    parts = [step_ratios(document), function_ratios(document)]
    if not short:
        parts += [facts(document), step_times(document), function_times(document)]
        parts += ["".join(f"- {words}\n" for words in document["left_out"])]
    return "\n".join([p for p in parts if p] + [origin(document)])


def put_into(path, tables):
    begin, end = "<!-- measured: begin -->\n", "<!-- measured: end -->"
    old = Path(path).read_text()
    if begin not in old or end not in old:
        raise SystemExit(f"{path} has no lines '{begin.strip()}' and '{end}' to put the tables between")
    Path(path).write_text(re.sub(f"{begin}.*{end}", lambda _: f"{begin}\n{tables}\n{end}", old, flags=re.DOTALL))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("measured", help="a JSON file that tests/bench/run wrote")
    parser.add_argument("--short", action="store_true", help="only the ratios")
    parser.add_argument("--into", metavar="FILE.md")
    options = parser.parse_args()
    tables = text(json.loads(Path(options.measured).read_text()), options.short)
    if options.into:
        put_into(options.into, tables)
    else:
        print(tables)


if __name__ == "__main__":
    main()
