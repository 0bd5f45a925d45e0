"""A pack of 300 fields loads in under 50 ms: strict YAML, every value built, every check made.

    python -m benchmarks.packs [--fields 300] [--times 15]

Beside it: the same text by PyYAML's safe loaders, which check nothing and know no lines.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import yaml

from mapalus.engine.packs.folder import read_folder
from mapalus.engine.packs.loader import load_texts
from mapalus.engine.packs.problem import Bag
from mapalus.engine.strict_yaml import load_located

_EXAMPLE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "pack-example"
_MILLISECONDS = 50
_KINDS = (
    "{{type: string, label: Isian {n}, label_en: Field {n}, privacy: internal, max_length: 200, required: true}}",
    "{{type: money, label: Nilai {n}, label_en: Amount {n}, privacy: internal, minimum: 0, maximum: 1000000000}}",
    "{{type: date, label: Hari {n}, label_en: Day {n}, privacy: internal, maximum: today, show_if: f{m} > {n}}}",
    (
        "{{type: choice, label: Pilihan {n}, label_en: Choice {n}, privacy: public, options: ["
        "{{value: a, label: Satu, label_en: One}}, {{value: b, label: Dua, label_en: Two}}]}}"
    ),
    "{{type: text, label: Uraian {n}, label_en: Text {n}, privacy: personal, required_if: is_empty(f{m})}}",
)


def pack_of(fields: int) -> dict[str, str]:
    """The example of the reference page, grown to so many fields in steps of ten."""
    files = read_folder(_EXAMPLE, Bag())
    known = files["form.yml"].count("privacy:") - 2  # two are columns of a table
    names, lines = [], []
    for n in range(fields - known):
        money = n - n % 5 + 1 if n % 5 > 1 else 1
        names.append(f"f{n}")
        lines.append(f"  f{n}: " + _KINDS[n % 5].format(n=n, m=money))
    steps = [
        f"  - {{name: s{at}, title: Langkah {at}, title_en: Step {at}, fields: [{', '.join(names[at : at + 10])}]}}"
        for at in range(0, len(names), 10)
    ]
    form = files["form.yml"].replace("steps:\n", "\n".join(lines) + "\nsteps:\n").rstrip("\n")
    return {**files, "form.yml": form + "\n" + "\n".join(steps) + "\n"}


def _median(work: Callable[[], object], times: int) -> tuple[float, float]:
    """Milliseconds of wall clock and of CPU."""
    found = []
    for _time in range(times):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        found.append(((time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000))
    return statistics.median(wall for wall, _cpu in found), statistics.median(cpu for _wall, cpu in found)


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--fields", type=int, default=300)
    parser.add_argument("--times", type=int, default=15)
    options = parser.parse_args(arguments)
    files = pack_of(options.fields)
    began = time.perf_counter()
    pack = load_texts(files)
    first = (time.perf_counter() - began) * 1000
    assert len(pack.form.fields) == options.fields, len(pack.form.fields)
    texts = [text for name, text in files.items() if name.endswith(".yml")]
    rows = [
        ("load_texts (all checks)", _median(lambda: load_texts(files), options.times)),
        ("  of it: strict YAML, C", _median(lambda: [load_located(text) for text in texts], options.times)),
        (
            "  strict YAML, Python parser",
            _median(lambda: [load_located(text, loader=yaml.SafeLoader) for text in texts], 3),
        ),
        ("yaml.CSafeLoader, no checks", _median(lambda: [yaml.load(t, Loader=_fast()) for t in texts], options.times)),
        ("yaml.SafeLoader, no checks", _median(lambda: [yaml.safe_load(text) for text in texts], 3)),
    ]
    print(f"{options.fields} fields, {sum(map(len, texts)) / 1000:.0f} kB of YAML; first load {first:.1f} ms")
    for name, (wall, cpu) in rows:
        print(f"{name:<30} {wall:8.1f} ms   {cpu:8.1f} ms CPU")
    wall, cpu = rows[0][1]
    return 0 if options.fields > 300 or cpu < _MILLISECONDS else 1


def _fast() -> type:
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


if __name__ == "__main__":
    raise SystemExit(main())
