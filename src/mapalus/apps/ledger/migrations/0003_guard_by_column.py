from typing import Any

from django.db import migrations

from mapalus.apps.ledger.database import guard, unguard


def put_up_anew(apps: Any, editor: Any) -> None:
    unguard(editor.connection)
    guard(editor.connection)


class Migration(migrations.Migration):
    dependencies = [("ledger", "0002_guard")]
    operations = [migrations.RunPython(put_up_anew, migrations.RunPython.noop)]
