"""The project's settings on SQLite as Django sets it up by itself: what `writes.py` measures beside ours."""

from mapalus.project.settings import *  # noqa: F403

DATABASES["default"] = {"ENGINE": "django.db.backends.sqlite3", "NAME": DATABASES["default"]["NAME"]}  # noqa: F405
