from typing import Any

from django.db import migrations, models


def name_receivers(apps: Any, schema_editor: object) -> None:
    """A person's browsers become those of the receiver `person:<code>`."""
    rows = apps.get_model("notices", "PushSubscription").objects
    for row in rows.all():
        rows.filter(pk=row.pk).update(receiver=f"person:{row.receiver}")


def name_persons(apps: Any, schema_editor: object) -> None:
    """Back: browsers of applicants are forgotten, there is nobody to name."""
    rows = apps.get_model("notices", "PushSubscription").objects
    rows.exclude(receiver__startswith="person:").delete()
    for row in rows.all():
        rows.filter(pk=row.pk).update(receiver=row.receiver.removeprefix("person:"))


class Migration(migrations.Migration):
    dependencies = [("notices", "0001_initial")]

    operations = [
        migrations.RenameField("pushsubscription", "person", "receiver"),
        migrations.AlterField("pushsubscription", "receiver", models.CharField(db_index=True, max_length=160)),
        migrations.AlterField("pushsubscription", "endpoint", models.URLField(max_length=600)),
        migrations.AddField(
            "pushsubscription",
            "agent",
            models.CharField(blank=True, help_text="what kind of browser, in words: Firefox, Android", max_length=60),
        ),
        migrations.RunPython(name_receivers, name_persons),
        migrations.AddConstraint(
            "pushsubscription",
            models.UniqueConstraint(fields=("endpoint", "receiver"), name="browser_once"),
        ),
    ]
