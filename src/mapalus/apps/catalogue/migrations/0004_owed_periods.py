"""What the data list says is owed becomes a row of its own, so that it can be asked for again."""

from __future__ import annotations

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import F


def fill(apps: Apps, schema: BaseDatabaseSchemaEditor) -> None:
    owed, dataset = apps.get_model("catalogue", "Owed"), apps.get_model("catalogue", "Dataset")
    asked = dataset.objects.filter(due_at__isnull=False).exclude(expected_period="")
    owed.objects.bulk_create(
        [
            owed(dataset=one, period=one.expected_period, due_at=one.due_at, since=one.changed_at)
            for one in asked.only("expected_period", "due_at", "changed_at")
            if one.due_at is not None
        ],
        ignore_conflicts=True,
    )


def clear(apps: Apps, schema: BaseDatabaseSchemaEditor) -> None:
    """Only what came from the data list and nobody was told about."""
    owed = apps.get_model("catalogue", "Owed")
    owed.objects.filter(call=None, reminders=None, period=F("dataset__expected_period")).delete()


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0003_ways_calls")]
    operations = [migrations.RunPython(fill, clear)]
