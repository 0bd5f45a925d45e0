"""The web process: pages and API."""

import os
from threading import Thread

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mapalus.project.settings")
application = get_wsgi_application()


def _look_round() -> None:
    """Read the catalogue and its words once, so that the first visitor of a new process does not wait for that."""
    import structlog
    from django.db import DatabaseError, connection

    from mapalus.apps.catalogue.overview import present
    from mapalus.doors.portal.finding import index_of

    try:
        index_of(present())
    except DatabaseError as error:  # not there yet: the first page asks again, and says so if it must
        structlog.get_logger().warning("catalogue_not_read", error=type(error).__name__)
    finally:
        connection.close()


Thread(target=_look_round, name="look-round", daemon=True).start()
