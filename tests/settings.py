"""The project's settings with a secret and a folder of their own, for tests and the type checker."""

import atexit
import os
import shutil
import tempfile

os.environ.setdefault("MAPALUS_SECRET_KEY", "only-for-tests-" + "x" * 40)
if "MAPALUS_DATA_DIR" not in os.environ:
    # Child processes find it in their environment; only who made it removes it.
    os.environ["MAPALUS_DATA_DIR"] = tempfile.mkdtemp(prefix="mapalus-tests-")
    _made, _by = os.environ["MAPALUS_DATA_DIR"], os.getpid()
    atexit.register(lambda: shutil.rmtree(_made, ignore_errors=True) if os.getpid() == _by else None)

from mapalus.project.settings import *

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # or whitenoise warns, and warnings are errors
