"""The page behind `Mengapa?`: where a number comes from, down to the file and its rows, and who answers for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from mapalus.apps.cases.models import PackVersion
from mapalus.apps.catalogue.models import FigureStatus, Indicator, Owed, Version
from mapalus.apps.catalogue.reach import reach
from mapalus.apps.catalogue.readings import Point, Reading, declaration_now, read
from mapalus.apps.directory.models import Region
from mapalus.apps.directory.roster import roster
from mapalus.apps.federation.beside import Beside, beside
from mapalus.apps.ledger.action import reference
from mapalus.apps.ledger.models import Block, Entry
from mapalus.doors.command import why_formula, words
from mapalus.doors.command.absent import missing_said
from mapalus.doors.command.shares import Shares, shares_of
from mapalus.doors.command.why_answers import Answers, answers_of
from mapalus.doors.command.why_inputs import InputLine, inputs_of, titles_of
from mapalus.doors.command.why_tables import (
    Line,
    Part,
    PeriodLine,
    Regions,
    address,
    chart_of,
    dimension_said,
    line_of,
    parts_of,
    periods_of,
    regions_of,
)
from mapalus.doors.ui import figures
from mapalus.doors.ui.charts import LineChart
from mapalus.doors.ui.parts import Step
from mapalus.engine.errors import NotFound
from mapalus.engine.ports import Actor

__all__ = ["Ask", "Note", "WhyPage", "explain"]


@dataclass(frozen=True)
class Note:
    """What the value is worth, said as what it is: a state of the design system and a sentence."""

    look: str
    text: str


@dataclass(frozen=True)
class Ask:
    """The question to the agency, filled in as far as it can be; it goes on to the last look and from there out."""

    action: str
    about: str
    unit: str
    to: str
    question: str


@dataclass(frozen=True)
class WhyPage:
    """Context of command/why.html."""

    indicator: Indicator
    title: str
    place: str
    place_code: str
    category: str  # `Jenis kelamin: L`; empty: all together
    whole_href: str  # the same of all together, where a category is shown
    up_href: str  # the same of the place above; empty at the province
    value: str
    unit: str
    period: str
    is_newest: bool
    newest_href: str
    state: str
    state_word: str
    change: str
    source: str
    notes: Sequence[Note]
    formula: str
    sql: str
    inputs: Line | None
    first_row: int | None
    last_row: int | None
    sources: Sequence[InputLine]
    here: str  # address of this page, to which the number of a page of rows is added
    limits: Sequence[tuple[str, str, str]]
    target: str
    is_single: bool  # one input, as it is: then what stands above and below the line is said beside the formula
    conflict: str
    status: str
    answers: Answers
    dataset_title: str
    dataset_href: str
    version: Version | None
    steps: Sequence[Step]
    chart: LineChart | None
    periods: Sequence[PeriodLine]
    regions: Regions | None
    parts: Sequence[Part]
    shares: Shares | None
    is_share: bool
    beside: Sequence[Beside]  # the same number as districts publish it themselves
    ask: Ask | None  # for officials; None where nobody can be asked
    tell_href: str = ""  # for everybody else: something is wrong with it


def explain(
    code: str, *, actor: Actor | None, now: datetime, region: str = "", period: str = "", dimension: str = "",
    page: int = 1,
) -> WhyPage:  # fmt: skip
    """Raises `NotFound` for an indicator that is not there or not for this actor, and for a period or category it
    never had."""
    whole = read([code], actor=actor, region=region, dimension=dimension).get(code)
    if whole is None:
        raise NotFound(indicator=code)
    reading = whole
    if period:
        reading = read([code], actor=actor, region=region, period=period, dimension=dimension)[code]
    if (period and not reading.series and whole.series) or (dimension and not whole.series):
        raise NotFound(indicator=code, period=period, dimension=dimension)
    indicator, value = reading.indicator, reading.now
    declared = declaration_now(indicator)
    version, place = _version(value), _place(region)
    titles = titles_of(version)
    sources = inputs_of(indicator, value, actor=actor, region=region, dimension=dimension, page=page)
    state, word = words.state(reading, now=now)
    line = line_of("", value, reading) if value else None
    ask, tell = _ways_to_ask(reading, line, actor, place, period, now)
    return WhyPage(
        indicator=indicator,
        title=indicator.title_here,
        place=place,
        place_code=region,
        category=": ".join(dimension_said(dimension, titles)) if dimension else "",
        whole_href=address(code, region, period) if dimension else "",
        up_href=address(code, region.rpartition(".")[0] if region.count(".") > 1 else "", period, bagian=dimension)
        if region
        else "",
        value=line.value if line else words.written(None, indicator),
        unit=words.unit(indicator),
        period=words.period(value.period) if value and value.period else "",
        is_newest=value is None or whole.now is None or value.period == whole.now.period,
        newest_href=address(code, region, bagian=dimension),
        state=state,
        state_word=word,
        change=" · ".join(filter(None, [words.moved(reading), _target(reading)])),
        source=words.source(reading, now=now),
        notes=list(_notes(reading, sources, actor, now)),
        formula=why_formula.of_all(declared, titles) if declared else "",
        sql=declared.sql if declared else "",
        inputs=line,
        first_row=value.first_row if value else None,
        last_row=value.last_row if value else None,
        sources=sources,
        here=address(code, region, period, bagian=dimension),
        limits=words.thresholds(indicator) if reading.is_judged else (),
        target="" if reading.target is None else words.written(reading.target, indicator),
        is_single=declared is not None and not declared.expression and not declared.sql,
        conflict=indicator.dataset.conflict,
        status=str(FigureStatus(value.status).label) if value else "",
        answers=answers_of(reading, now=now),
        dataset_title=indicator.dataset.title_here,
        dataset_href=reverse("portal:dataset", args=[indicator.dataset.name]),
        version=version,
        steps=_steps(version, _is_named(version, actor)) if version else (),
        chart=chart_of(whole.series, whole),
        periods=periods_of(whole.series, reading),
        regions=regions_of(reading, period=period),
        parts=parts_of(reading, titles, period=period),
        shares=shares_of(indicator, version) if not region and not period and not dimension else None,
        is_share=bool(declared and declared.formula.over),
        beside=beside(code, region=region, period=period),
        ask=ask,
        tell_href=tell,
    )


def _target(reading: Reading) -> str:
    value = reading.target
    return "" if value is None else _("target %(value)s") % {"value": words.written(value, reading.indicator)}


def _place(region: str) -> str:
    return Region.objects.filter(code=region).values_list("name", flat=True).first() or region if region else ""


def _is_named(version: Version | None, actor: Actor | None) -> bool:
    """What a sender called his file is told to whom it may be; everybody else reads its hash, day and receipt."""
    if version is None:
        return False
    sight = reach(actor)
    is_official = actor is not None and bool(actor.position)
    mine = sight.everything or version.dataset.unit_code in sight.units
    return mine or (is_official and version.dataset.is_open)


# --- what it is worth -------------------------------------------------------------------------------------------------


def _notes(reading: Reading, sources: Sequence[InputLine], actor: Actor | None, now: datetime) -> Iterator[Note]:
    value = reading.now
    if reading.problem:
        said = _("The newest version could not be worked out; what stands here is older.")
        sight = reach(actor)
        is_theirs = sight.everything or reading.indicator.dataset.unit_code in sight.units
        yield Note("late", f"{said} {reading.problem}" if is_theirs else said)
    if value is not None and value.is_suppressed:
        yield Note("none", _("Withheld: the group is so small that it would tell of single persons."))
    if value is not None and value.is_conflicting:
        stated = list(dict.fromkeys(one for source in sources for one in source.stated))
        said = _("Its rows say different things of the same, so none of them is taken.")
        yield Note("conflict", f"{said} {'; '.join(stated)}" if len(stated) > 1 else said)
    if reading.missing or (value is not None and value.is_incomplete):
        yield Note("soon", _incomplete(reading, now))
    if reading.is_late and reading.due_at is not None:
        zone = timezone.get_current_timezone()
        facts = {
            "period": words.period(reading.indicator.dataset.expected_period) or _("the next period"),
            "day": figures.day(reading.due_at.astimezone(zone).date(), language=words.language(), form="long"),
        }
        yield Note("late", _("Data of %(period)s were due on %(day)s.") % facts)
    if value is not None and not value.is_suppressed and value.status in FigureStatus.values:
        status = FigureStatus(value.status)
        if status != FigureStatus.FINAL:
            said = _("The figure is %(status)s: it may still change in a later version.") % {"status": status.label}
            yield Note("provisional", said)


def _incomplete(reading: Reading, now: datetime) -> str:
    """`13 dari 15 wilayah; belum lapor: A, B; pengingat ke-2`."""
    if not reading.missing:
        return _("Parts of it are not there yet, so it is smaller or larger than it will be.")
    text = missing_said(reading, now=now)
    asked = Owed.objects.first_of([reading.indicator.dataset]).get(reading.indicator.dataset.pk)
    number = int(getattr(asked, "reminded", 0)) if asked is not None and asked.is_late(now) else 0
    return f"{text}; " + _("reminder no. %(n)s") % {"n": number} if number else text


# --- asking -----------------------------------------------------------------------------------------------------------

ASKING, TELLING = "tanya-pimpinan", "umpan-balik"  # packs
_LONGEST = 200  # of the field that says what a question is about


def _ways_to_ask(
    reading: Reading, line: Line | None, actor: Actor | None, place: str, period: str, now: datetime
) -> tuple[Ask | None, str]:
    """An official asks the head of the agency, which becomes a case with a limit; anybody tells what is wrong."""
    indicator, is_official = reading.indicator, actor is not None and bool(actor.person)
    wanted = ASKING if is_official else TELLING
    if not PackVersion.objects.current().filter(name=wanted).exists():
        return None, ""
    here = address(indicator.code, reading.region, period, bagian=reading.dimension)
    if not is_official:
        return None, f"{reverse('portal:service-start', args=[wanted])}?{urlencode({'tentang': here})}"
    posts, unit = roster(now), indicator.dataset.unit
    head = posts.responsible(posts.head(unit.code))
    number = f"{line.value} {words.unit(indicator)}".strip() if line and reading.now else _("no data yet")
    facts = [
        f"{indicator.title_here} ({indicator.code}): {number}",
        words.period(reading.now.period) if reading.now and reading.now.period else "",
        place,
    ]
    about = ", ".join(filter(None, facts))
    return Ask(
        action=reverse("portal:service-page", args=[wanted, 1]),
        about=f"{about[: _LONGEST - len(here) - 1]} {here}",
        unit=str(unit.code),
        to=head.title if head else unit.name,
        question=_("Why is this number what it is, and what is being done about it?"),
    ), ""


# --- where it comes from ----------------------------------------------------------------------------------------------


def _version(value: Point | None) -> Version | None:
    if value is None:
        return None
    return Version.objects.select_related("contract", "handin", "dataset").filter(pk=value.version_id).first()


def _steps(version: Version, is_named: bool) -> list[Step]:
    """The path of the number: every station with its time and its proof."""
    handin, zone = version.handin, timezone.get_current_timezone()

    def at(moment: datetime | None) -> str:
        return figures.moment(moment, language=words.language(), zone=zone) if moment else ""

    steps = []
    if handin is not None:
        steps.append(
            Step(
                _("Source"), f"{handin.file_name} · {handin.label}" if is_named else handin.label, proof=handin.receipt
            )
        )
        steps.append(_proof(_("Original copy"), at(handin.received_at), version.snapshot))
        rows = _("%(good)s good rows, %(bad)s bad ones") % {
            "good": figures.number(version.rows_good, language=words.language()),
            "bad": figures.number(version.rows_bad, language=words.language()),
        }
        steps.append(Step(_("Check"), f"{rows} · {at(handin.checked_at)}"))
        if handin.confirmed_at:
            steps.append(Step(_("Approval"), f"{handin.confirmed_by} · {at(handin.confirmed_at)}"))
    published = Entry.objects.about(reference(version)).filter(act="catalogue.publish", sequence__isnull=False).last()
    text = _("version %(number)s · %(at)s") % {"number": version.number, "at": at(version.published_at)}
    if published is not None and published.sequence is not None:
        block = Block.objects.filter(first__lte=published.sequence, last__gte=published.sequence).first()
        proof = _("ledger %(sequence)s") % {"sequence": published.sequence}
        steps.append(Step(_("Publication"), text, proof=proof, proof_title=block.hash if block else ""))
    else:
        steps.append(Step(_("Publication"), text))
    return steps


def _proof(title: str, text: str, digest: str) -> Step:
    return Step(title, text, proof=f"{digest[:12]}…", proof_title=digest)
