"""The project's settings with a secret and a folder of their own, for tests and the type checker."""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

os.environ.setdefault("MAPALUS_SECRET_KEY", "only-for-tests-" + "x" * 40)
if "MAPALUS_DATA_DIR" not in os.environ and "pytest" not in sys.modules:
    # The type checker only looks, and ends without tidying up.
    os.environ["MAPALUS_DATA_DIR"] = str(Path(__file__).resolve().parents[1] / ".mypy_cache" / "data")
elif "MAPALUS_DATA_DIR" not in os.environ:
    # Child processes find it in their environment; only who made it removes it.
    _home, _by = tempfile.mkdtemp(prefix="mapalus-tests-"), os.getpid()
    os.environ["MAPALUS_DATA_DIR"] = os.environ["MAPALUS_TEST_HOME"] = _home
    atexit.register(lambda: shutil.rmtree(_home, ignore_errors=True) if os.getpid() == _by else None)
if "PYTEST_XDIST_WORKER" in os.environ and os.environ["MAPALUS_DATA_DIR"] == os.environ.get("MAPALUS_TEST_HOME"):
    os.environ["MAPALUS_DATA_DIR"] += f"/{os.environ['PYTEST_XDIST_WORKER']}"  # each test process has its own

from mapalus.project.settings import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # or whitenoise warns, and warnings are errors
REQUIRE_MFA = False  # tests of pages sign in with one step; those of the second factor put it on
if DATABASES["default"]["ENGINE"] == "mapalus.project.sqlite":
    # In memory, and so one of each test process's own: a name would be made a path, with the worker's at its end.
    DATABASES["default"]["TEST"] = {"NAME": ":memory:"}
