"""The index of words, in the form each database has for it."""

from django.db import migrations

from mapalus.apps.cases.search import INSTALL, REMOVE


def install(apps, schema_editor):  # type: ignore[no-untyped-def]
    for statement in INSTALL[schema_editor.connection.vendor]:
        schema_editor.execute(statement)


def remove(apps, schema_editor):  # type: ignore[no-untyped-def]
    schema_editor.execute(REMOVE)


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
