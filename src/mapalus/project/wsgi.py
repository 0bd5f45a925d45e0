"""The web process: pages and API. It answers once it is warm."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mapalus.project.settings")
application = get_wsgi_application()

from mapalus.project.warming import load_late, look_round  # noqa: E402 - settings come first

look_round(application)
load_late()
