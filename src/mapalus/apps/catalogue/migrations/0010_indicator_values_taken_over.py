"""Values as the releases before kept them, a row each, become one row for each indicator and version."""

from typing import Any

from django.db import migrations

BATCH = 200


def take_over(apps: Any, schema_editor: Any) -> None:
    from mapalus.engine.data.indicator.frame import framed_of, pack, sort_key
    from mapalus.engine.data.indicator.periods import spelt

    values = apps.get_model("catalogue", "IndicatorValue")
    measurement = apps.get_model("catalogue", "Measurement")
    numbers = dict(apps.get_model("catalogue", "Version").objects.values_list("pk", "number"))
    made = []
    pairs = values.objects.order_by("indicator", "version").values_list("indicator", "version").distinct()
    for indicator, version in list(pairs):
        lines = {}
        for row in values.objects.filter(indicator=indicator, version=version).order_by("pk"):
            period = spelt(row.period) or f"~{numbers[version]:09}"
            inputs = row.inputs or {}
            is_hidden = bool(inputs.get("suppressed"))
            lines[period, row.region, ""] = (
                row.value, inputs.get("numerator"), inputs.get("denominator"), int(inputs.get("rows") or 0),
                _row(inputs.get("first_row")), _row(inputs.get("last_row")), 4 if is_hidden else 0, 0, row.computed_at,
            )  # fmt: skip
        keys = sorted(lines, key=sort_key)
        columns = list(zip(*(lines[key] for key in keys), strict=True))
        frame = framed_of(keys, columns[:8], (version,))
        made.append(
            measurement(indicator_id=indicator, version_id=version, packed=pack(frame), computed_at=max(columns[8]))
        )
        if len(made) >= BATCH:
            measurement.objects.bulk_create(made, ignore_conflicts=True)
            made.clear()
    measurement.objects.bulk_create(made, ignore_conflicts=True)
    _stand(apps)


def _stand(apps: Any) -> None:
    """What is valid now; the first look of a worker at the declarations works it out anew from the data."""
    from mapalus.engine.data.indicator.frame import EMPTY, digest, joined, pack, unpack

    measurement, standing = apps.get_model("catalogue", "Measurement"), apps.get_model("catalogue", "Standing")
    for indicator in apps.get_model("catalogue", "Indicator").objects.select_related("dataset__current"):
        current = indicator.dataset.current
        valid = measurement.objects.filter(
            indicator=indicator, version__published_at__isnull=False, version__withdrawn_at__isnull=True,
            version__number__lte=current.number if current else 0,
        ).order_by("version__number")  # fmt: skip
        merged, at = EMPTY, None
        for one in valid:
            above, at = unpack(one.packed), one.computed_at
            left = [place for place, key in enumerate(merged.keys) if key not in above.places]
            merged = joined([merged.picked(left), above])
        if at is not None:
            told = digest(merged)
            standing.objects.get_or_create(
                indicator=indicator,
                defaults={
                    "packed": pack(merged), "versions": sorted(set(merged.sources)), "digest": told, "kept": told,
                    "computed_at": at, "changed_at": at,
                },
            )  # fmt: skip


def _row(number: Any) -> int:
    return -1 if number is None else int(number)


def back(apps: Any, schema_editor: Any) -> None:
    """The rows they came from are still there."""
    apps.get_model("catalogue", "Measurement").objects.filter(declared="").delete()
    apps.get_model("catalogue", "Standing").objects.filter(declared="").delete()


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0009_indicator_standings")]
    operations = [migrations.RunPython(take_over, back)]
