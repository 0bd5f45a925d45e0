"""The plan as SQL. Names here are fixed: `c0..` the file's cells as text, `x0..` extra cells, `t0..` typed fields.

Every expression is total: it gives NULL, never an exception, whatever the text. An absent cell is NULL; a missing
value is one of the field's missing texts, usually ''.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property
from typing import Any

from mapalus.engine.data import formats
from mapalus.engine.data.constraints import Constraint, holds
from mapalus.engine.data.patterns import compile_pattern, to_re2
from mapalus.engine.data.plan import Column, Plan
from mapalus.engine.data.runners.duckdb.names import literal

__all__ = ["Check", "Rendered", "render"]

_LIST_MOST = 200_000
_MAY_BE_CAST = re.compile(r"[0-9]|nan|inf", re.IGNORECASE)
_FEW_CHOICES = 3  # comparing is then cheaper than looking up
_SQL_TYPES = {
    "integer": "BIGINT",
    "number": "DOUBLE",
    "boolean": "BOOLEAN",
    "date": "DATE",
    "time": "TIME",
    "datetime": "TIMESTAMP",
    "year": "INTEGER",
}


@dataclass(frozen=True)
class Check:
    """One reason for which a row can be bad: `when` is its SQL over the cells and typed fields of the row."""

    field: str
    code: str
    rule: str
    when: str
    raw: str  # SQL of the value as the file has it


@dataclass
class Rendered:
    """The SQL of a plan: typed columns, the condition of a good row, every check, and the functions it calls."""

    staged: list[tuple[str, str]] = field(default_factory=list)  # v0, expression: texts worked out once
    typed: list[tuple[str, str, str]] = field(default_factory=list)  # t0, expression, SQL type
    good: list[str] = field(default_factory=list)  # conditions of a good row
    checks: list[Check] = field(default_factory=list)
    output: list[tuple[str, str]] = field(default_factory=list)  # expression, field name
    functions: dict[str, tuple[Callable[[str], Any], str]] = field(default_factory=dict)  # name -> function, SQL type
    guards: dict[str, str] = field(default_factory=dict)  # field -> condition that its typed value is right
    by_name: set[str] = field(default_factory=set)  # fields in which a name stood for a code; known after the run
    overflows: list[tuple[str, str]] = field(default_factory=list)  # field, condition


def render(plan: Plan) -> Rendered:
    """All SQL for a plan, keys apart (they need the whole table)."""
    out = Rendered()
    for n, column in enumerate(plan.columns):
        _Column(plan, n, column, out).render()
    return out


def t(plan: Plan, name: str) -> str:
    """The typed column of a field."""
    return next(f"t{n}" for n, column in enumerate(plan.columns) if column.field.name == name)


class _Column:
    """Renders one field."""

    def __init__(self, plan: Plan, n: int, column: Column, out: Rendered) -> None:
        self.plan, self.n, self.column, self.out = plan, n, column, out
        self.item = column.field
        self.t = f"t{n}"
        self.raw = f"c{column.place}"
        self.text = self.raw
        self.in_good: str | None = None  # a cheaper form of `readable` that is right where all constraints hold

    def render(self) -> None:
        if self.column.place is None:
            self.out.output.append((f"CAST(NULL AS {self.sql_type})", self.item.name))
            self.out.typed.append((self.t, f"CAST(NULL AS {self.sql_type})", self.sql_type))
            return
        if self.column.codes is not None:
            self.text = self._stage(self._coded(self.column.codes))
        value, readable = self.read()
        bare = self.t
        missing = self.missing()
        is_text = value == self.text
        if missing is not None and (is_text or any(map(self._reads, self.column.missing))):
            value = f"CASE WHEN {missing} THEN NULL ELSE {value} END"
            if is_text and self.column.missing == ("",) and self.text == self.raw:
                value = f"nullif({self.raw}, '')"
                bare = self.raw if self.item.is_required else value  # a good row has no missing text here
        plain = value == self.raw
        if readable is not None:
            self.out.guards[self.item.name] = readable
        self.out.typed.append((self.t, value, self.sql_type))
        self.out.output.append((bare, self.item.name))
        present = [] if missing is None else [f"NOT ({missing})"]
        tests = [(rule, self.test(constraint)) for rule, constraint in self._constraints()]
        self._checks(missing, present, readable, tests)
        needed = self._needed()
        self._good(missing, self.in_good or readable, [sql for rule, sql in tests if rule in needed], plain=plain)

    def _needed(self) -> set[str]:
        """The constraints that a good row must be asked about; an enum or a reference list implies others."""
        rules = {constraint.rule for constraint in self.column.constraints}
        if self._is_listed:
            return set()
        choices = next((each.bound for each in self.column.constraints if each.rule == "enum"), None)
        if choices is not None and self.item.type == "string" and all(map(self._holds, choices)):
            return {"enum"}
        return rules

    @cached_property
    def _is_listed(self) -> bool:
        """Whether a reference list decides alone: every value of it satisfies every constraint."""
        if self.item.type != "string" or self.item.format != "default" or self.column.codes is not None:
            return False
        lists = [each.values for each in self.plan.references if each.fields == (self.item.name,) and each.values]
        return any(
            len(values) <= _LIST_MOST and all(self._holds(str(v)) for (v,) in values) for values in lists if values
        )

    def _listed(self) -> set[str]:
        lists = [each.values for each in self.plan.references if each.fields == (self.item.name,) and each.values]
        return {str(value) for values in lists if values for (value,) in values}

    def _holds(self, text: str) -> bool:
        return all(holds(constraint, value=text, text=text) for constraint in self.column.constraints)

    def _constraints(self) -> Iterator[tuple[str, Constraint]]:
        for constraint in self.column.constraints:
            yield constraint.rule, constraint

    @property
    def sql_type(self) -> str:
        if self.item.name in self.plan.wide:
            return "DECIMAL(38,0)"
        return _SQL_TYPES.get(self.item.type, "VARCHAR")

    def _reads(self, text: str) -> bool:
        """Whether a missing text might be read as a value; a cast also takes `nan` and digits with blanks."""
        if self.item.type in ("integer", "number") and _MAY_BE_CAST.search(text):
            return True
        try:
            formats.reader(self.item)(text)
        except ValueError:
            return False
        return True

    def missing(self) -> str | None:
        texts = self.column.missing
        if not texts:
            return None
        if texts == ("",):
            return f"{self.raw} = ''"
        return f"{self.raw} IN ({', '.join(map(literal, texts))})"

    def _checks(
        self, missing: str | None, present: list[str], readable: str | None, tests: list[tuple[str, str]]
    ) -> None:
        def add(code: str, rule: str, *when: str) -> None:
            sql = " AND ".join(f"({part})" for part in when)
            self.out.checks.append(Check(self.item.name, code, rule, sql, self.raw))

        there = [f"{self.raw} IS NOT NULL", *present]
        if missing is not None and self.item.is_required:
            add("constraint-error", "required", missing)
        if self.column.codes is not None:
            add("foreign-key", "codes", *there, f"({self.text}) IS NULL")
        fits = [] if readable is None else [f"coalesce({readable}, false)"]
        if readable is not None:
            rule = self.item.format if self.item.type == "string" else self.item.type
            if self.item.type == "string":
                add("type-error", rule, *there, f"({self.text}) IS NOT NULL", f"NOT {fits[0]}")
            else:
                add("type-error", rule, *there, f"({self.text}) IS NOT NULL", f"NOT {fits[0]}")
        for rule, sql in tests:
            add("constraint-error", rule, *there, *fits, f"NOT coalesce({sql}, true)")

    def _good(self, missing: str | None, readable: str | None, tests: list[str], *, plain: bool) -> None:
        parts = ([] if readable is None else [readable]) + tests
        if self.column.codes is not None:
            parts.insert(0, f"({self.text}) IS NOT NULL")
        sql = " AND ".join(f"({part})" for part in parts)
        if missing is None:
            self.out.good.append(sql or f"{self.raw} IS NOT NULL")
        elif self.item.is_required and self._is_listed and not set(self.column.missing) & self._listed():
            pass  # the reference list holds no missing text, so membership says it all
        elif self.item.is_required:
            there = "" if parts and self._excludes_missing() else f"NOT ({missing})"
            self.out.good.append(" AND ".join(part for part in (there, sql) if part))
        elif sql:
            self.out.good.append(f"({missing}) OR ({sql})")

    def _excludes_missing(self) -> bool:
        """Whether every missing text fails another test anyway, so that asking for it is wasted."""
        if self.column.codes is not None:
            return False
        read = formats.reader(self.item)

        def fails(text: str) -> bool:
            try:
                value = read(text)
            except ValueError:
                return True
            return not all(holds(constraint, value=value, text=text) for constraint in self.column.constraints)

        return all(map(fails, self.column.missing))

    # how a text becomes a value: (expression of the value, condition that it is right; None where it always is)

    def read(self) -> tuple[str, str | None]:
        kind, form = self.item.type, self.item.format
        x = self.text
        if kind in ("string", "any"):
            return x, None if form == "default" else _matches(x, formats.STRINGS[form])
        if kind == "integer":
            return self._integer(x)
        if kind == "number":
            return self._number(x)
        if kind == "boolean":
            yes, no = (", ".join(map(literal, words)) for words in formats.boolean_words(self.item))
            return f"CASE WHEN {x} IN ({yes}) THEN true WHEN {x} IN ({no}) THEN false END", f"{self.t} IS NOT NULL"
        if self.item.mapalus.get("serial"):
            return self._by_python(x)
        if kind == "date" and form == "default":
            # a cast takes blanks and short months, too, but none with the dashes in these places
            form = f"{x} GLOB '????-??-?[0-9]' AND {x} >= '0001-01-01'"
            return f"TRY_CAST({x} AS DATE)", f"{self.t} IS NOT NULL AND {form}"
        if kind == "datetime" and form == "default":
            return self._datetime(x)
        if kind == "year":
            return f"TRY_CAST({x} AS INTEGER)", _matches(x, formats.YEAR)
        if kind == "yearmonth":
            return x, _matches(x, formats.YEARMONTH)
        if kind in ("date", "datetime") and _is_of_digits(form):
            return self._by_pattern(x, form)
        return self._by_python(x)

    def _by_pattern(self, x: str, form: str) -> tuple[str, str]:
        """A date written as its pattern would write it is read by SQL; any other (1/8/2023) by Python's strptime."""
        iso, size = _ISO[self.sql_type]
        if form == iso:
            quick = self._stage(f"TRY_CAST({x} AS {self.sql_type})")
            is_plain = f"strlen({x}) = {size} AND {quick}::VARCHAR = {x}"
        else:
            quick = self._stage(f"try_strptime({x}, {literal(form)})")
            is_plain = f"strftime({quick}, {literal(form)}) = {x} AND year({quick}) BETWEEN 1 AND 9999"
        slow, readable = self._by_python(x)
        value = f"CASE WHEN {is_plain} THEN CAST({quick} AS {self.sql_type}) WHEN {x} = '' THEN NULL ELSE {slow} END"
        return value, readable

    def _plain(self, x: str) -> str:
        """The digits of a number written with signs around or between them; NULL where it cannot be one."""
        options = self.item.options
        decimal = str(options.get("decimalChar", ".")) if self.item.type == "number" else ""
        group = str(options.get("groupChar", ""))
        if self.item.mapalus.get("signs") == "accounting":
            parts = (f"regexp_extract({x}, {literal(formats.SIGNED_FORM)}, {n}, 's')" for n in (1, 2, 3, 4))
            x = f"coalesce('-' || nullif(concat({', '.join(parts)}), ''), {x})"
        if options.get("bareNumber", True) is False:
            form = formats.bare_form(decimal, self.item.mapalus.get("affixes") or ())
            x = f"coalesce(nullif(regexp_extract({x}, {literal(form)}, 1, 's'), ''), {x})"
        if group:
            form = _matches(x, f"(?s:{formats.grouped_form(group, decimal)})")
            bare = f"replace({x}, {literal(group)}, '')"
            x = f"CASE WHEN contains({x}, {literal(group)}) AND NOT {form} THEN NULL ELSE {bare} END"
        if decimal not in ("", "."):
            x = f"CASE WHEN contains({x}, '.') THEN NULL ELSE replace({x}, {literal(decimal)}, '.') END"
        return x

    def _stage(self, sql: str) -> str:
        """A text that several expressions need, worked out once."""
        name = f"v{len(self.out.staged)}"
        self.out.staged.append((name, sql))
        return name

    def _digits(self, x: str) -> str:
        sql = self._plain(x)
        return x if sql == x else self._stage(sql)

    def _integer(self, x: str) -> tuple[str, str]:
        digits = self._digits(x)
        right = f"CASE WHEN {self.t}::VARCHAR = {digits} THEN true ELSE {_matches(digits, formats.INTEGER)} END"
        self.out.overflows.append((self.item.name, f"{self.t} IS NULL AND {_matches(digits, r'[+-]?0*[0-9]{19,38}')}"))
        return f"TRY_CAST({digits} AS {self.sql_type})", f"{self.t} IS NOT NULL AND {right}"

    def _number(self, x: str) -> tuple[str, str]:
        digits = self._digits(x)
        # what a cast takes beyond the form begins below a minus sign (blanks, +-1), ends in a blank or holds 1_000
        plain = f"{digits} >= '-' AND {digits}[-1] > ' ' AND NOT contains({digits}, '_')"
        right = f"isfinite({self.t}) AND CASE WHEN {plain} THEN true ELSE {_matches(digits, formats.NUMBER)} END"
        rules = {constraint.rule for constraint in self.column.constraints}
        is_bounded = rules & {"minimum", "exclusiveMinimum"} and rules & {"maximum", "exclusiveMaximum"}
        special = f"{x} IN ('NaN', 'INF', '-INF')"  # outside any two bounds: a good row need not be asked
        self.in_good = right if is_bounded else f"coalesce({right}, false) OR {special}"
        return f"TRY_CAST({digits} AS DOUBLE)", f"coalesce({right}, false) OR {special}"

    def _datetime(self, x: str) -> tuple[str, str]:
        plain = f"strlen({x}) = 19 AND {self.t}::VARCHAR = {x}"
        full = f"{self.t} IS NOT NULL AND year({self.t}) BETWEEN 1 AND 9999 AND {_matches(x, formats.DATETIME)}"
        offset = f"regexp_extract({x}, '[+-][0-9]{{2}}:[0-9]{{2}}$')"  # a cast ignores it
        hours, rest = f"left({offset}, 3)", f"left({offset}, 1) || right({offset}, 2)"
        minutes = f"TRY_CAST({hours} AS INTEGER) * 60 + TRY_CAST({rest} AS INTEGER)"
        zoned = f"TRY_CAST(left({x}, -6) AS TIMESTAMP) - to_minutes({minutes})"
        value = f"CASE WHEN strlen({x}) > 19 AND {offset} <> '' THEN {zoned} ELSE TRY_CAST({x} AS TIMESTAMP) END"
        joined = " ".join(
            f"WHEN strlen({x}) = {size} AND year({self.t}) >= 1 AND strftime({self.t}, '{form}') = {x} THEN true"
            for form, size in (("%Y-%m-%dT%H:%M:%S", 19), ("%Y-%m-%dT%H:%M:%SZ", 20))
        )
        return value, f"CASE WHEN {plain} THEN true {joined} ELSE {full} END"

    def _by_python(self, x: str) -> tuple[str, str]:
        """Forms that SQL cannot read exactly: a function remembers each distinct text."""
        name = f"read_{self.n}"
        self.out.functions[name] = (_spoken(formats.reader(self.item)), "VARCHAR")
        return f"TRY_CAST({name}({x}) AS {self.sql_type})", f"{self.t} IS NOT NULL"

    def _coded(self, codes: dict[str, str] | Any) -> str:
        name = f"code_{self.n}"
        known = dict(codes)
        folded = {" ".join(spelling.split()).casefold(): code for spelling, code in known.items()}

        def look_up(text: str) -> str | None:
            plain = " ".join(text.split()).casefold()
            code = known.get(text) or folded.get(plain)
            if code is not None and code.casefold() != plain:  # a code in another case is no name
                self.out.by_name.add(self.item.name)
            return code

        self.out.functions[name] = (look_up, "VARCHAR")
        return f"{name}({self.raw})"

    # constraints

    def test(self, constraint: Constraint) -> str:
        rule, bound = constraint.rule, constraint.bound
        signs = {"minimum": ">=", "maximum": "<=", "exclusiveMinimum": ">", "exclusiveMaximum": "<"}
        if rule in signs:
            sql = f"{self.t} {signs[rule]} {constant(bound)}"
            return f"{sql} AND NOT isnan({self.t})" if self.item.type == "number" and "in" in rule.lower() else sql
        if rule in ("minLength", "maxLength") and self.item.type == "string":
            return f"length({self.text}) {'>=' if rule == 'minLength' else '<='} {int(bound)}"
        if rule == "pattern":
            return self._pattern(str(bound))
        if rule == "enum" and self.item.type not in ("object", "array", "list", "geojson", "geopoint"):
            if self.item.type in ("string", "any"):
                if len(bound) <= _FEW_CHOICES:
                    return " OR ".join(f"{self.text} = {literal(choice)}" for choice in bound)
                return f"{self.text} IN ({', '.join(map(literal, bound))})"
            return f"{self.t} IN ({', '.join(map(constant, bound))})"
        return self._test_by_python(constraint)

    def _pattern(self, pattern: str) -> str:
        translated = to_re2(pattern)
        if translated is not None:
            return _matches(self.text, translated)
        name = f"match_{self.n}"
        self.out.functions[name] = (compile_pattern(pattern), "BOOLEAN")
        return f"{name}({self.text})"

    def _test_by_python(self, constraint: Constraint) -> str:
        name = f"holds_{self.n}_{constraint.rule}"
        read = formats.reader(self.item)

        def test(text: str) -> bool | None:
            try:
                return holds(constraint, value=read(text), text=text)
            except ValueError:
                return None

        self.out.functions[name] = (test, "BOOLEAN")
        return f"{name}({self.text})"


def _matches(x: str, pattern: str) -> str:
    return f"regexp_full_match({x}, {literal(pattern)})"


_DIRECTIVES = frozenset(["%Y", "%m", "%d", "%H", "%M", "%S"])
_ISO = {"DATE": ("%Y-%m-%d", 10), "TIMESTAMP": ("%Y-%m-%d %H:%M:%S", 19)}


def _is_of_digits(pattern: str) -> bool:
    """Whether a pattern holds a whole day, each part once, in digits, with other signs between them."""
    parts = re.findall(r"%.|[^%]+", pattern)
    order = [part for part in parts if part.startswith("%")]
    return len(set(order)) == len(order) and {"%Y", "%m", "%d"} <= set(order) <= _DIRECTIVES and "'" not in pattern


def _spoken(read: formats.Reader) -> Callable[[str], str | None]:
    """The reader as a function from text to the text that a cast understands."""

    def speak(text: str) -> str | None:
        try:
            value = read(text)
        except ValueError:
            return None
        if isinstance(value, datetime):
            return value.isoformat(" ")
        if isinstance(value, date | time):
            return value.isoformat()
        if isinstance(value, str):
            return value
        return json.dumps(value, ensure_ascii=False, default=str, separators=(",", ":"))

    return speak


def constant(value: Any) -> str:
    """A typed value as SQL."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return f"({value})" if abs(value) < 2**63 else f"CAST('{value}' AS DECIMAL(38,0))"
    if isinstance(value, float):
        return f"CAST('{value!r}' AS DOUBLE)"
    if isinstance(value, datetime):
        return f"TIMESTAMP '{value.isoformat(' ')}'"
    if isinstance(value, date):
        return f"DATE '{value.isoformat()}'"
    if isinstance(value, time):
        return f"TIME '{value.isoformat()}'"
    return literal(str(value))
