# ruff: noqa: E501 - a table is one line
"""Definitions of every kind over small tables, against results that were reckoned by hand or by plain Python."""

from __future__ import annotations

import math
import re
import statistics
from dataclasses import dataclass, field
from pathlib import Path

import duckdb  # noqa: TID253 - writes a table
import pytest

from mapalus.engine.data.cli.indicator import values_of
from mapalus.engine.data.indicator import read_declaration
from mapalus.engine.data.indicator.periods import Period, order, parsed
from mapalus.engine.data.indicator.reducing import Rows
from mapalus.engine.data.indicator.statement import run_statement
from mapalus.engine.errors import Misconfigured

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Case:
    said: str
    table: str
    expected: dict[Key, float | None]
    beside: str = ""  # the table b, where there is one
    codes: tuple[str, ...] = field(default=())


def at(**values: float | None) -> dict[Key, float | None]:
    """`y2025_71_01=3` is the value of 71.01 in 2025; `y2025` that of the province."""
    found: dict[Key, float | None] = {}
    for name, value in values.items():
        period, _sign, region = name[1:].partition("_")
        found[period, region.replace("_", "."), ""] = value
    return found


PLACE = "period: p\nregion: r\n"
BY_MONTH = "dataset: a\nvalue: {sum: n}\nperiod: p\n"
RATE = """inputs:
  k: {dataset: a, value: {sum: n}, period: p, region: r}
  j: {dataset: b, value: {sum: jiwa}, period: tahun, region: r, match: MATCH}
formula: k / j * 100000
"""
INCOMES = [1, 2, 3, 10]
PRICES = [12000, 13000, 15000]
GINI = 2 * sum(n * x for n, x in enumerate(INCOMES, 1)) / (4 * sum(INCOMES)) - 5 / 4

CASES = {
    "a share is one of sums": Case(
        "dataset: a\nvalue: {sum: n, over: d, times: 100}\n" + PLACE, "p,r,n,d\n2025,71.01,2,10\n2025,71.02,3,30",
        at(y2025=100 * 5 / 40, y2025_71_01=20, y2025_71_02=10),
    ),
    "a mean by weights": Case(
        "dataset: a\nvalue: {mean: n, weight: w}\n" + PLACE, "p,r,n,w\n2025,71.01,70,100\n2025,71.02,80,300\n2025,71.02,,9",
        at(y2025=77.5, y2025_71_01=70, y2025_71_02=80),
    ),
    "a mean is of rows, not of means": Case(
        "dataset: a\nvalue: {mean: n, times: 100}\n" + PLACE, "p,r,n\n2025,71.01,0.1\n2025,71.01,0.1\n2025,71.02,0.7",
        at(y2025=30, y2025_71_01=10, y2025_71_02=70),
    ),
    "a percentile lies between two rows": Case(
        "dataset: a\nvalue: {percentile: n, at: 90}\nperiod: p\n", "p,n\n2025,1\n2025,2\n2025,3\n2025,4\n2025,5", at(y2025=4.6),
    ),
    "filters of every sign": Case(
        "dataset: a\nvalue: {sum: n}\nwhere: {s: [a, b], u: {min: 5, below: 10}, k: {not: [x]}, t: {has: true}}\nperiod: p\n",
        "p,n,s,u,k,t\n2025,1,c,5,y,z\n2025,7,a,5,y,z\n2025,9,a,10,y,z\n2025,9,b,9,x,z\n2025,9,b,9,y,", at(y2025=7),
    ),
    "different values are not added over regions": Case(
        "dataset: a\nvalue: {distinct: id}\n" + PLACE, "p,r,id\n2025,71.01,a\n2025,71.01,b\n2025,71.02,b", at(y2025=2, y2025_71_01=2, y2025_71_02=1),
    ),
    "months over the people of their year": Case(
        RATE.replace("MATCH", "year"), "p,r,n\n2025-01,71.01,10\n2025-01,71.02,5\n2026-01,71.01,3",
        {("2025-01", "", ""): 50.0, ("2025-01", "71.01", ""): 100.0, ("2026-01", "71.01", ""): None}, "tahun,r,jiwa\n2025,71.01,10000\n2025,71.02,20000",
    ),
    "months over the newest people that were counted": Case(
        RATE.replace("MATCH", "latest"), "p,r,n\n2025-11,71.01,9\n2026-01,71.01,3",
        {("2025-11", "71.01", ""): None, ("2026-01", "71.01", ""): 30.0}, "tahun,r,jiwa\n2025,71.01,10000",
    ),
    "months over the people of one year": Case(
        RATE.replace("MATCH", "2020"), "p,r,n\n2025-11,71.01,9\n2026-01,71.01,3",
        {("2025-11", "71.01", ""): 90.0, ("2026-01", "71.01", ""): 30.0}, "tahun,r,jiwa\n2020,71.01,10000\n2025,71.01,5",
    ),
    "months added up to years": Case(
        "dataset: a\nvalue: {sum: n}\nperiod: {year_of: p}\n", "p,n\n2025-01,1\n202512,2\n2026/01,4\n2026-Q4,8", at(y2025=3, y2026=12),
    ),
    "months and days added up to quarters": Case(
        "dataset: a\nvalue: {sum: n}\nperiod: {quarter_of: p}\n", "p,n\n2025-01,1\n2025-03-31,2\n2025-04,4", {("2025-Q1", "", ""): 3, ("2025-Q2", "", ""): 4},
    ),
    "growth from below nothing": Case("dataset: a\nvalue: {sum: n}\nperiod: p\nchange: yoy\n", "p,n\n2024,-10\n2025,5\n2027,5", at(y2024=None, y2025=150, y2027=None)),
    "growth stops at a gap": Case(
        BY_MONTH + "change: prev\n", "p,n\n2024-12,5\n2025-01,10\n2025-02,20\n2025-04,40\n2025-05,20",
        {("2025-01", "", ""): 100, ("2025-02", "", ""): 100, ("2025-04", "", ""): None, ("2025-05", "", ""): -50},
    ),
    "growth over the last week of a long year": Case(
        BY_MONTH + "change: prev\n", "p,n\n2026-W53,1\n2027-W01,2", {("2026-W53", "", ""): None, ("2027-W01", "", ""): 100},
    ),
    "weeks across the new year": Case(
        "dataset: a\nvalue: {count: rows}\nperiod: {week_of: p}\n", "p\n2026-12-31\n2027-01-03\n2027-01-04", {("2026-W53", "", ""): 2, ("2027-W01", "", ""): 1},
    ),
    "school years": Case(BY_MONTH + "change: yoy\n", "p,n\n2024/2025,10\n2025/2026,15", {("2024/2025", "", ""): None, ("2025/2026", "", ""): 50}),
    "half years of two columns": Case(
        "dataset: a\nvalue: {sum: n}\nperiod: {year: y, semester: s}\nchange: yoy\n", "y,s,n\n2024,II,5\n2025,1,7\n2025,2,10",
        {("2024-S2", "", ""): None, ("2025-S1", "", ""): None, ("2025-S2", "", ""): 100},
    ),
    "periods in words": Case(
        BY_MONTH, "p,n\nMaret 2025,1\n2025-03,2\nTriwulan III 2025,4\nSemester 2 Tahun 2025,8\n17 Agustus 2025,16",
        {("2025-03", "", ""): 3, ("2025-Q3", "", ""): 4, ("2025-S2", "", ""): 8, ("2025-08-17", "", ""): 16},
    ),
    "months by name in a column of their own": Case(
        "dataset: a\nvalue: {sum: n}\nperiod: {year: y, month: m}\n", "y,m,n\n2025,Maret,1\n2025,3,2", {("2025-03", "", ""): 3},
    ),
    "a moving mean of a share": Case(
        "dataset: a\nvalue: {sum: n, over: d}\nperiod: p\nmoving: {periods: 2, of: mean}\n", "p,n,d\n2025-01,1,2\n2025-02,6,8",
        {("2025-01", "", ""): None, ("2025-02", "", ""): 0.7},
    ),
    "since the beginning of the year": Case(
        BY_MONTH + "so_far: year\n", "p,n\n2024-12,9\n2025-01,1\n2025-02,2\n2025-04,1",
        {("2024-12", "", ""): None, ("2025-01", "", ""): 1, ("2025-02", "", ""): 3, ("2025-04", "", ""): None},
    ),
    "the share of a category": Case(
        "inputs:\n  s: {dataset: a, value: {sum: n}, period: p, region: r, dimensions: [jk]}\n"
        "  t: {dataset: a, value: {sum: n}, period: p, region: r, spread: dimensions}\nformula: s / t * 100\n",
        "p,r,jk,n\n2025,71.01,L,2\n2025,71.01,P,3", {("2025", "71.01", "jk=L"): 40, ("2025", "", "jk=P"): 60, ("2025", "", ""): 100},
    ),
    "the share of a region": Case(
        "inputs:\n  s: {dataset: a, value: {sum: n}, period: p, region: r}\n  t: {dataset: a, value: {sum: n}, period: p, spread: regions}\n"
        "formula: s / t * 100\n", "p,r,n\n2025,71.01,1\n2025,71.02,3", at(y2025=100, y2025_71_01=25, y2025_71_02=75),
    ),
    "sex by age by region": Case(
        "dataset: a\nvalue: {sum: n}\ndimensions: [jk, umur]\n" + PLACE, "p,r,jk,umur,n\n2025,71.01,L,0-4,1\n2025,71.01,L,5-9,2\n2025,71.02,P,0-4,3",
        {("2025", "", ""): 6, ("2025", "", "jk=L"): 3, ("2025", "", "umur=0-4"): 4, ("2025", "71.01", "jk=L;umur=0-4"): 1},
    ),
    "working days across a weekend and a holiday": Case(
        # 17 August 2026 is a Monday
        "dataset: a\nvalue: {sum: {workdays: [m, s]}}\nregion: id\n", "m,s,id\n2026-08-14,2026-08-18,71.01\n2026-08-17,2026-08-14T10:00:00,71.02\n2026-08-14,2026-08-21,71.03\n2026-08-14,,71.04",
        {("", "71.01", ""): 1, ("", "71.02", ""): 0, ("", "71.03", ""): 4, ("", "71.04", ""): None},
    ),
    "an opinion in words": Case(
        "dataset: a\nvalue: {only: o}\nlevels: [TMP, TW, WDP, WTP]\nregion: r\nperiod: p\nprovince: '71'\n",
        "p,r,o\n2024,71,WDP\n2025,71, wtp \n2025,71.01,TMP\n2025,71.02,WTP\n2025,71.02,WDP",
        at(y2024=3, y2025=4, y2025_71_01=1, y2025_71_02=None),
    ),
    "days": Case("dataset: a\nvalue: {median: {days: [m, s]}}\n", "m,s\n2024-02-28,2024-03-01\n2025-02-28,2025-03-01\n2025-03-02,2025-03-01", {("", "", ""): 1}),
    "cases in time": Case(
        "inputs:\n  t: {dataset: a, value: {count: rows}, where: {lat: false}, period: {month_of: s}}\n  s: {dataset: a, value: {count: rows}, period: {month_of: s}}\n"
        "formula: t / s * 100\n", "s,lat\n2026-11-06,false\n2026-11-09,true\n2026-10-01,true", {("2026-10", "", ""): 0, ("2026-11", "", ""): 50},
    ),
    "a geometric mean": Case(
        "inputs:\n  x: {dataset: a, value: {only: x}, period: p}\n  y: {dataset: a, value: {only: y}, period: p}\nformula: (x * y) ^ (1 / 2) + sqrt(x) - exp(ln(x))\n",
        "p,x,y\n2025,0.8,0.7\n2026,-1,0.7", at(y2025=math.sqrt(0.8 * 0.7) + math.sqrt(0.8) - 0.8, y2026=None),
    ),
    "inequality by a statement": Case(
        "inputs: {a: {dataset: a}}\nsql: |\n  WITH s AS (SELECT p, x, row_number() OVER (PARTITION BY p ORDER BY x) i, count(*) OVER (PARTITION BY p) n FROM a)\n"
        "  SELECT p AS period, NULL AS region, 2.0 * sum(i * x) / (max(n) * sum(x)) - (max(n) + 1.0) / max(n) AS value FROM s GROUP BY p\n",
        "p,x\n2025,10\n2025,1\n2025,3\n2025,2", at(y2025=GINI),
    ),
    "a division by zero": Case("dataset: a\nvalue: {sum: n, over: d}\n" + PLACE, "p,r,n,d\n2025,71.01,2,0\n2025,71.02,3,3", at(y2025=5 / 3, y2025_71_01=None, y2025_71_02=1)),
    "decimals": Case(BY_MONTH, "p,n\n" + "2025,0.1\n" * 10 + "2026,4021334567890.25\n2026,1.10\n2026,0.05\n2026,-1.4", at(y2025=1, y2026=4021334567890)),
    "a new kabupaten": Case(
        "dataset: a\nvalue: {sum: n}\nchange: yoy\n" + PLACE, "p,r,n\n2024,71.01,10\n2025,71.01,9\n2025,71.10,6", at(y2024=None, y2024_71_01=None, y2025=50, y2025_71_01=-10, y2025_71_10=None),
    ),
    "the newest row of each hospital": Case(
        "dataset: a\nvalue: {sum: n, over: k, last: {column: t, per: rs}}\n", "t,rs,n,k\n2026-01-01 08:00,A,1,10\n2026-01-01 09:00,A,5,10\n2026-01-01 07:00,B,10,20", {("", "", ""): 0.5},
    ),
    "a month without an event, since the beginning of the year": Case(
        "dataset: a\nvalue: {count: rows}\nabsent: 0\nperiod: {month_of: t}\nregion: r\nso_far: year\n",
        "t,r\n2025-01-05,71.01\n2025-01-09,71.02\n2025-02-01,71.01\n2025-04-01,71.02",
        {("2025-02", "", ""): 3, ("2025-03", "", ""): 3, ("2025-03", "71.01", ""): 2, ("2025-02", "71.02", ""): 1, ("2025-04", "71.02", ""): 2},
    ),
    "no events where people live": Case(
        RATE.replace("MATCH", "year").replace("period: p, region: r}\n  j", "period: p, region: r, absent: 0}\n  j"), "p,r,n\n2025,71.01,10",
        at(y2025=50, y2025_71_01=100, y2025_71_02=0), "tahun,r,jiwa\n2025,71.01,10000\n2025,71.02,10000",
    ),
    "the whole of a table that says some of it twice": Case(
        "inputs:\n  s: {dataset: a, value: {sum: n}, period: p, region: r}\n  t: {dataset: a, value: {sum: n}, period: p, region: r, spread: regions}\n"
        "formula: s / t * 100\n", "p,r,n\n2025,71.01,1\n2025,71.01.05,9\n2025,71.02,3", at(y2025_71_01=25, y2025_71_02=75),
    ),
    "how much richer a region is in something": Case(
        "inputs:\n  s: {dataset: a, value: {sum: v}, period: p, region: r, dimensions: [l]}\n  t: {dataset: a, value: {sum: v}, period: p, region: r, spread: dimensions}\n"
        "  ps: {dataset: a, value: {sum: v}, period: p, dimensions: [l], spread: regions}\n  pt: {dataset: a, value: {sum: v}, period: p, spread: both}\nformula: (s / t) / (ps / pt)\n",
        "p,r,l,v\n2025,71.01,A,30\n2025,71.01,B,70\n2025,71.02,A,50\n2025,71.02,B,50",
        {("2025", "71.01", "l=A"): 0.3 / 0.4, ("2025", "71.02", "l=B"): 0.5 / 0.6},
    ),
    "hours": Case("dataset: a\nvalue: {mean: {hours: [m, s]}}\n", "m,s\n2025-08-01T08:00,2025-08-01T20:00\n2025-08-02 08:00:00,2025-08-03 08:30\n2025-08-02,", {("", "", ""): 18.25}),
    "how far prices lie apart": Case(
        "inputs:\n  s: {dataset: a, value: {stddev: n}, period: p}\n  m: {dataset: a, value: {mean: n}, period: p}\nformula: s / m * 100\n",
        "p,n\n2025,12000\n2025,13000\n2025,15000\n2026,9", at(y2025=statistics.stdev(PRICES) / statistics.mean(PRICES) * 100, y2026=None),
    ),
    "an index of quotients in a root": Case(
        "inputs:\n  h: {dataset: a, value: {only: h}, period: p, province: '71', region: r}\n  e: {dataset: a, value: {only: e}, period: p, province: '71', region: r}\n"
        "formula: ((h - 20) / (85 - 20) * (ln(e) - ln(1007436)) / (ln(26572352) - ln(1007436))) ^ (1 / 2) * 100\n", "p,r,h,e\n2025,71,71.9,11500000",
        at(y2025=100 * math.sqrt((71.9 - 20) / 65 * math.log(11500000 / 1007436) / math.log(26572352 / 1007436))),
    ),
    "inequality of groups": Case(
        "inputs: {d: {dataset: a}}\nsql: |\n  WITH k AS (SELECT p, g, sum(x) OVER (PARTITION BY p ORDER BY g) / sum(x) OVER (PARTITION BY p) AS f FROM d)\n"
        "  SELECT p AS period, '' AS region, 1 - sum(0.25 * (2 * f)) + 0.25 AS value FROM k GROUP BY p\n", "p,g,x\n2025,1,1\n2025,2,2\n2025,3,3\n2025,4,10", at(y2025=GINI),
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[Key, float | None]]:
    """All of them worked out at once, each over its own tables."""
    folder = tmp_path_factory.mktemp("judged")
    files, data = [], []
    for place, (name, case) in enumerate(CASES.items()):
        said = case.said.replace("dataset: a", f"dataset: a{place}").replace("dataset: b", f"dataset: b{place}")
        path = folder / f"{place}.yml"
        path.write_text(f"code: C{place}\ntitle: {name}\n{said}", encoding="utf-8")
        files.append(path)
        for letter, table in (("a", case.table), ("b", case.beside)):
            if table:
                (folder / f"{letter}{place}.csv").write_text(table + "\n", encoding="utf-8")
                data.append(f"{letter}{place}={folder / f'{letter}{place}.csv'}")
    told = values_of(files, data)
    return {
        one["title"]: {(item["period"], item["region"], item["dimension"]): item["value"] for item in one["values"]}
        for one in told
    }


@pytest.mark.slow
@pytest.mark.parametrize("name", CASES)
def test_a_definition_gives_what_it_says(name: str, judged: dict[str, dict[Key, float | None]]) -> None:
    expected, found = CASES[name].expected, judged[name]
    assert {key: found.get(key, "nothing") for key in expected} == {
        key: None if value is None else pytest.approx(value, rel=1e-12, abs=1e-12) for key, value in expected.items()
    }


def declare(folder: Path, said: str) -> Path:
    path = folder / "x.yml"
    path.write_text("code: X\ntitle: X\n" + said, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("said", "line"),
    [
        ("dataset: a\nvalue: {sum: n}\nbetter: up\nthresholds: {good: 72, soon: 80}\n", "line 6, thresholds.soon: soon 80 is stricter"),
        ("dataset: a\nvalue: {sum: n}\nbetter: down\nthresholds: {good: 72, soon: 60}\n", "line 6, thresholds.soon"),
        ("dataset: a\nvalue: {sum: n}\nbetter: up\nthresholds: {good: [60, 85]}\n", "line 6, thresholds.good: a band"),
        ("dataset: a\nvalue: {sum: n}\nbetter: range\nthresholds: {good: 60}\n", "line 6, thresholds.good: a band"),
        ("dataset: a\nvalue: {sum: n}\nbetter: range\nthresholds: {good: [85, 60]}\n", "smaller"),
        ("dataset: a\nvalue: {sum: n, where: x}\n", "line 4, value.where"),
        ("dataset: a\nvalue: {sum: n}\nregion: [r]\n", "line 5, region: here stands one name"),
        ("dataset: [a]\nvalue: {sum: n}\n", "line 3, dataset: here stands one name"),
        ("dataset: a\nvalue: {sum: n}\nperiod: {month_of: [p]}\n", "line 5, period.month_of"),
        ("dataset: a\nvalue: {percentile: n}\n", "line 4, value.at"),
        ("dataset: a\nvalue: {only: n}\nlevels: [a, A]\n", "line 5, levels: levels are"),
        ("dataset: a\nvalue: {count: rows}\nlevels: [a, b]\n", "line 5, levels: levels are the words"),
        ("dataset: a\nvalue: {sum: n, at: 3}\n", "line 4, value.at"),
        ("dataset: a\nvalue: {sum: n, weight: w}\n", "line 4, value.weight"),
        ("dataset: a\nvalue: {sum: {days: [m]}}\n", "line 4, value.sum: days are counted between two columns"),
        ("dataset: a\nvalue: {sum: {hari: [m, s]}}\n", "hari is not known here"),
        ("dataset: a\nvalue: {distinct: {days: [m, s]}}\n", "days between two days"),
        ("inputs: {a: {dataset: a, value: {sum: n}, match: tahun}}\n", "line 3, inputs.a.match: tahun does not fit"),
        ("dataset: a\nvalue: {sum: n}\ntargets: [{year: 2025, value: 3}, {year: 2025, value: 4}]\n", "line 5, targets: two targets"),
        ("dataset: a\nvalue: {sum: n}\nbetter: up\ntarget: 3\nthresholds: {good: target, soon: target + 5}\n", "line 7, thresholds.soon: soon target + 5 is stricter"),
        ("dataset: a\nvalue: {sum: n}\nbetter: range\nthresholds: {good: [60, 85], soon: [65, 90]}\n", "line 6, thresholds.soon"),
        ("dataset: a\nvalue: {sum: n}\nbetter: up\nthresholds: {good: target}\n", "line 6, thresholds.good: this limit hangs"),
        ("dataset: a\nvalue: {sum: n}\nthresholds: {good: 5}\n", "better: what has thresholds says in which direction"),
        ("dataset: a\nvalue: {sum: n}\ncoverage: kabupaten\n", "line 5, coverage: coverage needs a region"),
        ("dataset: a\nvalue: {sum: n}\nprovince: '71'\n", "line 5, province: province needs a region"),
        ("dataset: a\nvalue: {sum: n, times: 0}\n", "line 4, value.times"),
        ("dataset: a\nvalue: {sum: n, over: []}\n", "line 4, value.over"),
        ("dataset: a\nvalue: {sum: n, last: {column: t}}\n", "line 4, value.last"),
        ("dataset: a\nvalue: {sum: n, last: {column: t, hours: -3}}\n", "line 4, value.last"),
        ("dataset: a\nvalue: {sum: n}\nwhere: {jk: []}\n", "line 5, where.jk: this list is empty"),
        ("dataset: a\nvalue: {sum: n}\ndimensions: [jk, jk]\n", "line 5, dimensions: each dimension"),
        ("dataset: a\nvalue: {median: n}\nso_far: year\n", "line 5, so_far: median of several periods"),
        ("dataset: a\nvalue: {mean: n}\nabsent: 0\n", "line 5, absent: absent: 0 belongs to count, sum, distinct"),
        ("dataset: a\nvalue: {sum: n}\nabsent: none\n", "line 5, absent: none does not fit"),
        ("inputs: {a: {dataset: a, value: {sum: n}}}\nformula: a / 0\n", "line 4, formula: the formula divides by 0"),
        ("dataset: a\nvalue: {sum: n}\nunit: " + "u" * 41 + "\n", "line 5, unit: unit has at most 40 letters"),
    ],
)  # fmt: skip
def test_what_contradicts_itself_is_said_with_its_line(said: str, line: str, tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as caught:
        read_declaration(declare(tmp_path, said))
    assert line in caught.value.say(language="en")


@pytest.mark.parametrize(
    ("said", "table", "wrong"),
    [
        ("dataset: a\nvalue: {sum: n}\nregion: r\n", "r,n\n7101,1\n7102,2", "holds '7101' where dotted codes"),
        ("dataset: a\nvalue: {sum: n}\nperiod: {month_of: t}\n", "t,n\n2025-01-02,1\n17/08/2025,2", "'17/08/2025'.*in 1 rows .first: 3"),
        ("dataset: a\nvalue: {only: n}\nlevels: [WDP, WTP]\n", "r,n\n1,WTP\n2,WTX", "'WTX', which is none of the levels"),
        ("dataset: a\nvalue: {mean: {days: [m, s]}}\n", "m,s\n2025-01-02,besok", "s holds 'besok' where a day"),
        ("inputs: {a: {dataset: a}}\nsql: SELECT x FROM b\n", "r,n\n1,1", r"x\.yml, line 4: .*reads b, which is no input"),
        ("inputs: {a: {dataset: a}}\nsql: SELECT r AS period, NULL AS region, n AS value FROM a TABLESAMPLE 10%\n", "r,n\n1,1", "SAMPLE is not allowed"),
        ("dataset: a\nvalue: {sum: n}\nregion: r\nwhere:\n  k: 1\n", "r,n\n71.01,1", r"line 7: .*does not have: k"),
        ("dataset: a\nvalue: {sum: n}\nperiod: {year: t}\n", "r,n\n71.01,1", r"line 5: .*does not have: t"),
        ("inputs: {a: {indicator: X}}\n", "r,n\n1,1", r"x\.yml, line 3: .*circle: X -> X"),
    ],
)  # fmt: skip
def test_what_the_data_do_not_bear_is_said_with_the_file(said: str, table: str, wrong: str, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(table + "\n", encoding="utf-8")
    with pytest.raises(Misconfigured) as caught:
        values_of([declare(tmp_path, said)], [f"a={tmp_path / 'a.csv'}"])
    told = caught.value.say(language="en")
    assert told.startswith(f"{tmp_path / 'x.yml'}, line ")
    assert re.search(wrong, told)


def test_a_region_is_judged_by_a_target_of_its_own(tmp_path: Path) -> None:
    said = (
        "dataset: a\nvalue: {sum: n}\nregion: r\nperiod: p\nbetter: down\n"
        'targets: [{year: 2025, value: 9}, {region: "71.01", value: 3}]\nthresholds: {good: target, soon: target * 2}\n'
    )
    (tmp_path / "a.csv").write_text("p,r,n\n2025,71.01,5\n2025,71.02,5\n", encoding="utf-8")
    (made,) = values_of([declare(tmp_path, said)], [f"a={tmp_path / 'a.csv'}"])
    assert [(one["region"], one["target"], one["state"]) for one in made["values"]] == [
        ("", 9.0, "soon"), ("71.01", 3.0, "soon"), ("71.02", None, "none"),
    ]  # fmt: skip


def test_a_rate_is_judged_everywhere_and_an_amount_where_it_is_a_whole(tmp_path: Path) -> None:
    def judged_there(said: str) -> bool:
        return read_declaration(declare(tmp_path, said)).is_rate

    inputs = "inputs:\n  x: {dataset: a, value: {sum: n}}\n  y: {dataset: a, value: {sum: n, over: d}}\n  z: {indicator: Z}\n"
    tail = [
        "x / 1000 + 0 * y * z * x",
        "y + 0 * x / x * z",
        "min(y, 1) + x / z",
        "x * y + z",
        "-(y ^ 2) * 100 + x / x + z",
    ]
    assert [judged_there(f"{inputs}unit: {unit}\nformula: {one}\n") for one in tail for unit in ("persen", "ton")] == [
        False, False, True, False, True, True, False, False, True, False,
    ]  # fmt: skip
    single = "dataset: a\nvalue: {only: n}\nunit: "
    assert [judged_there(single + unit + "\n") for unit in ("persen", "per 1.000 KH", "indeks 0-1", "kasus/minggu")] == [
        True, True, True, False,
    ]  # fmt: skip


def test_what_a_revised_version_lacks_is_gone(tmp_path: Path) -> None:
    said = "dataset: a\nvalue: {sum: n}\nperiod: p\nregion: r\ndimensions: [jk]\n"
    tables = (
        "p,r,jk,n\n2024,71.01,L,1\n2025,71.01,L,5\n2025,71.02,Laki,7\n",
        "p,r,jk,n\n2025,71.01,L,5\n2025,71.03,L,7\n",
    )
    for place, table in enumerate(tables):
        (tmp_path / f"{place}.csv").write_text(table, encoding="utf-8")
    (made,) = values_of([declare(tmp_path, said)], [f"a={tmp_path / f'{place}.csv'}" for place in range(2)])
    found = [(one["period"], one["region"], one["value"]) for one in made["values"] if not one["dimension"]]
    assert found == [
        ("2024", "", 1),
        ("2024", "71.01", 1),
        ("2025", "", 12),
        ("2025", "71.01", 5),
        ("2025", "71.03", 7),
    ]
    assert {one["dimension"] for one in made["values"]} == {"", "jk=L"}


@pytest.mark.slow
def test_what_a_single_function_builds_is_bounded_too(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    duckdb.sql(f"COPY (SELECT 1 AS n) TO '{path}' (FORMAT parquet)")
    grown = "x" * 1000
    doubled = f"replace('{grown}', 'x', '{grown}')"
    statement = f"SELECT '2025' AS period, '' AS region, length(replace({doubled}, 'x', '{grown}')) AS value FROM a"
    with pytest.raises(Misconfigured, match=r"memory|seconds"):
        run_statement(statement, {"a": Rows(path)}, seconds=0.3)


def test_periods_have_one_order() -> None:
    texts = ["2025/2026", "2025-W26", "2025-06", "2025-S1", "2025-Q2", "2025-06-30", "2024/2025", "2025"]
    assert sorted(texts, key=order) == [
        "2025-W26", "2025-06-30", "2025-06", "2025-Q2", "2025-S1", "2024/2025", "2025", "2025/2026",
    ]  # fmt: skip
    assert parsed("2024/2026") is parsed("Pasar 2025") is parsed("2025 2026") is parsed("32 Maret 2025") is None
    assert parsed("TW III 2025") == Period((2025, "Q", 3))
