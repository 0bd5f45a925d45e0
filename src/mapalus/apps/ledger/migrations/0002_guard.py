from typing import Any

from django.db import migrations

from mapalus.apps.ledger.database import guard, unguard


def put_up(apps: Any, editor: Any) -> None:
    guard(editor.connection)


def take_down(apps: Any, editor: Any) -> None:
    unguard(editor.connection)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]
    operations = [migrations.RunPython(put_up, take_down)]
