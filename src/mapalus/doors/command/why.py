"""The page behind `Mengapa?`: where a number comes from, down to the file and its rows, and who answers for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from mapalus.apps.cases.models import PackVersion
from mapalus.apps.catalogue.models import FigureStatus, Indicator, Owed, Version
from mapalus.apps.catalogue.readings import Point, Reading, read
from mapalus.apps.directory.models import Region
from mapalus.apps.ledger.action import reference
from mapalus.apps.ledger.models import Block, Entry
from mapalus.doors.command import words
from mapalus.doors.command.shares import Shares, shares_of
from mapalus.doors.ui import figures
from mapalus.doors.ui.charts import LineChart, Series
from mapalus.doors.ui.parts import Step
from mapalus.engine.data.indicator import formula_of
from mapalus.engine.errors import NotFound
from mapalus.engine.ports import Actor

__all__ = ["Line", "WhyPage", "explain"]


@dataclass(frozen=True)
class Line:
    """One line of a table of values: a region or a period."""

    name: str
    value: str
    numerator: str
    denominator: str
    rows: str
    suppressed: bool = False


@dataclass(frozen=True)
class WhyPage:
    """Context of command/why.html."""

    indicator: Indicator
    title: str
    value: str
    unit: str
    period: str
    state: str
    state_word: str
    change: str
    source: str
    formula: str
    inputs: Line | None
    first_row: int | None
    last_row: int | None
    limits: Sequence[tuple[str, str, str]]
    target: str
    conflict: str
    status: str
    position: str
    unit_name: str
    dataset_title: str
    dataset_href: str
    version: Version | None
    version_href: str
    file_name: str
    steps: Sequence[Step]
    chart: LineChart | None
    regions: Sequence[Line]
    shares: Shares | None
    is_share: bool
    owed: str = ""  # who has not reported yet, and how often it was asked for
    ask_href: str = ""  # a question to the agency that keeps it, for officials; empty where nobody can be asked
    tell_href: str = ""  # for everybody else: something is wrong with it


def explain(code: str, *, actor: Actor | None, now: datetime, region: str = "") -> WhyPage:
    """Raises `NotFound` for an indicator that is not there or not for this actor."""
    reading = read([code], actor=actor, region=region).get(code)
    if reading is None:
        raise NotFound(indicator=code)
    indicator, value = reading.indicator, reading.now
    version = _version(value)
    formula = formula_of(indicator.declaration)
    state, word = words.state(reading, now=now)
    handin = version.handin if version else None
    return WhyPage(
        indicator=indicator,
        title=indicator.title_here,
        value=words.written(value.value if value else None, indicator),
        unit=words.unit(indicator),
        period=words.period(value.period) if value and value.period else "",
        state=state,
        state_word=word,
        change=words.change(reading),
        source=words.source(reading, now=now),
        formula=words.formula(formula, _titles(version)),
        inputs=_line("", value, indicator) if value else None,
        first_row=value.first_row if value else None,
        last_row=value.last_row if value else None,
        limits=words.thresholds(indicator),
        target="" if reading.target is None else words.written(reading.target, indicator),
        conflict=indicator.dataset.conflict,
        status=str(FigureStatus(value.status).label) if value else "",
        position=str(indicator.dataset.producer),
        unit_name=str(indicator.dataset.unit),
        dataset_title=indicator.dataset.title_here,
        dataset_href=reverse("portal:dataset", args=[indicator.dataset.name]),
        version=version,
        version_href=f"{reverse('portal:dataset', args=[indicator.dataset.name])}?version={version.number}"
        if version
        else "",
        file_name=handin.file_name if handin else "",
        steps=_steps(version) if version else (),
        chart=_chart(reading),
        regions=_regions(reading),
        shares=shares_of(indicator, version),
        is_share=bool(formula.over),
        owed=_owed(reading, now=now),
        **_ways_to_ask(indicator, actor),
    )


def _owed(reading: Reading, *, now: datetime) -> str:
    """`Kepulauan Talaud: not reported yet; reminder no. 2`; empty where nothing is late."""
    dataset = reading.indicator.dataset
    asked = Owed.objects.first_of([dataset]).get(dataset.pk)
    if asked is None or not asked.is_late(now):
        return ""
    said = {code for code, value in reading.regions.items() if value.value is not None}
    whole = Region.objects.filter(level=_DISTRICT, code__startswith=f"{settings.PROVINCE_CODE}.").exclude(code__in=said)
    names = ", ".join(whole.order_by("code").values_list("name", flat=True)) if said else ""
    text = _("%(names)s: not reported yet") % {"names": names} if names else _("Not complete yet")
    number = int(getattr(asked, "reminded", 0))
    return f"{text}; " + _("reminder no. %(n)s") % {"n": number} if number else text


_DISTRICT = 2  # level of kabupaten and kota
ASKING, TELLING = "tanya-pimpinan", "umpan-balik"  # packs


def _ways_to_ask(indicator: Indicator, actor: Actor | None) -> dict[str, str]:
    """An official asks the head of the agency, which becomes a case with a limit; anybody tells what is wrong."""
    wanted = ASKING if actor is not None and actor.person else TELLING
    if not PackVersion.objects.current().filter(name=wanted).exists():
        return {}
    if wanted == ASKING:
        about = {"tentang": f"{indicator.title_here} ({indicator.code})", "instansi": str(indicator.dataset.unit_id)}
    else:
        about = {"tentang": reverse("command:why", args=[indicator.code])}
    href = f"{reverse('portal:service-start', args=[wanted])}?{urlencode(about)}"
    return {"ask_href" if wanted == ASKING else "tell_href": href}


def _version(value: Point | None) -> Version | None:
    if value is None:
        return None
    return Version.objects.select_related("contract", "handin").get(pk=value.version_id)


def _titles(version: Version | None) -> dict[str, str]:
    """Titles of the columns, from the contract with which the version was checked."""
    if version is None:
        return {}
    descriptor = version.contract.descriptor
    schema = descriptor.get("schema") or (descriptor.get("resources") or [{}])[0].get("schema") or {}
    return {str(f.get("name")): str(f.get("title") or f.get("name")) for f in schema.get("fields", [])}


def _line(name: str, value: Point, indicator: Indicator) -> Line:
    def number(found: float | None) -> str:
        return "" if found is None else figures.number(found, language=words.language())

    return Line(
        name=name,
        value=words.written(value.value, indicator),
        numerator=number(value.numerator),
        denominator=number(value.denominator),
        rows=number(value.rows),
        suppressed=value.is_suppressed,
    )


def _regions(reading: Reading) -> list[Line]:
    names = dict(
        Region.objects.filter(code__startswith=settings.PROVINCE_CODE, code__in=reading.regions).values_list(
            "code", "name"
        )
    )
    return [_line(names.get(code, code), value, reading.indicator) for code, value in sorted(reading.regions.items())]


def _steps(version: Version) -> list[Step]:
    """The path of the number: every station with its time and its proof."""
    handin, zone = version.handin, timezone.get_current_timezone()

    def at(moment: datetime | None) -> str:
        return figures.moment(moment, language=words.language(), zone=zone) if moment else ""

    steps = []
    if handin is not None:
        steps.append(Step(_("Source"), f"{handin.file_name} · {handin.label}", proof=handin.receipt))
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


def _chart(reading: Reading) -> LineChart | None:
    known = [value for value in reading.series if value.value is not None and value.period]
    if len(known) < 2:
        return None
    indicator, labels = reading.indicator, words.axis(tuple(value.period for value in known))
    moved = words.moved(Reading(indicator, known, {}))
    return LineChart(
        title=moved[:1].upper() + moved[1:],
        subtitle=indicator.title_here,
        sentence=_("Line chart. %(finding)s.") % {"finding": moved},
        labels=labels,
        series=(Series("", tuple(value.value for value in known), is_accent=True),),
        language=words.language(),
        unit=words.unit(indicator),
        plan=indicator.target,
        plan_name=_("target") if indicator.target is not None else "",
        table_name=_("Period"),
    )
